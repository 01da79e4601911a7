"""How well the bands propose: by formula, by simulation and by datasketch's own sketches."""

import numpy as np
import pytest
from datasketch import MinHash

from pipeline.dedup.minhash import band_keys, collision, permutations, signatures
from pipeline.dedup.reference import signature
from tests.strategies import buffers


@pytest.mark.parametrize("similarity", [0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize(("bands", "rows"), [(25, 5), (14, 8), (4, 2)])
def test_the_formula_is_what_happens(similarity: float, bands: int, rows: int) -> None:
    agrees = np.random.default_rng(1).random((20_000, bands, rows)) < similarity
    seen = agrees.all(axis=2).any(axis=1).mean()
    want = collision(similarity, bands=bands, rows=rows)
    assert abs(seen - want) <= 4 * (want * (1 - want) / 20_000) ** 0.5 + 1e-4


def test_the_bands_of_the_design() -> None:
    assert collision(0.7, bands=25, rows=5) >= 0.9899  # 98.995 %: "99 %" is rounded
    assert collision(0.8, bands=25, rows=5) >= 0.9999
    assert round(collision(0.7, bands=14, rows=8), 2) < 0.6  # at 0.7; the popular 14 x 8 is made for 0.8
    assert collision(0.0, bands=25, rows=5) == 0.0
    assert collision(1.0, bands=25, rows=5) == 1.0


def pairs_of(similarity: tuple[int, int], count: int, seed: int) -> list[tuple[list[int], list[int]]]:
    """Pairs of random sets of 64-bit hashes with exactly this similarity (shared, union)."""
    shared, union = similarity
    random = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        values = [int(value) for value in random.integers(0, 2**64, union, np.uint64)]
        half = shared + (union - shared) // 2
        out.append((values[:half], values[:shared] + values[half:]))
    return out


def test_recall_at_07_with_the_sketches_of_datasketch() -> None:
    pairs = pairs_of((56, 80), 2000, 7)
    keys = [
        band_keys(np.array([signature(each, permutations=128, seed=1) for each in side]), bands=25, rows=5)
        for side in zip(*pairs, strict=True)
    ]
    met = (keys[0] == keys[1]).any(axis=1).mean()
    want = collision(0.7, bands=25, rows=5)
    assert met >= 0.985
    assert abs(met - want) <= 4 * (want * (1 - want) / len(pairs)) ** 0.5


def test_signatures_agree_as_often_as_the_sets_are_similar() -> None:
    pairs = pairs_of((30, 60), 200, 3)
    agree = [
        np.mean(signature(one, permutations=128, seed=1) == signature(other, permutations=128, seed=1))
        for one, other in pairs
    ]
    assert abs(np.mean(agree) - 0.5) < 0.015


def test_the_number_of_the_band_is_part_of_its_key() -> None:
    keys = band_keys(np.full((1, 128), 7, np.uint32), bands=25, rows=5)
    assert keys.shape == (1, 25)
    assert len(set(keys[0].tolist())) == 25


def test_a_key_hangs_on_every_row_of_its_band_and_on_nothing_else() -> None:
    base = np.arange(128, dtype=np.uint32)[None, :]
    keys = band_keys(base, bands=25, rows=5)
    for at in range(128):
        other = base.copy()
        other[0, at] ^= 1 << 31
        changed = np.flatnonzero(band_keys(other, bands=25, rows=5)[0] != keys[0])
        assert changed.tolist() == ([at // 5] if at < 125 else [])
    swapped = base.copy()
    swapped[0, :2] = base[0, 1::-1]
    assert band_keys(swapped, bands=25, rows=5)[0, 0] != keys[0, 0]


def test_permutations_are_a_function_of_the_seed() -> None:
    first, again, other = permutations(16, 1), permutations(16, 1), permutations(16, 2)
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()
    assert (first[0] % 2 == 1).all()  # odd: the map is one to one


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_permutations_are_those_of_datasketch(seed: int) -> None:
    factors, summands = MinHash(num_perm=1024, seed=seed, scheme="affine32").permutations
    ours = permutations(1024, seed)
    assert (ours[0] == factors).all()
    assert (ours[1] == summands).all()


def test_stored_signatures_hang_on_these_numbers() -> None:
    """If this moves, the index of every store is void: raise the format version."""
    data, offsets = buffers(["The ferry has made its last crossing."])
    values = signatures(data, offsets[:-1], offsets[1:], count=128, seed=1)
    assert values[0, :3].tolist() == [218_945_114, 535_284_519, 1_699_798_025]
    assert band_keys(values, bands=25, rows=5)[0, 0] == 2_629_628_830_706_021_245

"""Keys of masked lines: the compiled kernel gives what its slow twin and hashlib give, on any text."""

import hashlib

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.dedup.line_keys import keys_of, line_keys, masked_line
from tests import oracles
from tests.strategies import buffers, lines, texts

PARTS = st.sampled_from(["a", "B2", "@", ".", "-", "x.y", "12", " ", "é", "上", "三", "٣", "<", "+44 ", "©"])
some_lines = lines | texts | st.lists(PARTS, max_size=12).map("".join)


@given(some_lines)
@example("a@b@c.d e@f.g")
@example("a@.b c@d. @e.f g@h.i.j, k@l")
@example("三百二十号 ２０２０ a1b22 1.2.3")
def test_a_line_is_masked_as_by_its_twin(line: str) -> None:
    assert masked_line(line) == oracles.masked_line(line)


@example(["at 18.05", "on 2020-05-12", "1 2 3"], 0)
@given(st.lists(some_lines, max_size=6), st.integers(-(2**63), 2**63 - 1))
def test_keys_are_blake2b_of_salt_and_masked_line(some: list[str], salt: int) -> None:
    data, offsets = buffers(some)
    keys = line_keys(data, offsets[:-1], offsets[1:], np.full(len(some), salt, np.int64))
    for line, hi, lo in zip(some, *(half.tolist() for half in keys), strict=True):
        said = oracles.masked_line(line).encode()
        raw = hashlib.blake2b(salt.to_bytes(8, "little", signed=True) + said, digest_size=16).digest()
        expected = [int.from_bytes(raw[at : at + 8], "little", signed=True) for at in (0, 8)]
        assert [hi, lo] == (expected if said else [0, 0])


def test_what_differs_between_documents_of_one_template_is_masked() -> None:
    for one, other in (
        ("Tel. +44 555 0123", "tel +44 (0)20 555-01-99"),
        ("Posted 2020-05-12, 09:30", "posted 1/6/21 18.05"),
        ("Write to a.keller@harbour.example!", "Write to b_m+news@herald.example.org"),
        ("© 2011–2020 Harbour Press", "© 2021 Harbour Press"),
    ):
        assert masked_line(one) == masked_line(other)
    for one, other in (("Energy", "Protein"), ("@harbour", "a.keller@harbour.example"), ("5 €", "5 $")):
        assert masked_line(one) != masked_line(other)


def test_keys_of_settings_have_no_salt() -> None:
    hi, lo = keys_of(["Tel. 1", "tel 22", "—", ""])
    assert hi[0] == hi[1] != 0
    assert lo[0] == lo[1] != 0
    assert [*hi[2:], *lo[2:]] == [0, 0, 0, 0]
    assert len(keys_of([])[0]) == 0

"""Operations on whole vector registers, for the few loops that a compiler does not find by itself.

Each is a function for compiled kernels, written in the types of LLVM: <64 x i8>, <16 x i32>, <8 x i64>. LLVM makes of
them what the machine has (AVX-512, AVX2, NEON, or plain registers); the results are the same everywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core import cgutils

# Takes a function of types, gives one of values: more than its own annotations can say.
intrinsic: Any = extending.intrinsic

_BIT, _INT32, _INT64 = ir.IntType(1), ir.IntType(32), ir.IntType(64)
_BYTES = ir.VectorType(ir.IntType(8), 64)
_HASHES = ir.VectorType(_INT32, 16)
LANES = 8
WORDS = ir.VectorType(_INT64, LANES)
BLOCK = 64  # permutations that `lowest_affine` makes at once: four registers

Made = tuple[Any, Callable[..., ir.Value]]


def _everywhere(builder: ir.IRBuilder, value: ir.Value, kind: ir.VectorType) -> ir.Value:
    """`value` in each element of a vector."""
    none = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(none, value, _INT32(0))
    return builder.shuffle_vector(one, none, ir.Constant(ir.VectorType(_INT32, kind.count), [0] * kind.count))


def place(
    context: Any, builder: ir.IRBuilder, array: tuple[Any, ir.Value], at: ir.Value | int, kind: ir.VectorType
) -> ir.Value:
    """Pointer to the vector that starts at element `at` of an array, given as (its type, its value)."""
    data = context.make_array(array[0])(context, builder, array[1]).data
    index = _INT64(at) if isinstance(at, int) else at
    return builder.bitcast(builder.gep(data, [index]), kind.as_pointer())


@intrinsic
def matches(_typing: Any, data: Any, at: Any, mask: Any, value: Any) -> Made:
    """64 bits (uint64): bit i says whether data[at + i] & mask == value; `data`, `mask`, `value` uint8, `at` uint64."""

    def made(context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[ir.Value]) -> ir.Value:
        bytes_64 = builder.load(place(context, builder, (signature.args[0], args[0]), args[1], _BYTES), align=1)
        masked = builder.and_(bytes_64, _everywhere(builder, args[2], _BYTES))
        return builder.bitcast(builder.icmp_unsigned("==", masked, _everywhere(builder, args[3], _BYTES)), _INT64)

    return types.uint64(data, at, mask, value), made


@intrinsic
def lowest_bit(_typing: Any, bits: Any) -> Made:
    """The number of the lowest bit of `bits` (uint64) that is set; `bits` is not 0."""

    def made(_context: Any, builder: ir.IRBuilder, _signature: Any, args: Sequence[ir.Value]) -> ir.Value:
        return builder.cttz(args[0], _BIT(1))

    return types.uint64(bits), made


@intrinsic
def bits_set(_typing: Any, bits: Any) -> Made:
    """How many bits of `bits` (uint64) are set."""

    def made(_context: Any, builder: ir.IRBuilder, _signature: Any, args: Sequence[ir.Value]) -> ir.Value:
        return builder.ctpop(args[0])

    return types.uint64(bits), made


@intrinsic
def lowest_affine(_typing: Any, hashes: Any, count: Any, factors: Any, summands: Any, out: Any, at: Any) -> Made:
    """out[k] = min over h in hashes[:count] of factors[k] * h + summands[k], for the BLOCK numbers k from `at` on.

    All arrays are uint32, `count` and `at` uint64; arithmetic is modulo 2**32, and a minimum over nothing all ones.
    """

    def made(context: Any, builder: ir.IRBuilder, signature: Any, args: Sequence[ir.Value]) -> ir.Value:
        arrays = list(zip(signature.args, args, strict=True))

        def places(array: int) -> Iterator[ir.Value]:
            for step in range(0, BLOCK, _HASHES.count):
                yield place(context, builder, arrays[array], builder.add(args[5], _INT64(step)), _HASHES)

        factor, summand = ([builder.load(each, align=4) for each in places(array)] for array in (2, 3))
        ones = ir.Constant(_HASHES, [0xFFFFFFFF] * _HASHES.count)
        least = [cgutils.alloca_once_value(builder, ones) for _ in factor]  # type: ignore[no-untyped-call]
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        with cgutils.for_range(builder, args[1]) as loop:
            each = _everywhere(builder, builder.load(builder.gep(data, [loop.index])), _HASHES)
            for a, b, so_far in zip(factor, summand, least, strict=True):
                value, before = builder.add(builder.mul(a, each), b), builder.load(so_far)
                builder.store(builder.select(builder.icmp_unsigned("<", value, before), value, before), so_far)
        for to, found in zip(places(4), least, strict=True):
            builder.store(builder.load(found), to, align=4)
        return context.get_dummy_value()

    kind = types.void(hashes, count, factors, summands, out, at)
    return kind, made

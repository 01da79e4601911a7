"""A small picture of a few curves, as SVG: no library, no fonts but the reader's own."""

import math
from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 320, 56, 44, 24, 150
_COLOURS = ("#1b6ca8", "#c8553d", "#4f8a3c", "#7a5195")


def curves(title: str, across: str, points: Sequence[float], lines: Mapping[str, Sequence[float]]) -> str:
    """The SVG: one line for each name over `points`, which ascend; both axes are to scale, and begin at nothing."""
    most = max(max(values) for values in lines.values()) * 1.1
    wide = (_WIDTH - _LEFT - _RIGHT) / (max(points) or 1)
    floor = _HEIGHT - _BOTTOM
    scale = (floor - _TOP) / most
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><title>{title}</title><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="15" font-weight="bold">{title}</text>',
        f'<path d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT + 10}" fill="none" stroke="#555"/>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{across}</text>',
    ]
    step = _round_step(most)
    for at in range(int(most / step) + 1):
        value = step * at
        parts.append(f'<text x="{_LEFT - 6}" y="{floor - value * scale + 4:.1f}" text-anchor="end">{value:g}</text>')
    parts += [
        f'<text x="{_LEFT + point * wide:.1f}" y="{floor + 16}" text-anchor="middle">{point:g}</text>'
        for point in points
    ]
    for (name, values), colour in zip(lines.items(), _COLOURS, strict=False):
        places = [(_LEFT + point * wide, floor - value * scale) for point, value in zip(points, values, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(f'<text x="{places[-1][0] + 10:.1f}" y="{places[-1][1] + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _round_step(most: float) -> float:
    """The distance of about four marks up to `most`: 1, 2 or 5 times a power of ten.

    >>> [_round_step(most) for most in (10.4, 3.1, 90)]
    [2.0, 0.5, 20.0]
    """
    power: float = 10.0 ** math.floor(math.log10(most / 4))
    return max(power * factor for factor in (1.0, 2.0, 5.0) if power * factor <= most / 4)

"""A small picture of a few curves, as SVG: no library, no fonts but the reader's own."""

from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 320, 56, 44, 24, 150
_COLOURS = ("#1b6ca8", "#c8553d", "#4f8a3c", "#7a5195")


def curves(title: str, across: str, points: Sequence[float], lines: Mapping[str, Sequence[float]]) -> str:
    """The SVG: one line for each name over `points` (ascending, evenly spaced: these are measurements, not an axis)."""
    most = max(max(values) for values in lines.values()) * 1.1
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(points) - 1)
    floor = _HEIGHT - _BOTTOM
    scale = (floor - _TOP) / most
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><title>{title}</title><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="15" font-weight="bold">{title}</text>',
        f'<path d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT + 10}" fill="none" stroke="#555"/>',
        f'<text x="{_LEFT}" y="{_HEIGHT - 8}">{across}</text>',
    ]
    for at in range(5):
        value = most / 1.1 * at / 4
        parts.append(f'<text x="{_LEFT - 6}" y="{floor - value * scale + 4:.1f}" text-anchor="end">{value:.3g}</text>')
    for at, point in enumerate(points):
        parts.append(f'<text x="{_LEFT + at * step:.1f}" y="{floor + 16}" text-anchor="middle">{point:g}</text>')
    for (name, values), colour in zip(lines.items(), _COLOURS, strict=False):
        places = [(_LEFT + at * step, floor - value * scale) for at, value in enumerate(values)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(f'<text x="{places[-1][0] + 10:.1f}" y="{places[-1][1] + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])

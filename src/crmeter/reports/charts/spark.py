"""The last periods of a KPI as a line a word wide; drawn by hand, since a table has dozens of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 84.0, 24.0, 3.0


def spark(trend: Sequence[Mapping[str, Any]]) -> Markup:
    """An ``<svg>`` that screen readers skip: the numbers stand beside it. Empty for fewer than two values."""
    held = [float(value["value"]) for value in trend if value["value"] is not None]
    if len(held) < 2:
        return Markup("")
    low, high = min(held), max(held)
    tall = (high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(trend) - 1)
    paths: list[list[str]] = [[]]
    last = ""
    for i, value in enumerate(trend):
        if value["value"] is None:
            paths.append([])
            continue
        y = HEIGHT / 2 if high == low else HEIGHT - EDGE - (float(value["value"]) - low) / tall * (HEIGHT - 2 * EDGE)
        last = f'<circle cx="{EDGE + i * step:.1f}" cy="{y:.1f}" r="2.5"/>'
        paths[-1].append(f"{EDGE + i * step:.1f},{y:.1f}")
    lines = "".join(f'<polyline points="{" ".join(points)}"/>' for points in paths if len(points) > 1)
    return Markup(f'<svg class="spark" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" aria-hidden="true">{lines}{last}</svg>')

"""Colours, fonts and the frame that all charts share."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

Spec = dict[str, Any]

# Each colour has a name in the style sheet of the page, which replaces it by that of the reader's light or dark theme.
COLOURS = {
    "ink": "#18212d",
    "muted": "#5b6675",
    "line": "#e3e6eb",
    "acc": "#1d4ed8",
    "good": "#0b6b62",
    "bad": "#b42318",
    "goal": "#92400e",
    "surface": "#ffffff",
    "flat": "#64748b",
}
SIZE = 12  # px of all text; charts are drawn once for wide screens and once for phones instead of being shrunk


def frame(layers: list[Spec], width: int, height: int) -> Spec:
    """A chart of ``layers`` over a plot of the given size in px."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "padding": 4,
        "background": None,
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},
        "config": {
            "font": "sans-serif",
            "aria": False,
            "view": {"stroke": None},
            "text": {"fontSize": SIZE, "color": COLOURS["ink"]},
        },
    }


def layer(mark: Spec, rows: Iterable[Mapping[str, Any]], **encoding: Spec) -> Spec:
    """One layer: its mark, its rows and what stands for what."""
    return {"mark": mark, "data": {"values": [dict(row) for row in rows]}, "encoding": encoding}


def place(field: str, domain: tuple[float, float]) -> Spec:
    """A quantitative position without an axis: ticks are layers of their own, so that their labels are our words."""
    return {"field": field, "type": "quantitative", "axis": None, "scale": {"domain": list(domain), "nice": False}}


def fit(text: str, width: int) -> str:
    """``text`` on one line of ``width`` px, cut with an ellipsis.

    Vega's own limit cuts between the halves of a character beyond the basic plane, and the renderer then fails.
    """
    line, room = " ".join(text.split()), float(width)
    for place, sign in enumerate(line):
        room -= SIZE if unicodedata.east_asian_width(sign) in "WF" else SIZE * 0.62
        if room < 0:
            return line[: max(place - 1, 0)] + "…"
    return line


def wrapped(text: str, width: int, size: int = SIZE, most: int = 3) -> list[str]:
    """``text`` on as many lines of ``width`` px as it needs, ``most`` at most: broken between words, between Chinese
    signs anywhere.

    >>> wrapped("customers at the start", 90)
    ['customers', 'at the start']
    """
    room, left = width * SIZE // size, " ".join(text.split())
    lines: list[str] = []
    while len(lines) < most - 1 and fit(left, room) != left:
        end = len(fit(left, room)) - 1
        gap = left.rfind(" ", 1, end + 1)
        end = gap if gap > end * 0.4 else max(end, 1)
        lines.append(left[:end].strip())
        left = left[end:].strip()
    return [*lines, fit(left, room)]


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``, about ``wanted`` steps apart.

    >>> ticks(0.043, 0.066)
    [0.04, 0.05, 0.06, 0.07]
    """
    if high - low <= max(1e-9 * max(abs(low), abs(high)), 1e-9):
        room = abs(low) * 0.1 if abs(low) > 1e-6 else 1.0
        low, high = low - room, high + room
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def lines(text: str, width: int, size: int = SIZE) -> list[str]:
    """``text`` on lines that fit, broken at spaces, or anywhere in Chinese."""
    found, line, used = [], "", 0.0
    for word in _words(text):
        long = sum(size * (1.0 if ord(sign) > 0x2E80 else 0.56) for sign in word)
        if line.strip() and used + long > width:
            found.append(line.rstrip())
            line, used = word.lstrip(), long
        else:
            line, used = line + word, used + long
    return [*found, line.rstrip()]


def _words(text: str) -> list[str]:
    """Words with the space after them; a sign of East Asia is a word, with the punctuation that follows it."""
    found: list[str] = []
    for sign in text:
        wide = ord(sign) > 0x2E80
        closing = sign in ",。:;、)”"
        if found and not found[-1].endswith(" ") and (closing or not (wide or ord(found[-1][-1]) > 0x2E80)):
            found[-1] += sign
        else:
            found.append(sign)
    return found

"""Charts as pictures: the fonts of the language, and what is said where they are missing."""

from pathlib import Path

import pytest

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import speaking
from crmeter.reports import fonts
from crmeter.reports.charts.draw import png

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "width": 120,
    "height": 20,
    "data": {"values": [{"said": "直骨門刃"}]},
    "mark": {"type": "text", "fontSize": 18},
    "encoding": {"text": {"field": "said"}},
}


def test_the_same_characters_are_drawn_in_the_font_of_the_language() -> None:
    drawn = {}
    for lang in ("en", "zh-Hant", "zh-Hans"):
        with speaking(lang):
            drawn[lang] = png(SPEC)
    assert all(picture.startswith(b"\x89PNG") for picture in drawn.values())
    assert drawn["zh-Hant"] != drawn["zh-Hans"]  # 直 and 骨 have other strokes in the two standards
    assert drawn["zh-Hant"] == drawn["en"]


def test_fonts_that_are_not_installed_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(UserError, match="make install"):
        png(SPEC)

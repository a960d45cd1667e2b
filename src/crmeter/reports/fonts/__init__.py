"""The fonts of pictures and printed pages. They are installed at set-up into this folder (scripts/assets.py)."""

from __future__ import annotations

from pathlib import Path

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import language, t

FOLDER = Path(__file__).parent
# one for each way to write: the same character has other strokes in Taiwan than in mainland China
_TRADITIONAL, _SIMPLIFIED = "Noto Sans TC", "Noto Sans SC"


def families() -> tuple[str, str]:
    """The family of the language that texts are written in, and the one for characters that it lacks."""
    return (_SIMPLIFIED, _TRADITIONAL) if language() == "zh-Hans" else (_TRADITIONAL, _SIMPLIFIED)


def folder() -> Path:
    """Where the font files are; UserError where they have not been installed."""
    if not any(FOLDER.glob("*.ttf")):
        raise UserError.of(
            t("The fonts for pictures are not installed."),
            t("Without them Chinese characters would come out as boxes."),
            t("Run: make install. A chart as SVG needs no fonts."),
        )
    return FOLDER

"""What the files of Office have in common: they are ZIP archives, and are written the same each time."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

from crmeter.kernel.messages import language

# Fonts that Windows and macOS have; the documents name them, they do not hold them.
_FONTS = {"zh-Hant": "Microsoft JhengHei", "zh-Hans": "Microsoft YaHei", "en": "Calibri"}
EAST_ASIAN = {"zh-Hant": "Microsoft JhengHei", "zh-Hans": "Microsoft YaHei", "en": "Microsoft JhengHei"}
TAGS = {"zh-Hant": "zh-TW", "zh-Hans": "zh-CN", "en": "en-US"}
_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_PARTS_WITHIN = (".xlsx", ".xlsm")


def font() -> str:
    """The font of Latin text, in the language of the moment."""
    return _FONTS[language()]


def east_asian() -> str:
    """The font of Chinese text, in the language of the moment."""
    return EAST_ASIAN[language()]


def fixed(archive: bytes, moment: datetime) -> bytes:
    """The archive with every time in it set to ``moment``, also in workbooks inside it (the data of charts)."""
    made, stamp = io.BytesIO(), max(moment.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _DATES.sub(rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}\g<3>".encode(), content)
            if name.endswith(_PARTS_WITHIN):
                content = fixed(content, moment)
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return made.getvalue()

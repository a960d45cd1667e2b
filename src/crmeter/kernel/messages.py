"""The message catalogue: every text a person reads goes through :func:`t`.

The English text is the key. Translations are the .po files of ``crmeter/locale``; a missing one falls back to English
(a test counts them, so a release has none).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from string import Formatter

LANGUAGES = ("zh-Hant", "zh-Hans", "en")
_HEADER = re.compile(r'^(msgid|msgstr)\s+"(.*)"$')
# a character, or punctuation that holds its own space
_CHINESE = re.compile("[\u3001-\u303f\u4e00-\u9fff\uff01-\uff60]").fullmatch
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


def closest(tag: str) -> str | None:
    """The language of ours that a tag such as ``zh_TW.UTF-8`` or ``en-GB`` asks for, None if none."""
    parts = re.split(r"[-_.@]", tag.lower())
    if parts[0] == "zh":
        return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) else "zh-Hans"
    return "en" if parts[0] in ("en", "c", "posix") else None


def default_language() -> str:
    """From CRMETER_LANG, else the locale of the environment, else English."""
    for name in ("CRMETER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        found = closest(os.environ.get(name, "-"))
        if found:
            return found
    return "en"


_language: ContextVar[str] = ContextVar("language")


def language() -> str:
    """The language texts are written in just now."""
    return _language.get(None) or default_language()


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Write the texts made inside the block in ``lang``, one of LANGUAGES."""
    token = _language.set(lang)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalogue(lang: str) -> dict[str, str]:
    """English text → text of ``lang``, read from its .po file; empty for English."""
    if lang == "en":
        return {}
    text = files("crmeter").joinpath("locale", f"{lang}.po").read_text("utf-8")
    return dict(_entries(text))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """The (msgid, msgstr) pairs of a .po file, untranslated and fuzzy ones left out."""
    for block in re.split(r"\n\s*\n", text):
        parts = {"msgid": "", "msgstr": ""}
        field = ""
        for line in block.splitlines():
            match = _HEADER.match(line)
            if match:
                field, piece = match.group(1), match.group(2)
            elif line.startswith('"') and line.endswith('"') and field:
                piece = line[1:-1]
            else:
                continue
            parts[field] += re.sub(r'\\[nt"\\]', lambda m: _ESCAPES[m.group()], piece)
        if parts["msgid"] and parts["msgstr"] and "#, fuzzy" not in block:
            yield parts["msgid"], parts["msgstr"]


def t(text: str, /, **values: object) -> str:
    """``text`` in the language of the moment, with ``{names}`` filled from ``values``.

    >>> t("{count} rows", count=3)
    '3 rows'
    """
    said = catalogue(language()).get(text, text)
    if not values:
        return said
    return said.format(**values) if said is text else _joined(said, values)


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after the other, those that are empty left out; in Chinese without spaces."""
    return (" " if language() == "en" else "").join(sentence for sentence in sentences if sentence)


def _joined(said: str, values: Mapping[str, object]) -> str:
    """A Chinese text filled. It has a space where a value meets a Chinese character, which letters and figures need;
    where the value is Chinese there too, there is none.

    >>> _joined("自 {day} 起", {"day": "2025-07-14"}), _joined("自 {day} 起", {"day": "2025 年 7 月"})
    ('自 2025-07-14 起', '自 2025 年 7 月起')
    """
    found, before = "", ""
    for words, name, form, conversion in Formatter().parse(said):
        if before and words[:1] == " " and _CHINESE(before[-1]) and _CHINESE(words[1:2]):
            words = words[1:]
        found += words
        if name is None:  # the end, or a brace that is meant
            before = ""
            continue
        field = "{" + name + ("!" + conversion if conversion else "") + (":" + form if form else "") + "}"
        before = field.format(**values)
        if words[-1:] == " " and _CHINESE(words[-2:-1]) and _CHINESE(before[:1]):
            found = found[:-1]
        found += before
    return found

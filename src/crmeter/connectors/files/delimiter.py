"""The delimiter of a text file: the one under which the whole file is consistent."""

from __future__ import annotations

from pathlib import Path

from crmeter.connectors.files.encoding import open_text
from crmeter.connectors.files.records import BLANK, LONGEST, Broken, LineTooLongError, read_records
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

CANDIDATES = (",", ";", "\t", "|")
NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": BLANK, "\\t": "\t"}


def known_delimiter(given: str) -> str:
    """The character that a setting names: ``;``, ``semicolon``, ``tab`` …"""
    character = NAMES.get(given.strip().lower(), given)
    if len(character) != 1 or character in '"\r\n\0':
        raise UserError.of(
            t('"{delimiter}" is no delimiter.', delimiter=given),
            next=t("Use one character, or comma, semicolon, tab, pipe or space."),
        )
    return character


def decide_delimiter(path: Path, codec: str, label: str) -> str:
    """The delimiter of ``path``. Raises UserError where two fit equally well."""
    header = _header(path, codec)
    present = [candidate for candidate in CANDIDATES if candidate in header]
    if len(present) == 1:
        return present[0]
    if not present:
        return _decide_single(path, codec)
    scores = {candidate: _score(path, codec, candidate) for candidate in present}
    best = max(scores.values())
    winners = [candidate for candidate, score in scores.items() if score == best]
    if len(winners) == 1:
        return winners[0]
    raise UserError.of(
        t("{file}: its delimiter can't be told: {delimiters} fit equally well.", file=label, delimiters=_said(winners)),
        t("Read with the wrong one, columns would be cut in the wrong places."),
        t('Set delimiter for this source in crmeter.toml, such as ";" or "tab".'),
    )


def _said(delimiters: list[str]) -> str:
    return ", ".join("tab" if delimiter == "\t" else f'"{delimiter}"' for delimiter in delimiters)


def _header(path: Path, codec: str) -> str:
    """The first line that is not empty."""
    with open_text(path, codec) as stream:
        while line := stream.readline(LONGEST):
            if line.strip():
                return line
    return ""


def _decide_single(path: Path, codec: str) -> str:
    """No delimiter in the header: blanks where they make several columns throughout, else one column."""
    share, columns = _score(path, codec, BLANK)
    if columns > 1 and share == 1.0:
        return BLANK
    return max(CANDIDATES, key=lambda candidate: _score(path, codec, candidate))


def _score(path: Path, codec: str, delimiter: str) -> tuple[float, int]:
    """(share of records that are whole, columns)."""
    whole = broken = columns = 0
    try:
        with open_text(path, codec) as stream:
            for record in read_records(stream, delimiter):
                if isinstance(record, Broken):
                    broken += 1
                else:
                    columns = columns or len(record[1])
                    whole += 1
    except LineTooLongError:
        return 0.0, 0
    return (whole / (whole + broken) if columns > 1 or delimiter != BLANK else 0.0), columns

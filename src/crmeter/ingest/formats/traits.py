"""What a look over a column shows of its texts, so that only what is there is asked about and paid for."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from crmeter.ingest.formats.clean import literal

_SIGNS = {
    "wide": "strlen(v) <> length(v)",
    "years": "regexp_matches(v, '[年民]')",
    "marks": "regexp_matches(v, '[0-9] ?[-/.] ?[0-9]+ ?[-/.] ?[0-9]')",
    "bare": "regexp_matches(v, '^[0-9]+(?:[.][0-9]+)?(?:[T ].*)?$')",
    "months": "regexp_matches(v, '[A-Za-z]{3}')",
    "colons": "contains(v, ':')",
    "seconds": r"regexp_matches(v, ':\d+:')",
    "fractions": r"regexp_matches(v, ':\d+[.]\d')",
    "halves": "regexp_matches(v, '[AaPp][Mm]|[午上晨晚]')",
    "compact_times": r"regexp_matches(v, '^\d{8}[T ]?\d{4,6}')",
    "offsets": "OFFSET",
    "short_years": r"regexp_matches(v, '^\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?$')",
    "roc_years": r"regexp_matches(v, '^(?:民國|民国|ROC ?)?\s*1\d{2}\s*[-/.年]|^1\d{6}$|^(?:民國|民国)')",
}


@dataclass(frozen=True)
class Traits:
    """How many of the texts (``total``, none of them missing) have each trait."""

    total: int
    wide: int
    years: int
    marks: int
    bare: int
    months: int
    colons: int
    seconds: int
    fractions: int
    halves: int
    compact_times: int
    offsets: int
    short_years: int
    roc_years: int

    @property
    def times(self) -> tuple[str, ...]:
        """The strptime formats of the times that stand behind the dates; '' is none."""
        found: list[str] = []
        halves = self.halves > 0
        if self.colons < self.total:
            found.append("")
        if self.fractions:
            found.append("%H:%M:%S.%n")
        if self.seconds or self.compact_times:
            found += ["%H:%M:%S", *(("%I:%M:%S %p", "%I:%M:%S%p") if halves else ())]
        if self.colons > self.seconds or self.compact_times:
            found += ["%H:%M", *(("%I:%M %p", "%I:%M%p") if halves else ())]
        return tuple(found) or ("",)


def look(con: duckdb.DuckDBPyConnection, values: str, offset: str) -> Traits:
    """The traits of the texts ``v`` of a relation; ``offset`` is the pattern of an offset from UTC."""
    signs = [sql if sql != "OFFSET" else f"regexp_matches(v, {literal(offset)})" for sql in _SIGNS.values()]
    counted = ", ".join(f"count(*) FILTER ({sign})" for sign in signs)
    row = con.execute(f"SELECT count(*), {counted} FROM ({values})").fetchall()[0]
    return Traits(*row)

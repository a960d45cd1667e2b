"""What the values of a raw column look like: the evidence beside its header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import duckdb

from crmeter.ingest.mapping import quoted
from crmeter.ingest.source import RawTable

_SAMPLED = 2_000  # rows that the shape of values is read from; keys, choices and references are looked up in all
_LOOKED_UP = 20_000  # distinct values of a column that are looked up in another table
_FEW = 200  # distinct values that a choice can have

_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_SHAPES = {
    "dates": r"(19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?"  # 2025-03-01 …
    r"|\d{1,2}[-/.]\d{1,2}[-/.](19|20)?\d\d([T ,].*)?"  # 1/3/2025 …
    r"|(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])"  # 20250301
    r"|(19|20)\d\d ?年 ?\d{1,2} ?月 ?\d{1,2} ?日.*"  # 2025年3月1日
    r"|(民國|民国)? ?\d{2,3}[年./-] ?\d{1,2}[月./-] ?\d{1,2} ?日?([T ].*)?"  # 114/03/01
    rf"|\d{{1,2}}[- ]{_MONTH}[-, ]+(19|20)\d\d.*|{_MONTH} \d{{1,2}},? (19|20)\d\d.*",
    "numbers": r"[-+(]?\s*(NT\$|HK\$|US\$|\$|¥|€|£|￥|TWD|CNY|RMB|USD)?\s*[-+]?[0-9０-９][0-9０-９,.'’ ]*"
    r"\s*(元|円)?\)?\s*%?",
    "integers": r"[-+]?\d{1,18}(\.0+)?",
    "negatives": r"(-|\(|[^0-9]{1,4}-)\s*.*\d.*",
    "serials": r"[1-9]\d{4}(\.\d+)?",
    "epochs": r"1\d{9}(\d{3})?",
    "currencies": "TWD|CNY|USD|EUR|JPY|HKD|GBP|KRW|SGD|MYR|THB|AUD|CAD|CHF|INR|IDR|PHP|VND|NZD|SEK|NOK|DKK|BRL|MXN|ZAR"
    "|AED|PLN|MOP|RMB",
    "flags": "true|false|yes|no|y|n|t|f|0|1|是|否|有|無|无",
    "emails": r"[^@\s]+@[^@\s]+\.[^@\s]+",
}
_PLAIN = re.compile(r"[-+]?\d{1,15}(\.\d+)?")
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _SHAPES.items()}


@dataclass(frozen=True)
class Profile:
    """One raw column. Shares are of the filled values in the sample."""

    table: str
    column: str
    rows: int
    filled: float  # share of the rows
    distinct: int
    dates: float
    numbers: float
    integers: float
    negatives: float
    serials: float  # five digits: a spreadsheet's day number, where the header says date
    epochs: float
    currencies: float
    flags: float
    emails: float
    longest: int
    low: float | None  # of those that are plain numbers
    high: float | None

    @property
    def empty(self) -> bool:
        return self.filled == 0


@dataclass
class Evidence:
    """The raw tables of one source, asked about their values. Answers are remembered."""

    con: duckdb.DuckDBPyConnection
    schema: str
    tables: dict[str, RawTable]
    _seen: dict[tuple[str, ...], object] = field(default_factory=dict)

    @cached_property
    def profiles(self) -> dict[str, dict[str, Profile]]:
        """Raw table → column → profile."""
        return {name: self._profile(table) for name, table in self.tables.items()}

    def name(self, table: str) -> str:
        """The table as SQL names it."""
        return f"{quoted(self.schema)}.{quoted(table)}"

    def _profile(self, table: RawTable) -> dict[str, Profile]:
        """Rows spread over the whole table: the same ones each time."""
        step = max(1, -(-table.rows // _SAMPLED))
        select = ", ".join(f"trim({quoted(column)}::VARCHAR)" for column in table.columns)
        rows = self.con.execute(
            f"SELECT {select} FROM {self.name(table.name)}"
            " QUALIFY (row_number() OVER (ORDER BY _file, _row) - 1) % ? = 0",
            [step],
        ).fetchall()
        return {
            column: _shape(table, column, [row[place] for row in rows]) for place, column in enumerate(table.columns)
        }

    def _one(self, sql: str, parameters: list[object] | None = None) -> object:
        row = self.con.execute(sql, parameters or []).fetchone()
        return row[0] if row else None

    def unique(self, table: str, column: str) -> bool:
        """Whether every row has a value there, and no two the same."""
        sql = f"SELECT count(DISTINCT nullif(trim({quoted(column)}::VARCHAR), '')) = count(*) FROM {self.name(table)}"
        return bool(self._remember(("unique", table, column), sql))

    def values(self, table: str, column: str) -> list[str]:
        """The distinct values, most frequent first; none if there are too many for a choice."""
        memory = ("values", table, column)
        if memory not in self._seen:
            text = quoted(column)
            rows = self.con.execute(
                f"SELECT {text}::VARCHAR, count(*) AS n FROM {self.name(table)} WHERE trim({text}::VARCHAR) <> ''"
                f" GROUP BY 1 ORDER BY n DESC, 1 LIMIT {_FEW + 1}"
            ).fetchall()
            self._seen[memory] = [value for value, _ in rows] if len(rows) <= _FEW else []
        found = self._seen[memory]
        assert isinstance(found, list)
        return found

    def overlap(self, table: str, column: str, other: str, key: str) -> float:
        """Share of the distinct values of a column that are values of another table's ``key``."""
        sql = (
            f"SELECT coalesce(avg((v IN (SELECT trim({quoted(key)}::VARCHAR) FROM {self.name(other)}))::INT), 0)"
            f" FROM (SELECT DISTINCT trim({quoted(column)}::VARCHAR) AS v FROM {self.name(table)}"
            f" WHERE trim({quoted(column)}::VARCHAR) <> '' LIMIT {_LOOKED_UP})"
        )
        return float(str(self._remember(("overlap", table, column, other, key), sql)))

    def distinct(self, table: str, expression: str) -> int:
        """How many values an expression of ours has."""
        sql = f"SELECT count(DISTINCT {expression}) FROM {self.name(table)}"
        return int(str(self._remember(("distinct", table, expression), sql)))

    def in_order(self, table: str, early: str, late: str) -> float | None:
        """Share of the rows with both dates in which ``early`` is not after ``late``; None if no row has both."""
        sql = (
            f"SELECT avg((a <= b)::INT) FROM (SELECT {_moment(early)} AS a, {_moment(late)} AS b"
            f" FROM {self.name(table)} LIMIT {_LOOKED_UP}) WHERE a IS NOT NULL AND b IS NOT NULL"
        )
        found = self._remember(("order", table, early, late), sql)
        return None if found is None else float(str(found))

    def share(self, table: str, condition: str) -> float:
        """Share of the rows for which a condition of ours holds."""
        sql = f"SELECT coalesce(avg(coalesce(({condition}), false)::INT), 0) FROM {self.name(table)}"
        return float(str(self._remember(("share", table, condition), sql)))

    def constant_within(self, table: str, column: str, key: str) -> bool:
        """Whether rows of the same ``key`` never have two different values in ``column``."""
        sql = (
            f"SELECT coalesce(max(n), 0) <= 1 FROM (SELECT count(DISTINCT nullif(trim({quoted(column)}::VARCHAR), ''))"
            f" AS n FROM {self.name(table)} GROUP BY {quoted(key)})"
        )
        return bool(self._remember(("constant", table, column, key), sql))

    def _remember(self, memory: tuple[str, ...], sql: str) -> object:
        if memory not in self._seen:
            self._seen[memory] = self._one(sql)
        return self._seen[memory]


def _shape(table: RawTable, column: str, sampled: Sequence[str | None]) -> Profile:
    """The profile of a column from sampled values, trimmed."""
    counts = Counter(value for value in sampled if value)
    filled = sum(counts.values())
    shares = {
        name: sum(n for value, n in counts.items() if pattern.fullmatch(value)) / max(filled, 1)
        for name, pattern in _PATTERNS.items()
    }
    numbers = [float(value) for value in counts if _PLAIN.fullmatch(value)]
    return Profile(
        table.name,
        column,
        table.rows,
        filled / max(len(sampled), 1),
        len(counts),
        **shares,
        longest=max(map(len, counts), default=0),
        low=min(numbers, default=None),
        high=max(numbers, default=None),
    )


def _moment(column: str) -> str:
    """A rough reading of a date column, good enough to see which of two comes first."""
    text = f"trim({quoted(column)}::VARCHAR)"
    days = ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d/%m/%Y", "%m/%d/%Y")
    formats = [day + clock for day in days for clock in ("", " %H:%M", " %H:%M:%S")]
    listed = ", ".join(f"'{one}'" for one in formats)
    return f"coalesce(try_cast({text} AS TIMESTAMP), try_strptime({text}, [{listed}]))"

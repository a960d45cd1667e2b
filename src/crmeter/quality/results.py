"""What a load makes of the rules: how many rows each was asked of, how many keep it, and which do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from crmeter.model.tables import BY_NAME
from crmeter.quality.duplicates import Ask, duplicates
from crmeter.quality.rule import Kind, Rule, Severity
from crmeter.quality.rules import RULES
from crmeter.warehouse.identifier import quoted

SOURCE = "crmeter"  # what wrote the results
FITS, SINGLE, UNIQUE_KEY = "row_fits", "no_duplicate", "key_unique"
_REPEATED = ("repeated_key", "key_of_source")  # reasons of quarantine that begin so are about keys


@dataclass(frozen=True)
class Result:
    """One rule in one load: ``passed`` of ``checks`` rows keep it."""

    table: str
    rule: str
    kind: Kind
    severity: Severity
    checks: int
    passed: int

    @property
    def broken(self) -> int:
        return self.checks - self.passed

    @property
    def share(self) -> float | None:
        """The share that passes; None where nothing was to be checked."""
        return self.passed / self.checks if self.checks else None


@dataclass(frozen=True)
class Broken:
    """A row that breaks a rule: where it stands, and its key."""

    file: str | None
    row: int | None
    key: str | None


def keep(con: duckdb.DuckDBPyConnection, load: int, currency: str) -> None:
    """Write what the rows of a new load make of the rules into ``rule_result``. Needs the derived tables."""
    con.executemany(
        'INSERT INTO main.rule_result (load, "table", rule, kind, severity, checks, passed, _source, _load) '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [load, r.table, r.rule, str(r.kind), str(r.severity), r.checks, r.passed, SOURCE, load]
            for r in (*_of_rows(con, currency), *_of_loading(con, load), _of_duplicates(con))
        ],
    )


def _of_rows(con: duckdb.DuckDBPyConnection, currency: str) -> Iterator[Result]:
    """All rules of a table in one scan of it."""
    by_table: dict[str, list[Rule]] = {}
    for rule in RULES:
        by_table.setdefault(rule.table, []).append(rule)
    for table, rules in by_table.items():
        if con.execute(f"FROM {quoted('main', table)} LIMIT 1").fetchone() is None:
            continue
        counts = ", ".join(
            f"count(*) FILTER ({rule.asked}), count(*) FILTER (({rule.asked}) AND ({rule.holds}))" for rule in rules
        )
        sql = f"SELECT {counts} FROM {quoted('main', table)} AS r"
        row = con.execute(sql, {"currency": currency} if "$currency" in sql else {}).fetchone()
        assert row is not None
        for i, rule in enumerate(rules):
            yield Result(table, rule.name, rule.kind, rule.severity, row[2 * i], row[2 * i + 1])


def _of_loading(con: duckdb.DuckDBPyConnection, load: int) -> Iterator[Result]:
    """Rows that could not be taken, of the newest delivery of every source."""
    read = con.execute(
        'SELECT "table", sum(read)::BIGINT FROM (SELECT *, max(load) OVER (PARTITION BY source) AS newest '
        'FROM meta.load_table) WHERE load = newest GROUP BY "table" HAVING sum(read) > 0 ORDER BY "table"'
    ).fetchall()
    refused = con.execute(
        "SELECT \"table\", bool_or(list_contains($repeated, split_part(reason, ':', 1))) AS twice "
        'FROM meta.quarantine GROUP BY source, "table", file, "row"',
        {"repeated": list(_REPEATED)},
    ).fetchall()
    for table, rows in read:
        twice = sum(name == table and again for name, again in refused)
        unfit = sum(name == table and not again for name, again in refused)
        yield Result(table, FITS, Kind.VALIDITY, Severity.ERROR, rows, max(rows - unfit, 0))
        yield Result(table, UNIQUE_KEY, Kind.UNIQUENESS, Severity.ERROR, rows, max(rows - twice, 0))


def _of_duplicates(con: duckdb.DuckDBPyConnection) -> Result:
    """Of every set of customers that are probably one, all but one are too many."""
    (customers,) = con.execute(
        "SELECT count(*) FROM main.customer WHERE deleted_at IS NULL AND merged_into IS NULL"
    ).fetchall()[0]

    def ask(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return con.execute(sql, given).fetchall()

    too_many = sum(len(found.customers) - 1 for found in duplicates(ask))
    return Result("customer", SINGLE, Kind.UNIQUENESS, Severity.WARNING, customers, customers - too_many)


def results(ask: Ask) -> list[Result]:
    """The results of the newest load, by table."""
    rows = ask(
        'SELECT "table", rule, kind, severity, checks, passed FROM main.rule_result '
        'WHERE load = (SELECT max(load) FROM main.rule_result) ORDER BY "table", kind, rule',
        {},
    )
    return [
        Result(table, rule, Kind(kind), Severity(s), checks, passed) for table, rule, kind, s, checks, passed in rows
    ]


def broken_rows(ask: Ask, rule: Rule, currency: str, most: int) -> list[Broken]:
    """The first rows that break a rule."""
    key = _key_of(rule.table)
    sql = (
        f"SELECT r._file, r._row, CAST(r.{quoted(key)} AS VARCHAR) FROM {quoted('main', rule.table)} AS r "
        f"WHERE ({rule.asked}) AND NOT coalesce({rule.holds}, false) ORDER BY r._file, r._row LIMIT $most"
    )
    given: Mapping[str, object] = {"most": most, **({"currency": currency} if "$currency" in sql else {})}
    return [Broken(*row) for row in ask(sql, given)]


def _key_of(table: str) -> str:
    return BY_NAME[table].keys[0]


def to_mend_first(ask: Ask, rules: Sequence[Rule], currency: str, most: int) -> list[tuple[str, float, int]]:
    """The customers who break rules of errors and warnings, those who brought most first: id, revenue, rules broken."""
    tests = " + ".join(
        f"CASE WHEN ({rule.asked}) AND NOT coalesce({rule.holds}, false) THEN 1 ELSE 0 END"
        for rule in rules
        if rule.table == "customer" and rule.severity is not Severity.INFO
    )
    worth = "o.amount * CASE WHEN o.currency = $currency THEN 1 ELSE q.rate END"
    bought = (
        f'SELECT o.customer_id AS buyer, sum({worth}) AS revenue FROM main."order" AS o '
        "LEFT JOIN derived.rate AS q ON q.currency = o.currency AND q.day = o.ordered_on GROUP BY ALL"
    )
    return ask(
        f"SELECT r.customer_id, coalesce(revenue, 0)::DOUBLE, {tests} AS broken FROM main.customer AS r "
        f"LEFT JOIN ({bought}) ON buyer = r.customer_id "
        "WHERE broken > 0 AND r.deleted_at IS NULL AND r.merged_into IS NULL ORDER BY 2 DESC, 1 LIMIT $most",
        {"most": most, "currency": currency},
    )

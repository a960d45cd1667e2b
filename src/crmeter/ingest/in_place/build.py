"""One build: the raw tables of a server become its canonical tables, anew and whole, by the mappings of the workspace.

Rows are checked as every load checks them; those that fail stand in the table QUARANTINE with their reasons. There is
no history: what was there before is gone, and nothing tells new rows from old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crmeter.ingest import reasons, validation
from crmeter.ingest.assignment import read_mappings
from crmeter.ingest.in_place import clickhouse, postgres, spark
from crmeter.ingest.in_place.reading import Reader, cleaned, unfit
from crmeter.ingest.in_place.site import Built, Names, Site
from crmeter.ingest.in_place.translation import translated
from crmeter.ingest.mapping import Mapping as SelectOf
from crmeter.ingest.references import references
from crmeter.ingest.report import LoadReport, Note, TableCount
from crmeter.ingest.validation import RAW
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.table import Table
from crmeter.model.tables import BY_NAME, TABLES
from crmeter.model.tables.customer import CUSTOMER
from crmeter.warehouse.engines import server
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.products import product_of
from crmeter.warehouse.engines.spark_places import BUILT
from crmeter.warehouse.horizon import data_horizon, history_start
from crmeter.warehouse.identifier import quoted

QUARANTINE = "quarantine"
LOADED = BUILT  # its presence says that the tables beside it are ours to replace
SITES: Mapping[str, Callable[[str], AbstractContextManager[Site]]] = {
    "PostgreSQL": postgres.at,
    "ClickHouse": clickhouse.at,
    "Spark": spark.at,
}
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True)
class Plan:
    """What is built: from the raw schemas of sources (``raw``, by source) into ``schema`` of the server at ``url``."""

    root: Path
    url: str = field(repr=False)
    raw: Mapping[str, str]
    schema: str
    rules: Rules


@dataclass(frozen=True)
class Staged:
    """The checked rows of one mapping in the temporary table ``name``; ``_errors`` of a valid row is empty.

    ``checks`` are those that some row fails.
    """

    source: str
    rank: int
    mapping: SelectOf
    name: str
    read: int
    checks: Mapping[int, validation.Check]
    attributes: Mapping[str, str]


def build(plan: Plan, progress: Progress, now: datetime | None = None) -> LoadReport:
    """Build the canonical tables of ``plan``. Raises UserError with all that is wrong with mappings and columns at
    once, and ServerError where the server does not do what is asked; then what was there stays."""
    started = now or datetime.now(UTC)
    with SITES[product_of(plan.url).name](plan.url) as site:
        run = _Build(site, plan, progress)
        run.build(started)
        with server.opened(plan.url, plan.schema) as engine:
            as_of = data_horizon(engine, plan.rules, started)
            first = history_start(engine)
    ended = datetime.now(UTC)
    counts = tuple(run.counts())
    return LoadReport(run.load, True, as_of, first, started, ended, counts, tuple(run.notes), ())


@dataclass
class _Build:
    site: Site
    plan: Plan
    progress: Progress
    load: int = 1
    staged: list[Staged] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # SELECTs of lines of the quarantine
    believed: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # table → columns with types
    accepted: dict[tuple[str, str], int] = field(default_factory=dict)  # rows, by source and table

    def build(self, started: datetime) -> None:
        """Everything up to the new tables."""
        self._own_schema()
        self._stage()
        order = [*(table for table in TABLES if table is not CUSTOMER), CUSTOMER]
        for done, table in enumerate(order):
            self.progress(t("Loading {table}", table=table.name), done / len(order))
            self._gather(table)
        self.site.publish(self.plan.schema, self.load, list(self._published(started)))

    def _own_schema(self) -> None:
        """Replace only what a build made."""
        schema = self.plan.schema
        there = self.site.standing(schema)
        foreign = [name for name in (*BY_NAME, QUARANTINE) if name in there and LOADED not in there]
        if schema in self.plan.raw.values() or foreign:
            raise UserError.of(
                t("The schema “{schema}” holds tables that crmeter did not build: {tables}.",
                  schema=schema, tables=", ".join(foreign) or "–"),
                t("Building would take them away."),
                t("Let [engine] schema name a schema of its own."),
            )  # fmt: skip
        if LOADED in there:
            [(last,)] = self.site.rows(f"SELECT max(load) FROM {self.site.named(schema, LOADED)}")
            self.load = int(last or 0) + 1

    def _stage(self) -> None:
        """Every mapping run and checked; all problems at once."""
        problems: list[Problem] = []
        for rank, (source, schema) in enumerate(self.plan.raw.items()):
            shape = self.site.shape(schema)
            if not shape:
                problems.append(Problem(t("The schema “{schema}” has no table that may be read.", schema=schema)))
                continue
            found, wrong = read_mappings(self.plan.root, source, Names(shape))
            problems += wrong
            for mapping in found:
                self.progress(t("Checking {source}.{table}", source=source, table=mapping.table.name), None)
                try:
                    select = translated(mapping, self.site, schema, shape)
                    self.staged.append(self._run(source, rank, mapping, select))
                except UserError as error:
                    problems += error.problems
        raise_if_any(problems)

    def _run(self, source: str, rank: int, mapping: SelectOf, select: str) -> Staged:
        try:
            return self._staged(source, rank, mapping, select)
        except ServerError as error:
            failure = " ".join(str(error).split())
            raise UserError.of(
                t("The mapping {path} fails: {error}", path=mapping.path, error=failure),
                next=t("Correct the SELECT; on the server it ran as: {sql}", sql=select),
            ) from error

    def _staged(self, source: str, rank: int, mapping: SelectOf, select: str) -> Staged:
        site, table = self.site, mapping.table
        types = site.scratch("mapped", select, again=False)
        site.scratch("clean", cleaned(site, table, types, "mapped"), again=False)
        columns = Reader(site, "clean", types, self.plan.rules).columns(table)
        raise_if_any(columns.problems)
        site.scratch("converted", f"SELECT {_listed(columns.inner)} FROM clean", again=False)
        checks = validation.checks(table, mapping.columns)
        wrong = [f"CASE WHEN coalesce({c.fails}, false) THEN '[{i}]' ELSE '' END" for i, c in enumerate(checks)]
        name = f"checked_{rank}_{table.name}"
        kept = [*columns.outer, *((n, quoted(n)) for n, _ in columns.inner if n.startswith(RAW))]
        site.scratch(name, f"SELECT {_listed(kept)}, {' || '.join(wrong) or _EMPTY} AS _errors FROM converted")
        raise_if_any(unfit(site, table, mapping.columns, name))
        counts = dict(site.rows(f"SELECT _errors, count(*) FROM {quoted(name)} GROUP BY _errors"))
        failed = {i: check for i, check in enumerate(checks) if any(f"[{i}]" in each for each in counts)}
        return Staged(source, rank, mapping, name, sum(counts.values()), failed, columns.attributes)

    def _gather(self, table: Table) -> None:
        """Bring the valid rows of all sources together: one per key, with what they refer to."""
        own = [each for each in self.staged if each.mapping.table is table]
        columns = [*table.stored, *(_attributes(own).items())]
        for each in own:
            self._refuse_invalid(table, each)
        if own:
            self._number(table, own, columns)
        for each in own:
            self.site.drop(each.name)
        if own or table is CUSTOMER:
            self._believe(table, columns, numbered=bool(own))

    def _refuse_invalid(self, table: Table, staged: Staged) -> None:
        failed = f"failed_{staged.rank}_{table.name}"
        if staged.checks:
            self.site.scratch(failed, f"SELECT * FROM {quoted(staged.name)} WHERE _errors <> ''")
        for i, check in staged.checks.items():
            where = f"FROM {quoted(failed)} WHERE _errors LIKE '%[{i}]%'"
            value, reason = quoted(RAW + check.column), self.site.literal(check.reason)
            self._refuse(table, self.site.literal(staged.source), check.column, value, reason, where)

    def _refuse(self, table: Table, source: str, column: str, value: str, reason: str, where: str) -> None:
        """Lines of the quarantine; ``source``, ``value`` and ``reason`` are SQL."""
        literal = self.site.literal
        self.refused.append(
            f'SELECT {source} AS source, {literal(table.name)} AS "table", {self._key(table)} AS "row", '
            f'{literal(column)} AS "column", {value} AS value, {reason} AS reason {where}'
        )

    def _key(self, table: Table) -> str:
        kinds = dict(table.stored)
        return " || ', ' || ".join(self.site.text(quoted(key), kinds[key]) for key in table.keys)

    def _number(self, table: Table, own: list[Staged], columns: list[tuple[str, str]]) -> None:
        """Number the rows of each key: the first by source, then by content, is believed."""
        literal, keys = self.site.literal, ", ".join(map(quoted, table.keys))
        parts = [
            f"SELECT {', '.join(self._column(each, *column) for column in columns)}, "
            f"{literal(each.source)} AS _source, {each.rank} AS _rank FROM {quoted(each.name)} WHERE _errors = ''"
            for each in own
        ]
        content = ", ".join(quoted(name) for name, _ in columns)
        numbered = quoted(f"numbered_{table.name}")
        self.site.scratch(
            f"numbered_{table.name}",
            f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY _rank, {content}) AS _nth, "
            f"first_value(_source) OVER (PARTITION BY {keys} ORDER BY _rank, {content}) AS _first, "
            f"row_number() OVER (PARTITION BY {keys}, _source ORDER BY {content}) AS _again "
            f"FROM ({' UNION ALL '.join(parts)}) AS every_source",
        )
        repeated = f"CASE WHEN _first = _source THEN {literal(reasons.REPEATED)} "
        repeated += f"ELSE {literal(reasons.ELSEWHERE + ':')} || _first END"
        where = f"FROM {numbered} WHERE _nth > 1"
        self._refuse(table, "_source", ", ".join(table.keys), self._key(table), repeated, where)
        again = dict(self.site.rows(f"SELECT _source, count(*) FROM {numbered} WHERE _again > 1 GROUP BY _source"))
        raise_if_any(
            _multiplies(each, again.get(each.source, 0)) for each in own if 2 * again.get(each.source, 0) > each.read
        )

    def _column(self, staged: Staged, name: str, kind: str) -> str:
        """A column of a mapping, as all sources together have it."""
        if name in dict(staged.mapping.table.stored):
            return quoted(name)
        if name not in staged.attributes:
            return f"{self.site.typed('NULL', _kept(kind))} AS {quoted(name)}"
        own = staged.attributes[name]
        return quoted(name) if own == kind else f"{self.site.text(quoted(name), own)} AS {quoted(name)}"

    def _believe(self, table: Table, columns: list[tuple[str, str]], *, numbered: bool) -> None:
        named, rows = ", ".join(quoted(name) for name, _ in columns), quoted(f"numbered_{table.name}")
        there, parts = "_nth = 1", []
        required = [c for c in references(table) if c.required and c.to != CUSTOMER.name] if numbered else []
        for column in required:
            found = quoted(f"found_{column.name}")
            rows += f" LEFT JOIN {self._keys(column.to, found)} ON {quoted(column.name)} = {found}"
            missing = self.site.literal(f"{reasons.NO_SUCH}:{column.to}")
            where = f"FROM {rows} WHERE {there} AND {found} IS NULL"
            self._refuse(table, "_source", column.name, quoted(column.name), missing, where)
            there += f" AND {found} IS NOT NULL"
        if numbered:
            parts.append(f"SELECT {named}, _source FROM {rows} WHERE {there}")
        if table is CUSTOMER and self._imply(numbered=numbered):
            nothing = ", ".join(self.site.typed("NULL", _kept(kind)) for name, kind in columns if name != "customer_id")
            parts.append(f"SELECT id, {nothing}, '' FROM implied")
        if parts:
            name = f"believed_{table.name}"
            self.site.scratch(name, " UNION ALL ".join(parts), again=bool(required))
            self.believed[table.name] = columns
            counted = self.site.rows(f"SELECT _source, count(*) FROM {quoted(name)} GROUP BY _source")
            self.accepted.update({(source, table.name): count for source, count in counted})

    def _keys(self, table: str, name: str) -> str:
        """The keys of a table's believed rows, each once, in the column ``name`` of a table to be joined."""
        (key,) = BY_NAME[table].keys
        rows = f"{quoted(key)} AS {name} FROM {quoted(f'believed_{table}')}"
        nothing = f"{self.site.typed('NULL', 'VARCHAR')} AS {name} WHERE 1 = 0"
        return f"(SELECT {rows if table in self.believed else nothing}) AS {quoted(f'keys_{table}')}"

    def _imply(self, *, numbered: bool) -> bool:
        """Customers that rows refer to and that no source delivers; whether there are any."""
        refers = {name: [c.name for c in references(BY_NAME[name]) if c.to == CUSTOMER.name] for name in self.believed}
        parts = {
            name: [f"SELECT {quoted(c)} AS id FROM {quoted(f'believed_{name}')}" for c in found]
            for name, found in refers.items()
            if found
        }
        every = [sql for found in parts.values() for sql in found]
        known = ""
        if numbered:
            every.append("SELECT merged_into AS id FROM numbered_customer WHERE _nth = 1")
            delivered = "SELECT customer_id AS known FROM numbered_customer WHERE _nth = 1"
            known = f" LEFT JOIN ({delivered}) AS k ON id = known WHERE known IS NULL"
        if not every:
            return False
        mentioned = f"SELECT DISTINCT id FROM ({' UNION ALL '.join(every)}) AS m WHERE id IS NOT NULL"
        self.site.scratch("implied", f"SELECT id FROM ({mentioned}) AS m{known}")
        [(count,)] = self.site.rows("SELECT count(*) FROM implied")
        if count:
            again = "AS m WHERE id IN (SELECT id FROM implied) LIMIT 1"
            tables = [name for name, found in parts.items() if self._any(f"({' UNION ALL '.join(found)}) {again}")]
            self.notes.append(Note("implied_customers", CUSTOMER.name, count, ", ".join(tables)))
        return bool(count)

    def _any(self, rows: str) -> bool:
        return bool(self.site.rows(f"SELECT 1 FROM {rows}"))

    def _published(self, started: datetime) -> Iterator[Built]:
        for table in TABLES:
            if table.name in self.believed:
                columns = [
                    (name, self.site.typed(quoted(name), _kept(kind))) for name, kind in self.believed[table.name]
                ]
                rows = sum(count for (_, name), count in self.accepted.items() if name == table.name)
                sql = f"SELECT {_listed(columns)}, _source FROM {quoted(f'believed_{table.name}')}"
                yield Built(table.name, sql, rows)
            else:
                nothing = [
                    (name, self.site.typed("NULL", kind)) for name, kind in (*table.stored, ("_source", "VARCHAR"))
                ]
                yield Built(table.name, f"SELECT {_listed(nothing)} WHERE 1 = 0", 0)
        nothing = [(name, self.site.typed("NULL", "VARCHAR")) for name in _REFUSED]
        lines = [*self.refused, f"SELECT {_listed(nothing)} WHERE 1 = 0"]
        yield Built(QUARANTINE, " UNION ALL ".join(lines), len(self.refused))
        at = self.site.moment(self.site.literal(f"{started.astimezone(UTC):%Y-%m-%d %H:%M:%S}"), "VARCHAR", "UTC")
        yield Built(LOADED, f"SELECT {self.load} AS load, {at} AS built_at", 1)

    def counts(self) -> Iterator[TableCount]:
        """The account of every mapping: read = accepted + quarantined."""
        for each in self.staged:
            accepted = self.accepted.get((each.source, each.mapping.table.name), 0)
            yield TableCount(
                each.source, each.mapping.table.name, each.read, accepted=accepted, quarantined=each.read - accepted
            )


_EMPTY = "''"
_REFUSED = ("source", "table", "row", "column", "value", "reason")


def _listed(columns: list[tuple[str, str]]) -> str:
    return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns)


def _kept(kind: str) -> str:
    """The canonical type in which a column or attribute is kept."""
    return {"DECIMAL": "DOUBLE", "TIMESTAMPTZ": "TIMESTAMP"}.get(kind, kind)


def _attributes(staged: list[Staged]) -> dict[str, str]:
    """The custom attributes that the sources give, with their types; text where they do not agree."""
    found: dict[str, str] = {}
    for each in staged:
        for name, kind in each.attributes.items():
            found[name] = kind if found.get(name, kind) == kind else "VARCHAR"
    return found


def _multiplies(staged: Staged, repeats: int) -> Problem:
    keys = ", ".join(staged.mapping.table.keys)
    return Problem(
        t("{path}: this mapping multiplies rows.", path=staged.mapping.path),
        t("{repeats} of its {rows} rows repeat the key ({key}) of another row.",
          repeats=repeats, rows=staged.read, key=keys),
        t("Look for a JOIN that finds several partners for one row, or group the rows by the key."),
    )  # fmt: skip

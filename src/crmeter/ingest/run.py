"""One load: what the sources deliver now becomes what is believed, whole or not at all.

A load is a snapshot of each source it covers: rows that are no longer delivered are gone, and so are those of a table
whose mapping was taken away. A run over all sources also ends the rows of sources that are no longer in crmeter.toml
(so that a renamed source does not stand in its own way); a run over some sources leaves all others alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from crmeter.ingest import candidates, quarantine, record, references
from crmeter.ingest.account import accounts
from crmeter.ingest.assignment import Assignment, assign
from crmeter.ingest.configured import ConfiguredSource
from crmeter.ingest.landing import Landed, Progress, closing, drop_raw, land, leave, paths_in_place
from crmeter.ingest.report import LoadReport, Note
from crmeter.ingest.staging import Staged, stage
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.extras import hidden
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.model.tables import TABLES
from crmeter.model.tables.customer import CUSTOMER
from crmeter.quality import arrivals, results
from crmeter.warehouse import derive, schema
from crmeter.warehouse.advance import Advance
from crmeter.warehouse.business_days import years_unknown
from crmeter.warehouse.erasure import Checked, Incoming, holds_erased
from crmeter.warehouse.history import Merged, holds_rows_of, merge
from crmeter.warehouse.horizon import data_horizon, history_start
from crmeter.warehouse.publish import Unchanged, lock_down, writing


def silent(step: str, done: float | None) -> None:
    """Progress that nobody watches."""


def ingest(
    root: Path,
    warehouse: Path,
    rules: Rules,
    sources: Sequence[ConfiguredSource],
    names: Sequence[str] = (),
    progress: Progress = silent,
    now: datetime | None = None,
) -> LoadReport:
    """Load ``sources`` (only those in ``names``, if given) of the workspace ``root`` into ``warehouse``.

    The load is published with the next number; if nothing has changed, none is. Raises UserError with everything that
    is wrong with files, mappings and columns at once; then what was published before stays.
    """
    chosen = _chosen(sources, names)
    started = now or datetime.now(UTC)
    report: LoadReport | None = None
    # DuckDB would import pandas, where it is installed, to see whether a parameter is one of its values
    with hidden("pandas"), closing(chosen), writing(warehouse, holds_erased) as con:
        schema.create(con)
        left = _left(con, sources) if not names else []
        run = _Run(con, root, rules, chosen, left, Incoming.into(con, warehouse), started, progress)
        report = run.report()
        if not report.is_new:
            raise Unchanged
    assert report is not None
    return report


def _chosen(sources: Sequence[ConfiguredSource], names: Sequence[str]) -> list[ConfiguredSource]:
    known = {source.name: source for source in sources}
    raise_if_any(
        Problem(
            t("There is no source “{name}” in crmeter.toml.", name=name),
            next=t("There are: {names}.", names=", ".join(known)) if known else t("Add [sources.{name}].", name=name),
        )
        for name in names
        if name not in known
    )
    if not known:
        raise UserError.of(
            t("crmeter.toml names no source."), next=t("Add one: [sources.NAME] with kind and path, then map it.")
        )
    return [source for source in sources if not names or source.name in names]


def _left(con: duckdb.DuckDBPyConnection, sources: Sequence[ConfiguredSource]) -> list[str]:
    """Sources that were loaded once and are configured no more."""
    there = [row[0] for row in con.execute("SELECT DISTINCT source FROM meta.load_table ORDER BY ALL").fetchall()]
    return [name for name in there if name not in {source.name for source in sources}]


@dataclass
class _Run:
    """The steps of one load, on the private copy of the warehouse."""

    con: duckdb.DuckDBPyConnection
    root: Path
    rules: Rules
    sources: list[ConfiguredSource]
    left: list[str]  # names of sources that are configured no more
    erased: Incoming
    started: datetime
    progress: Progress
    notes: list[Note] = field(default_factory=list)

    @property
    def covered(self) -> list[str]:
        """The sources whose snapshot this load is."""
        return [*(source.name for source in self.sources), *self.left]

    def report(self) -> LoadReport:
        """Do everything up to publishing."""
        before = record.before(self.con)
        landed = self._land()
        staged = self._stage(landed)
        self._hold_back(staged)
        merged = self._merge(staged, before.load + 1)
        self.erased.forget_refused(quarantine.REFUSED)
        as_of = data_horizon(self.con, self.rules, self.started)
        is_new = self._is_new(before, as_of, merged)
        report = LoadReport(
            load=before.load + is_new,
            is_new=is_new,
            as_of=as_of,
            history_start=history_start(self.con),
            started_at=self.started,
            finished_at=datetime.now(UTC),
            tables=tuple(accounts(self.con, staged, merged)),
            notes=(*self.notes, *self._left_notes(merged), *references.notes(self.con), *self._calendar_notes(as_of)),
            formats=tuple(line for each in staged for line in each.conversion.said),
        )
        if is_new:
            self._derive(before, report)
            self._keep(report, staged)
        return report

    def _is_new(self, before: record.Before, as_of: date, merged: dict[str, dict[str, Merged]]) -> bool:
        """Whether anything is known now that was not before: rows, refused rows, the horizon or the rules."""
        return (
            (before.as_of, before.rules) != (as_of, record.written(self.rules))
            or any(count.accepted or count.gone for by_source in merged.values() for count in by_source.values())
            or quarantine.differs(self.con, self.covered)
            or not derive.is_newest(self.con)
            or self.erased.is_behind
        )

    def _land(self) -> list[Landed]:
        landed = land(self.con, self.sources, self.progress)
        for name in self.left:
            drop_raw(self.con, name)
        self.notes.extend(
            Note("landing", table.name, 0, said, each.source.name)
            for each in landed
            for table in each.tables
            for said in table.notes
        )
        lock_down(self.con, paths_in_place(landed))  # from here on SQL of the user runs
        return landed

    def _stage(self, landed: list[Landed]) -> list[Staged]:
        """Every mapping run and checked, and the candidates of every table; all problems at once."""
        assigned, problems = assign(self.root, landed)
        quarantine.create(self.con)
        staged: list[Staged] = []
        ranks = {source.name: rank for rank, source in enumerate(self.sources)}
        for done, each in enumerate(assigned):
            step = t("Checking {source}.{table}", source=each.source, table=each.table.name)
            self.progress(step, done / len(assigned))
            try:
                staged.append(stage(self.con, each, ranks[each.source], self.rules))
            except UserError as error:
                problems.extend(error.problems)
        raise_if_any(problems)
        for table in TABLES:
            problems += candidates.gather(self.con, table, [each for each in staged if each.table is table])
        raise_if_any(problems)
        for source in landed:
            self._refuse_landed(source, [each for each in assigned if each.landed is source])
        leave(self.con, landed)
        return staged

    def _refuse_landed(self, landed: Landed, assigned: list[Assignment]) -> None:
        readers = _readers(assigned)
        quarantine.refuse_landed(self.con, landed, readers)
        for name in sorted({bad.table for bad in landed.bad} - set(readers)):
            count = sum(bad.table == name for bad in landed.bad)
            self.notes.append(Note("unread_records", name, count, source=landed.source.name))

    def _hold_back(self, staged: list[Staged]) -> None:
        """Nobody who was erased comes back."""
        relations = {table.name: (candidates.relation(table),) for table in TABLES}
        checked = [Checked(each.source, each.table.name, each.relation) for each in staged]
        rows = self.erased.hold_back(relations, checked)
        if rows:
            self.notes.append(Note("erased_customers", CUSTOMER.name, sum(rows.values()), ", ".join(rows)))

    def _merge(self, staged: list[Staged], load: int) -> dict[str, dict[str, Merged]]:
        """Hold the candidates against what is believed, customers last: other rows may imply some."""
        merged: dict[str, dict[str, Merged]] = {}
        order = [*(table for table in TABLES if table is not CUSTOMER), CUSTOMER]
        for done, table in enumerate(order):
            own = [each for each in staged if each.table is table]
            self.progress(t("Loading {table}", table=table.name), done / len(order))
            covered = self.covered
            if not own and table is not CUSTOMER and not holds_rows_of(self.con, table, covered):
                merged[table.name] = {}
                continue
            candidates.refuse_known_elsewhere(self.con, table, covered)
            references.refuse_orphans(self.con, table, own)
            if table is CUSTOMER:
                references.imply_customers(self.con, covered)
                covered = [*covered, references.IMPLIED_SOURCE]
            merged[table.name] = merge(self.con, table, candidates.relation(table), load, covered)
        return merged

    def _left_notes(self, merged: dict[str, dict[str, Merged]]) -> list[Note]:
        gone = Counter[str]()
        for by_source in merged.values():
            gone.update({name: by_source[name].gone for name in self.left if name in by_source})
        return [Note("left_source", "", count, source=name) for name, count in gone.items() if count]

    def _calendar_notes(self, as_of: date) -> list[Note]:
        unknown = years_unknown(self.con, self.rules, as_of)
        years = ", ".join(map(str, unknown))
        return [Note("holidays_unknown", "case", len(unknown), years)] if unknown else []

    def _derive(self, before: record.Before, report: LoadReport) -> None:
        """Derive what rests on the rows: of the customers that this load touches, where the rest stays as it is."""
        self.progress(t("Deriving spells"), None)
        follows = before.as_of is not None and before.as_of <= report.as_of
        alike = before.rules == record.written(self.rules) and derive.is_newest(self.con)
        if before.as_of is not None and follows and alike and not self.erased.has_changed:
            Advance(self.con, self.rules, report.load, before.as_of, report.as_of).run()
        else:
            derive.refresh(self.con, self.rules, report.as_of)
            derive.roll_up(self.con, self.rules, report.as_of)

    def _keep(self, report: LoadReport, staged: list[Staged]) -> None:
        """Write down what is known of this load."""
        quarantine.keep(self.con, report.load, self.covered)
        record.record_formats(self.con, self.covered, staged)
        record.record(self.con, report, self.rules)
        self.progress(t("Checking the rules of quality"), None)
        results.keep(self.con, report.load, self.rules.currency)
        arrivals.keep(self.con, report.load, self.rules, report.as_of)
        self.erased.keep()


def _readers(assigned: list[Assignment]) -> dict[str, list[str]]:
    """For each raw table the tables that are filled from it: those whose mapping reads it first, else all that do."""
    first: dict[str, list[str]] = {}
    reading: dict[str, list[str]] = {}
    for each in assigned:
        for place, raw in enumerate(each.mapping.raw_tables):
            reading.setdefault(raw, []).append(each.table.name)
            if place == 0:
                first.setdefault(raw, []).append(each.table.name)
    return {**reading, **first}

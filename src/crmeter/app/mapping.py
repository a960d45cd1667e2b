"""Mappings of a workspace: proposed from what the sources deliver, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb

from crmeter.app.ingesting import silent
from crmeter.app.settings import SourceSettings, Workspace
from crmeter.app.settings.writing import tables_section
from crmeter.app.sources import configured_source
from crmeter.ingest.assignment import assign
from crmeter.ingest.landing import Landed, Progress, closing, land
from crmeter.ingest.mapping import bind
from crmeter.ingest.propose import Proposals, TableProposal, Written, find_joins, write
from crmeter.ingest.propose import propose as propose_mappings
from crmeter.kernel.errors import UserError, raise_if_any

__all__ = ["Checked", "Proposed", "TableProposal", "check", "propose"]


@dataclass(frozen=True)
class Proposed:
    """What is proposed for one source. ``joined`` are files that are now read as one table each (name → glob).

    ``said`` is what a user should know of its raw tables.
    """

    source: str
    proposals: Proposals
    written: tuple[Written, ...]
    joined: tuple[tuple[str, str], ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A mapping that may be loaded: its file, and the columns it delivers."""

    source: str
    table: str
    columns: tuple[str, ...]


def propose(workspace: Workspace, names: Sequence[str] = (), progress: Progress = silent) -> list[Proposed]:
    """Propose mappings for the sources ``names``, all if none is given, and write those that are not there yet.

    Files that belong together are joined in crmeter.toml, unless the source says itself which do.
    """
    return [_propose(workspace, source, progress) for source in _chosen(workspace, names)]


def _propose(workspace: Workspace, source: SourceSettings, progress: Progress) -> Proposed:
    with _landed(workspace, [source], progress) as (con, [found]):
        joins = () if source.tables or source.kind != "files" else find_joins(found.tables)
        if not joins:
            return _write(workspace, con, found, ())
    joined = tuple((join.table, join.pattern) for join in joins)
    with _landed(workspace, [replace(source, tables=joined)], progress) as (con, [found]):
        proposed = _write(workspace, con, found, joined)
    with workspace.toml.open("a", encoding="utf-8") as toml:
        toml.write("\n" + tables_section(source.name, dict(joined)))
    return proposed


def _write(
    workspace: Workspace, con: duckdb.DuckDBPyConnection, landed: Landed, joined: tuple[tuple[str, str], ...]
) -> Proposed:
    name, zone = landed.source.name, landed.source.timezone or workspace.rules.timezone
    found = propose_mappings(con, landed.source.schema, landed.tables, currency=workspace.rules.currency, timezone=zone)
    written = write(found, workspace.mappings / name)
    shown = tuple(replace(each, path=each.path.relative_to(workspace.root)) for each in written)
    said = tuple(note for table in landed.tables for note in table.notes)
    return Proposed(name, found, shown, joined, said)


def check(workspace: Workspace, names: Sequence[str] = (), progress: Progress = silent) -> list[Checked]:
    """Check the mappings of the sources ``names``, all if none is given; UserError with everything that is wrong."""
    with _landed(workspace, _chosen(workspace, names), progress) as (con, landed):
        assigned, problems = assign(workspace.root, landed)
        for each in assigned:
            try:
                bind(each.mapping, con, each.landed.source.schema)
            except UserError as error:
                problems.extend(error.problems)
    raise_if_any(problems)
    return [Checked(each.source, each.table.name, each.mapping.columns) for each in assigned]


def _chosen(workspace: Workspace, names: Sequence[str]) -> list[SourceSettings]:
    return [workspace.source(name) for name in names] if names else list(workspace.sources)


@contextmanager
def _landed(
    workspace: Workspace, sources: Sequence[SourceSettings], progress: Progress
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Landed]]]:
    """The raw tables of sources in a warehouse of the moment."""
    found = [configured_source(workspace.root, source) for source in sources]
    with closing(found), duckdb.connect() as con:
        yield con, land(con, found, progress)

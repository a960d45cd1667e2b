"""What the mappings of a workspace give, and which KPIs still lack something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmeter.app.settings import Workspace
from crmeter.ingest.mapping import given_columns
from crmeter.kpis.catalogue import Catalogue
from crmeter.metrics import Kpi
from crmeter.metrics.needs import Has, lacking, need_of
from crmeter.model.tables import BY_NAME

Given = Mapping[str, frozenset[str] | None]


@dataclass(frozen=True)
class Gap:
    """KPIs of a family that lack the same: tables and columns, of alternatives any (``case`` or ``case.resolved_at``).

    ``kpis`` are ids, or the bare name of a measure where all its variants lack it.
    """

    kpis: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Reach:
    """How many KPIs of a family can be computed with what is mapped, and what the others lack."""

    family: str
    computable: int
    total: int
    gaps: tuple[Gap, ...]


def reaches(workspace: Workspace) -> tuple[Reach, ...]:
    """Each family of KPIs, as the mappings of all sources together reach it."""
    given = dict(mapped(workspace))
    orders = given.get("order")
    if orders is not None and workspace.rules.gross_margin is not None:
        given["order"] = orders | {"cost"}  # the setting stands in for it
    return reach(given, workspace.catalogue)


def mapped(workspace: Workspace) -> Given:
    """Table → the columns that some mapping gives; None for a table of which a mapping's text does not tell."""
    found: dict[str, frozenset[str] | None] = {}
    for source in workspace.sources:
        for path in sorted((workspace.mappings / source.name).glob("*.sql")):
            if path.stem not in BY_NAME:
                continue
            columns = given_columns(path.read_text("utf-8-sig", errors="replace"))
            known = found.get(path.stem, frozenset())
            found[path.stem] = None if columns is None or known is None else known | columns
    return found


def reach(given: Given, catalogue: Catalogue) -> tuple[Reach, ...]:
    """Each family of KPIs, as the columns ``given`` reach it."""

    def has(table: str, column: str) -> bool:
        columns = given.get(table, frozenset())
        return columns is None or (column in columns if column else table in given)

    return tuple(_family(name, kpis, has) for name, kpis in catalogue.families.items())


def _family(name: str, kpis: tuple[Kpi, ...], has: Has) -> Reach:
    gaps: dict[tuple[tuple[str, ...], ...], list[Kpi]] = {}
    for kpi in kpis:
        lacks = lacking(need_of(kpi), has)
        if lacks:
            needs = tuple(sorted(tuple(sorted(map(str, lack))) for lack in lacks))
            gaps.setdefault(needs, []).append(kpi)
    missing = sum(map(len, gaps.values()))
    told = tuple(Gap(_named(some, kpis), needs) for needs, some in gaps.items())
    return Reach(name, len(kpis) - missing, len(kpis), told)


def _named(some: list[Kpi], family: tuple[Kpi, ...]) -> tuple[str, ...]:
    """Ids; a measure of which all variants are meant by its name."""
    ids = {kpi.id for kpi in some}
    whole = {k.measure for k in some if all(other.id in ids for other in family if other.measure == k.measure)}
    return tuple(dict.fromkeys(kpi.measure if kpi.measure in whole else kpi.id for kpi in some))

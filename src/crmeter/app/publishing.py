"""Publishing: certified values with their definitions, as files that Tableau, Power BI, Feishu and others read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from crmeter.app.exporting import TYPES
from crmeter.app.folder import put_files
from crmeter.app.ingesting import silent
from crmeter.app.measuring import believed, the_period
from crmeter.app.settings import Workspace
from crmeter.ingest.landing import Progress
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, t
from crmeter.kernel.period import Grain, Period
from crmeter.kpis.catalogue import Catalogue
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import splits
from crmeter.metrics.request import Names
from crmeter.reports.publication import Publication, Table
from crmeter.warehouse.duck import Warehouse

FORMATS = ("parquet", "csv", "xlsx")
QUARTERS, MONTHS = 8, 24  # full ones, the newest last, where no period is named


@dataclass(frozen=True)
class Wanted:
    """What to publish: KPIs (all if none), periods (see ``periods``), and the dimensions that values are split by, each
    on its own; several in one tuple cross."""

    kpis: Sequence[str] = ()
    period: str | None = None
    start: date | None = None
    end: date | None = None
    grain: Grain | None = None
    by: Sequence[Names] | None = None  # None: those of the settings


@dataclass(frozen=True)
class Published:
    """The files that were written, and how many values they hold."""

    files: tuple[Path, ...]
    values: int
    left_out: tuple[Mapping[str, str], ...]


def publish(
    workspace: Workspace,
    folder: Path,
    wanted: Wanted | None = None,
    formats: Sequence[str] = FORMATS,
    progress: Progress = silent,
) -> Published:
    """Measure and write. Each file is whole or what it was; the manifest, written last, says which belong together.

    UserError with what is wrong with KPIs, periods, dimensions, or the folder.
    """
    found = publication(workspace, wanted or Wanted(), progress)
    files: dict[str, bytes] = {}
    for form in formats:
        progress(t("Writing {form}", form=form), None)
        files |= _written(found, form)
    written = put_files(folder, files, {"schema": 1, "made_at": _now(), **found.about})
    return Published(written, len(found.values.rows), tuple(found.about["left_out"]))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(found: Publication, form: str) -> dict[str, bytes]:
    from crmeter.reports.publication.comma_separated import csv_file
    from crmeter.reports.publication.parquet import parquet_file
    from crmeter.reports.publication.workbook import workbook

    match form:
        case "xlsx":
            return {"kpis.xlsx": workbook(found)}
        case "csv":
            return {f"kpi_{table.name}.csv": csv_file(table) for table in found.tables}
        case _:
            return {f"kpi_{table.name}.parquet": parquet_file(table, found.about) for table in found.tables}


def publication(workspace: Workspace, wanted: Wanted, progress: Progress = silent) -> Publication:
    """The values and definitions to publish."""
    catalogue = workspace.catalogue
    kpis = catalogue.chosen(wanted.kpis) if wanted.kpis else catalogue.kpis
    with believed(workspace) as warehouse:
        when = periods(workspace, warehouse.load.as_of, wanted)
        by = [(name,) for name in workspace.dimensions] if wanted.by is None else list(wanted.by)
        asked, left_out = _slices(kpis, by, warehouse)
        if wanted.by is not None:
            _refuse_unknown(by, left_out, kpis)
        values = _measured(workspace, warehouse, asked, when, progress)
        about = _about(workspace, warehouse, when, by, left_out)
    progress(t("Writing definitions"), None)
    return Publication(_values(values, kpis, catalogue), _definitions(kpis, catalogue, about), about)


def periods(workspace: Workspace, as_of: date, wanted: Wanted) -> list[Period]:
    """The period that is named, split where a grain is; else the last full quarters and months."""
    calendar = workspace.rules.calendar
    if wanted.period or wanted.start or wanted.end:
        whole = the_period(workspace.rules, as_of, wanted.period, wanted.start, wanted.end)
        return list(calendar.split(whole.start, whole.end, wanted.grain)) if wanted.grain else [whole]
    if wanted.grain:
        return _last_full(calendar, as_of, wanted.grain, MONTHS if wanted.grain is Grain.MONTH else QUARTERS)
    quarters = _last_full(calendar, as_of, Grain.QUARTER, QUARTERS)
    return [*quarters, *_last_full(calendar, as_of, Grain.MONTH, MONTHS)]


def _last_full(calendar: Calendar, as_of: date, grain: Grain, count: int) -> list[Period]:
    """The last ``count`` periods that are over, oldest first."""
    newest = calendar.containing(as_of - timedelta(days=1), grain)
    found = [newest if newest.end <= as_of else calendar.previous(newest)]
    while len(found) < count:
        found.insert(0, calendar.previous(found[0]))
    return found


def _slices(
    kpis: Sequence[Kpi], by: Sequence[Names], warehouse: Warehouse
) -> tuple[dict[tuple[Names, ...], list[Kpi]], list[dict[str, str]]]:
    """The KPIs by the slices that mean something for them; what does not is noted."""
    asked: dict[tuple[Names, ...], list[Kpi]] = defaultdict(list)
    left_out = []
    for kpi in kpis:
        slices = [kpi.always_by]
        for names in by:
            if all(splits(name, kpi, warehouse.tables) for name in names):
                slices.append(tuple(dict.fromkeys((*kpi.always_by, *names))))
            else:
                left_out.append({"kpi": kpi.id, "by": ",".join(names)})
        asked[tuple(dict.fromkeys(slices))].append(kpi)
    return asked, left_out


def _refuse_unknown(by: Sequence[Names], left_out: Sequence[Mapping[str, str]], kpis: Sequence[Kpi]) -> None:
    """A dimension that is asked for and splits no KPI at all is a mistake."""
    for names in by:
        if sum(each["by"] == ",".join(names) for each in left_out) == len(kpis):
            raise UserError.of(t("No KPI can be split by {dimension}.", dimension=",".join(names)))


def _measured(
    workspace: Workspace,
    warehouse: Warehouse,
    asked: Mapping[tuple[Names, ...], Sequence[Kpi]],
    when: Sequence[Period],
    progress: Progress,
) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = []
    for done, (slices, alike) in enumerate(asked.items()):
        progress(t("Measuring"), done / len(asked))
        found = measure(warehouse, workspace.rules, Request(alike, when, slices=slices))
        for kpi in alike:
            for names in slices:
                values += [value.as_json() for each in when for value in found.values(kpi, each, names)]
    return values


def _about(
    workspace: Workspace,
    warehouse: Warehouse,
    when: Sequence[Period],
    by: Sequence[Names],
    left_out: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    rules = workspace.rules
    return {
        "name": workspace.name,
        "currency": rules.currency,
        "timezone": rules.timezone,
        "load": warehouse.load.number,
        "as_of": warehouse.load.as_of.isoformat(),
        "rules": json.loads(json.dumps(rules.as_json(), default=str)),
        "periods": [rules.calendar.name(period) for period in when],
        "by": [",".join(names) for names in by],
        "left_out": list(left_out),
    }


def _values(values: Sequence[Mapping[str, Any]], kpis: Sequence[Kpi], catalogue: Catalogue) -> Table:
    """One row for each value: its members, ``by`` as JSON and as dimension and member, the KPI's names."""
    names = {kpi.id: [catalogue.card(kpi.id, lang).name for lang in LANGUAGES] for kpi in kpis}
    order = {kpi.id: place for place, kpi in enumerate(kpis)}
    members = list(values[0]) if values else []
    rows = [
        [
            *(json.dumps(value[m], ensure_ascii=False) if m == "by" else value[m] for m in members),
            " / ".join(value["by"]) or None,
            _member(list(value["by"].values())),
            *names[value["kpi"]],
        ]
        for value in sorted(values, key=lambda value: order[value["kpi"]])
    ]
    added = ["dimension", "member", *(f"name_{_tag(lang)}" for lang in LANGUAGES)]
    return Table("values", {name: TYPES.get(name, "VARCHAR") for name in [*members, *added]}, rows)


def _member(members: Sequence[str | None]) -> str | None:
    """The member of the one dimension, null where rows have none; those of several side by side."""
    return members[0] if len(members) == 1 else " / ".join(each or "" for each in members) or None


def _tag(lang: str) -> str:
    return lang.lower().replace("-", "_")


def _definitions(kpis: Sequence[Kpi], catalogue: Catalogue, about: Mapping[str, Any]) -> Table:
    """One row for each KPI and language: its card, and what its numbers were counted by."""
    of_all = {
        "load": about["load"],
        "as_of": about["as_of"],
        "currency": about["currency"],
        "timezone": about["timezone"],
        "calendar": json.dumps(about["rules"]["calendar"]),
    }
    rows = [_card(catalogue, kpi, lang) | of_all for kpi in kpis for lang in LANGUAGES]
    columns = {name: TYPES.get(name, "VARCHAR") for name in (rows[0] if rows else of_all)}
    return Table("definitions", columns, [list(row.values()) for row in rows])


def _card(catalogue: Catalogue, kpi: Kpi, lang: str) -> dict[str, Any]:
    card = catalogue.card(kpi.id, lang)
    return {
        "kpi": kpi.id,
        "lang": lang,
        "name": card.name,
        "family": card.family,
        "unit": card.unit,
        "better": card.better,
        "minimum_sample": card.minimum_sample,
        "definition": card.definition,
        "question": card.question,
        "shows": card.shows,
        "reading": card.reading,
        "caution": card.caution,
        "actions": "\n".join(f"{a.when}: {a.do}" for a in card.actions),
        "formula": card.formula,
        "math": card.math,
        "example": card.example,
        "synonyms": ", ".join(card.synonyms),
    }

"""Making the snapshot of a workspace: what faces show is measured once, after a load, and not at every look."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmeter.app.measuring import believed
from crmeter.app.ready import key_of
from crmeter.app.settings import Workspace
from crmeter.ingest.landing import Progress
from crmeter.ingest.run import silent
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, t
from crmeter.kernel.period import Period
from crmeter.kpis.catalogue import Catalogue
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import splits
from crmeter.snapshots.identity import of_program
from crmeter.snapshots.snapshot import Answered, Snapshot, place_of, write
from crmeter.snapshots.window import RECENT, WINDOW, periods
from crmeter.warehouse.duck import Warehouse

LOG = logging.getLogger("crmeter")
Names = tuple[str, ...]
MAIN = ("customer.segment", "customer.region", "customer.channel")
"""What values are split by where the settings name no dimensions, one at a time."""

MOST = 40  # groups that a face can show side by side


def make(workspace: Workspace, progress: Progress = silent, *, again: bool = False) -> dict[str, Any]:
    """Measure what faces show and put the snapshot in its place; one that holds just that stays, unless ``again``.

    Plain values: ``made`` (whether it was made now), ``load``, ``as_of``, ``made_at``, ``seconds``, ``answers`` (of one
    KPI for one period each), ``values``, ``dimensions``, ``bytes``. UserError where nothing can be measured.
    """
    key, place = key_of(workspace), place_of(workspace.warehouse)
    with believed(workspace) as warehouse:
        dimensions = _dimensions(workspace, warehouse)
        held = _current(workspace, dimensions)
        if held is not None and not again:
            return {**held, "made": False, "bytes": place.stat().st_size}
        started = time.monotonic()
        answers = list(_answers(workspace, warehouse, dimensions, progress))
        about = {
            "load": warehouse.load.number,
            "as_of": warehouse.load.as_of.isoformat(),
            "made_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "answers": len(answers),
            "values": sum(len(each.values) for each in answers),
            "dimensions": dimensions,
            "seconds": round(time.monotonic() - started, 1),
        }
        # what was measured lies in the file that the key tells, by the program that it tells, or this is of no use
        if key is None or key != key_of(workspace):
            raise _meanwhile()
        if key["program"] != of_program.__wrapped__():
            raise UserError.of(
                t("Another version of crmeter was installed while this one measured."), next=t("Run: crmeter snapshot")
            )
        with _told_of_the_disk(place):
            write(place, key, {**about, **_told(workspace.catalogue)}, answers)
    return {**about, "made": True, "bytes": place.stat().st_size}


def _meanwhile() -> UserError:
    return UserError.of(t("The data changed while it was measured."), next=t("Run: crmeter snapshot"))


@contextmanager
def _told_of_the_disk(place: Path) -> Iterator[None]:
    """Say in a UserError what keeps the snapshot from being written, or removed."""
    try:
        yield
    except FileNotFoundError:  # whoever writes the warehouse sweeps what others are writing beside it
        raise _meanwhile() from None
    except (OSError, sqlite3.Error) as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise UserError.of(
            t("{path} cannot be written: {error}.", path=place, error=said or error),
            next=t("Make its folder writable, and room on its disk."),
        ) from error


def renew(workspace: Workspace, progress: Progress = silent, *, always: bool = False) -> None:
    """Make the snapshot anew where the workspace has one that is out of date; where it has none only if ``always``.

    What was loaded is published already: a snapshot that cannot be made is said, and keeps nobody.
    """
    if workspace.server or not (always or place_of(workspace.warehouse).exists()):
        return
    try:
        make(workspace, progress)
    except Exception as error:
        LOG.warning("%s", t("The snapshot could not be made: {why}", why=error))


def remove(workspace: Workspace) -> bool:
    """Remove the snapshot, whether it is out of date or not; whether there was one."""
    if workspace.server:
        return False
    place = place_of(workspace.warehouse)
    there = place.exists()
    with _told_of_the_disk(place), suppress(FileNotFoundError):
        place.unlink()
    return there


def _current(workspace: Workspace, dimensions: Sequence[str]) -> dict[str, Any] | None:
    """What the snapshot tells of itself where it may be used and is split as it is to be."""
    key, snapshot = key_of(workspace), Snapshot.opened(place_of(workspace.warehouse))
    if snapshot is None:
        return None
    snapshot.close()
    about = snapshot.about
    if key is None or snapshot.differs(key) or about["dimensions"] != list(dimensions):
        return None
    return {name: value for name, value in about.items() if name not in ("format", "key", "words", "names")}


def _dimensions(workspace: Workspace, warehouse: Warehouse) -> list[str]:
    """What values are split by: the dimensions of the settings, else the main attributes of customers that have
    several values."""
    if workspace.dimensions:
        return list(workspace.dimensions)
    customer = warehouse.tables["customer"]
    columns = [name.partition(".")[2] for name in MAIN]
    [counts] = warehouse.rows(customer.agg(**{column: customer[column].nunique() for column in columns}))
    return [name for name, count in zip(MAIN, counts, strict=True) if 1 < count <= MOST]


def _answers(
    workspace: Workspace, warehouse: Warehouse, dimensions: Sequence[str], progress: Progress
) -> Iterator[Answered]:
    """Everything a snapshot holds: KPIs that are split alike are measured together, as faces ask for one."""
    load, calendar = warehouse.load, workspace.rules.calendar
    total = periods(WINDOW, calendar, load.as_of, load.history_start)
    recent = periods(RECENT, calendar, load.as_of, load.history_start)
    asked: list[tuple[Sequence[Kpi], Sequence[Names], Names, Sequence[Period]]] = []
    for (always, split), kpis in _alike(workspace.catalogue.kpis, dimensions, warehouse).items():
        asked.append((kpis, [()], always, total))
        if split:
            asked.append((kpis, [(name,) for name in split], always, recent))
    for done, (kpis, splits_by, always, when) in enumerate(asked):
        progress(t("Measuring for the snapshot"), done / len(asked))
        slices = {names: tuple(dict.fromkeys((*always, *names))) for names in splits_by}
        found = measure(warehouse, workspace.rules, Request(kpis, when, list(slices.values())))
        for kpi in kpis:
            for names, by in slices.items():
                for period in when:
                    values = [value.as_json() for value in found.values(kpi, period, by)]
                    yield Answered(kpi.id, period, names, values)


def _alike(
    kpis: Sequence[Kpi], dimensions: Sequence[str], warehouse: Warehouse
) -> Mapping[tuple[Names, Names], Sequence[Kpi]]:
    """KPIs by what they are always split by, and by those of the dimensions that mean something for them."""
    found: dict[tuple[Names, Names], list[Kpi]] = defaultdict(list)
    for kpi in kpis:
        split = tuple(name for name in dimensions if splits(name, kpi, warehouse.tables))
        found[kpi.always_by, split].append(kpi)
    return found


def _told(catalogue: Catalogue) -> dict[str, Any]:
    """What KPIs can be asked for by, and what they are called."""
    words = {measure: kpi.id for measure, kpi in catalogue.first_variants.items()}
    names = {kpi.id: {lang: catalogue.card(kpi.id, lang).name for lang in LANGUAGES} for kpi in catalogue.kpis}
    return {"words": {**words, **{kpi.id: kpi.id for kpi in catalogue.kpis}}, "names": names}

"""Schedules: what runs by itself, when, and who gets what it brings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from crmeter.app.recipients import lacking, recipient
from crmeter.app.settings import Workspace
from crmeter.delivery.cadence import Cadence, Every
from crmeter.kernel.calendar import WEEKDAYS
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import LANGUAGES, t
from crmeter.metrics.dimensions import parse_filters
from crmeter.reports.renderers import FORMATS
from crmeter.store.deliveries import DeliveryStore
from crmeter.store.schedules import ScheduleStore, StoredSchedule

__all__ = ["KINDS", "Wanted", "add", "cadence", "moment", "pause", "remove", "retry", "schedules", "show"]

INGEST, EVALUATE, REPORT, ALERTS, PLANS = KINDS = ("ingest", "evaluate", "report", "alerts", "plans")
TO_PEOPLE = (REPORT, ALERTS, PLANS)  # the others bring nothing to anybody
OF_ALL = (ALERTS, PLANS)  # of the whole company, so nobody sees them who may see a part of it
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LAST = "last"


@dataclass(frozen=True)
class Wanted:
    """A schedule as it was asked for. ``on`` is a weekday, a day of the month, or last."""

    what: str
    every: str
    at: str
    on: str | None = None
    to: tuple[str, ...] = ()
    period: str | None = None
    scope: tuple[str, ...] = ()
    format: str = "pdf"
    language: str | None = None


def moment(at: datetime) -> str:
    """A moment as the store writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _now() -> datetime:
    return datetime.now(UTC)


def add(workspace: Workspace, wanted: Wanted, *, now: datetime | None = None) -> dict[str, Any]:
    """Add a schedule; UserError with everything that is wrong with it. It begins with the next moment that is due."""
    problems = [*_wrong_time(wanted), *_wrong_content(workspace, wanted), *_wrong_people(workspace, wanted)]
    raise_if_any(problems)
    document = {**asdict(wanted), "to": list(wanted.to), "scope": list(wanted.scope)}
    store = ScheduleStore(workspace.store_url)
    return _told(workspace, store.add(document, moment(now or _now())), now or _now())


def _wrong_time(wanted: Wanted) -> list[Problem]:
    found = []
    if not _CLOCK.fullmatch(wanted.at):
        found.append(Problem(t("“{text}” is no time of day.", text=wanted.at), next=t("Write it like 08:00.")))
    if _on(wanted.every, wanted.on) is None:
        found.append(
            Problem(
                t("“{text}” is no day on which that could be due.", text=wanted.on or ""),
                next=t("A week has monday to sunday; a month, and the first of a quarter, 1 to 31 or last."),
            )
        )
    return found


def _on(every: str, on: str | None) -> int | None:
    """The day as the cadence counts it; None where there is no such day."""
    if every == Every.DAY:
        return 1 if on is None else None
    if every == Every.WEEK:
        word = (on or WEEKDAYS[0]).casefold()
        return WEEKDAYS.index(word) if word in WEEKDAYS else None
    word = (on or "1").casefold()
    if word == _LAST:
        return 0
    return int(word) if word.isdecimal() and 1 <= int(word) <= 31 else None


def _wrong_content(workspace: Workspace, wanted: Wanted) -> list[Problem]:
    found: list[Problem] = []
    if wanted.format not in FORMATS:
        found.append(Problem(t("There is no report format “{format}”.", format=wanted.format)))
    if wanted.language is not None and wanted.language not in LANGUAGES:
        found.append(Problem(t("There is no language “{lang}”.", lang=wanted.language)))
    if wanted.period is not None and not re.fullmatch(r"last-[a-z-]+", wanted.period):
        found.append(
            Problem(
                t("“{text}” would be the same period each time.", text=wanted.period),
                next=t("Write last-day, last-week, last-month, last-quarter or last-year."),
            )
        )
    elif wanted.period is not None:
        found += _problems(lambda: workspace.rules.calendar.parse(str(wanted.period), _now().date()))
    return found + _problems(lambda: parse_filters(wanted.scope))


def _problems(attempt: Any) -> list[Problem]:
    try:
        attempt()
    except UserError as error:
        return list(error.problems)
    return []


def _wrong_people(workspace: Workspace, wanted: Wanted) -> list[Problem]:
    found: list[Problem] = []
    if wanted.what in TO_PEOPLE and not wanted.to:
        found.append(Problem(t("Nobody would get it."), next=t("Name recipients of crmeter.toml: --to NAME")))
    if wanted.what not in TO_PEOPLE and wanted.to:
        found.append(Problem(t("“{what}” brings nothing to people: leave --to out.", what=wanted.what)))
    for name in wanted.to:
        try:
            whom = recipient(workspace, name)
        except UserError as error:
            found += error.problems
            continue
        found += lacking(workspace, whom) + _problems(lambda whom=whom: parse_filters(whom.scope))
        if whom.scope and wanted.what in OF_ALL:
            said = t("{name} may see {scope} alone, and “{what}” is of the whole company.",
                     name=name, scope=", ".join(whom.scope), what=wanted.what)  # fmt: skip
            found.append(Problem(said, next=t("Send a report instead: it can be cut.")))
        if whom.audience and wanted.what == REPORT and wanted.format == "json":
            said = t("{name} may see the KPIs of one audience, and JSON holds all that was found.", name=name)
            found.append(Problem(said, next=t("Choose another format.")))
    return found


def cadence(document: Mapping[str, Any]) -> Cadence:
    """When a schedule is due."""
    hour, minute = map(int, str(document["at"]).split(":"))
    on = _on(document["every"], document["on"])
    return Cadence(Every(document["every"]), time(hour, minute), 1 if on is None else on)


def schedules(workspace: Workspace, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """Every schedule with when it is due next and how its last run ended."""
    return [_told(workspace, each, now or _now()) for each in ScheduleStore(workspace.store_url).list()]


def _told(workspace: Workspace, schedule: StoredSchedule, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(workspace.rules.timezone)
    runs = ScheduleStore(workspace.store_url).runs(schedule.id)
    open_ones = [d for d in DeliveryStore(workspace.store_url).list(schedule.id) if d.state != "sent"]
    return {
        "id": schedule.id,
        **schedule.document,
        "created_at": schedule.created_at,
        "paused": schedule.paused,
        "next_at": None if schedule.paused else moment(cadence(schedule.document).following(zone, now)),
        "last": runs[0].__dict__ if runs else None,
        "open": [each.as_json() for each in open_ones],
    }


def show(workspace: Workspace, id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """A schedule with its runs and all it sent, newest first."""
    store = ScheduleStore(workspace.store_url)
    schedule = store.get(id)
    return {
        **_told(workspace, schedule, now or _now()),
        "runs": [run.__dict__ for run in store.runs(schedule.id)],
        "deliveries": [each.as_json() for each in DeliveryStore(workspace.store_url).list(schedule.id)],
    }


def pause(workspace: Workspace, id: str, *, paused: bool = True, now: datetime | None = None) -> None:
    """Stop a schedule for a time, or let it go on. What was due meanwhile is not made up for."""
    store = ScheduleStore(workspace.store_url)
    schedule = store.get(id)
    if schedule.paused and not paused:
        due = moment(cadence(schedule.document).latest(ZoneInfo(workspace.rules.timezone), now or _now()))
        store.skip(schedule.id, due, moment(now or _now()))
    store.pause(schedule.id, paused=paused)


def remove(workspace: Workspace, id: str) -> None:
    """Remove a schedule. What waits to be sent is still sent."""
    store = ScheduleStore(workspace.store_url)
    store.remove(store.get(id).id, moment(_now()))


def retry(workspace: Workspace, id: str, *, arrived: bool = False) -> None:
    """Decide about a delivery that failed, or of which it is not known whether it arrived: it is sent again with the
    next run, or (``arrived``) counts as sent."""
    store = DeliveryStore(workspace.store_url)
    if arrived:
        store.arrived(id, moment(_now()), t("Somebody saw that it arrived."))
    else:
        store.retry(id, moment(_now()))

"""Schedules, runs and deliveries as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.cli import tables
from crmeter.kernel.messages import t

Plain = Mapping[str, Any]


def what(code: str) -> str:
    """What a schedule does."""
    return {
        "ingest": t("load data"),
        "evaluate": t("evaluate"),
        "report": t("send a report"),
        "alerts": t("tell alerts"),
        "plans": t("tell overdue steps of plans"),
    }.get(code, code)


def state(code: str) -> str:
    """How far a run or a delivery is."""
    return {
        "running": t("running"),
        "done": t("done"),
        "failed": t("failed"),
        "skipped": t("left out"),
        "waiting": t("waiting"),
        "sending": t("being sent"),
        "sent": t("sent"),
        "unknown": t("not known whether it arrived"),
    }.get(code, code)


def _when(each: Plain) -> str:
    from crmeter.kernel.calendar import WEEKDAYS

    at, on = each["at"], each["on"]
    match each["every"]:
        case "day":
            return t("each day, {at}", at=at)
        case "week":
            day = {
                "monday": t("Monday"),
                "tuesday": t("Tuesday"),
                "wednesday": t("Wednesday"),
                "thursday": t("Thursday"),
                "friday": t("Friday"),
                "saturday": t("Saturday"),
                "sunday": t("Sunday"),
            }[on or WEEKDAYS[0]]
            return t("each {day}, {at}", day=day, at=at)
        case "month":
            return t("each month, {day}, {at}", day=_day(on), at=at)
        case _:
            return t("each quarter, {day} of its first month, {at}", day=_day(on), at=at)


def _day(on: str | None) -> str:
    return t("last day") if on == "last" else t("day {number}", number=on or 1)


def listed(found: Sequence[Plain], timezone: str) -> str:
    """What runs by itself, when next, and how it went last."""
    from crmeter.reports import periods

    if not found:
        return t("Nothing runs by itself yet. Begin with: crmeter schedule add ingest --every day --at 05:00")
    rows = [
        [
            each["id"],
            what(each["what"]),
            _when(each),
            ", ".join(each["to"]) or "–",
            periods.instant(each["next_at"], timezone) if each["next_at"] else t("paused"),
            f"{state(each['last']['state'])} {periods.instant(each['last']['due_at'], timezone)}"
            if each["last"]
            else "–",
            str(len(each["open"])) if each["open"] else "–",
        ]
        for each in found
    ]
    headings = [t("ID"), t("Does"), t("When"), t("For"), t("Next"), t("Last"), t("Not sent")]
    return tables.table(headings, rows)


def shown(found: Plain, timezone: str) -> str:
    """One schedule with its runs and deliveries."""
    from crmeter.reports import periods

    runs = [[periods.instant(run["due_at"], timezone), state(run["state"]), run["note"]] for run in found["runs"]]
    parts = [listed([found], timezone)]
    if runs:
        parts.append(tables.table([t("Due"), t("State"), t("Note")], runs))
    if found["deliveries"]:
        parts.append(_deliveries(found["deliveries"], timezone))
    return "\n\n".join(parts)


def _deliveries(found: Sequence[Plain], timezone: str) -> str:
    from crmeter.reports import periods

    rows = [
        [
            each["id"],
            each["recipient"],
            each["subject"],
            state(each["state"]),
            periods.instant(each["next_try_at"], timezone) if each.get("next_try_at") else "–",
            each["note"] or "–",
        ]
        for each in found
    ]
    return tables.table([t("ID"), t("To"), t("Subject"), t("State"), t("Next try"), t("Note")], rows)


def done(found: Plain, timezone: str) -> str:
    """What a run did, and what is still open."""
    if found["busy"]:
        return t("Another process is doing what is due.")
    parts = []
    if found["runs"]:
        rows = [[run["schedule"], what(run["what"]), state(run["state"]), run["note"] or "–"] for run in found["runs"]]
        parts.append(tables.table([t("ID"), t("Does"), t("State"), t("Note")], rows))
    if found["deliveries"]:
        parts.append(_deliveries(found["deliveries"], timezone))
    told = {each["id"] for each in found["deliveries"]}
    rest = [each for each in found["open"] if each["id"] not in told]
    if rest:
        parts.append(f"{t('Still open')}\n{_deliveries(rest, timezone)}")
    if any(each["state"] in ("unknown", "failed") for each in found["open"]):
        parts.append(t("“crmeter schedule retry ID” sends one again; with --arrived it counts as sent."))
    return "\n\n".join(parts) or t("Nothing is due.")

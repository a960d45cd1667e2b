"""``crmeter alerts``: KPIs that are far from what was to be expected."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.kernel.calendar import Calendar

EXAMPLES = ("crmeter alerts", "crmeter alerts --period 2025-10", "crmeter alerts --since 2025-07-01 --format json")
Plain = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = {
        "period": typer.Option(metavar="P", help=t("A period that is over. Default: the last one.")),
        "since": typer.Option(metavar="D", formats=["%Y-%m-%d"], help=t("Each period that is over since this day.")),
        "format": typer.Option("--format", help=t("How it is written.")),
    }

    @command(app, "alerts", t("Show KPIs that are far from what was to be expected, each told once."), EXAMPLES)
    def alerts(
        *,
        period: Annotated[str | None, options["period"]] = None,
        since: Annotated[datetime | None, options["since"]] = None,
        format: Annotated[Literal["table", "json"], options["format"]] = "table",
    ) -> None:
        from crmeter.app.alerting import alerts as watched

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = watched(here, period=period, since=day(since), progress=progress)
        forms.deliver(found, format, None, {"table": lambda: told(found, here.rules.calendar)})


def told(found: Plain, calendar: "Calendar") -> str:
    """What is new, then what goes on, then how it was looked for."""
    parts = []
    if not found["alerts"]:
        parts.append(t("Nothing new is further from what was to be expected than chance allows."))
    parts += [_alert(each, calendar) for each in found["alerts"]]
    if found["ongoing"]:
        parts.append("\n".join((t("Told before:"), _ongoing(found["ongoing"], calendar))))
    return "\n\n".join((*parts, "\n".join(_explained(found))))


def _alert(each: Plain, calendar: "Calendar") -> str:
    from crmeter.reports import forecast as said
    from crmeter.reports import words

    icon = words.icon(each["verdict"] if each["kind"] in ("new", "worse") else "no_change")
    lines = [f"{icon} {said.kind(each['kind'])} · {said.alert(each, calendar)}"]
    segment = each["segment"]
    if segment:
        by, member = next(iter(segment["by"].items()))
        lines.append("  " + t("It moved most in “{member}” ({dimension}): from {before} to {now}.",
                              member=words.member(by, member), dimension=words.dimension(by),
                              **_amounts(segment, each)))  # fmt: skip
    if each["events"]:
        lines.append("  " + t("In that time: {events}", events=t(", ").join(e["title"] for e in each["events"])))
    return "\n".join(lines)


def _amounts(segment: Plain, each: Plain) -> dict[str, str]:
    from crmeter.reports import numbers

    return {
        name: numbers.amount(segment[name]["value"], each["unit"], each["currency"]) for name in ("before", "now")
    }  # fmt: skip


def _ongoing(rows: list[Plain], calendar: "Calendar") -> str:
    from crmeter.reports import forecast as said
    from crmeter.reports import numbers

    headings = [t("KPI"), t("Period"), t("Value"), t("Expected"), t("Since"), t("State")]
    return tables.table(
        headings,
        [
            [
                each["name"],
                said.when(each["period"], each["grain"], calendar),
                numbers.amount(each["value"], each["unit"], each["currency"]),
                numbers.interval(each["low"], each["high"], each["unit"], each["currency"]),
                said.when(each["since"], each["grain"], calendar),
                said.kind(each["kind"]),
            ]
            for each in rows
        ],
        numbers=(2, 3),
    )


def _explained(found: Plain) -> list[str]:
    from crmeter.reports import numbers, words

    said = [
        t("{count} KPIs are watched. Together they may bring {budget} false alarms a quarter: a value is an alert "
          "where chance alone would bring it less often than {alpha}.",
          count=found["watched"], budget=numbers.amount(found["false_alarms_a_quarter"], "ratio", decimals=1),
          alpha=numbers.amount(found["alpha"], "share", decimals=2))
    ]  # fmt: skip
    if found["waiting"]:
        names = t(", ").join(sorted({words.table(e["table"]) for e in found["waiting"] if e["table"]}))
        said.append(t("{count} values wait until their data are complete: {tables}.",
                      count=len(found["waiting"]), tables=names or "–"))  # fmt: skip
    said.append(t("An alert says that something is unusual, not why."))
    return said

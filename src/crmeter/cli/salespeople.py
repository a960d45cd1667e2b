"""``crmeter salespeople``: how salespeople do against their peers."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

EXAMPLES = ("crmeter salespeople", "crmeter salespeople --period 2025 --team North --format json")
UNITS = {
    "won_value": "money",
    "win_rate": "share",
    "sales_cycle_days": "days",
    "interactions": "count",
    "quota_attainment": "share",
}


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = {
        "period": typer.Option(metavar="P", help=t("2025, 2025-H1, 2025-Q3, 2025-07, FY2025-Q1, last-quarter …")),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help=t("The first day.")),
        "to": typer.Option("--to", metavar="D", formats=["%Y-%m-%d"], help=t("The day after the last.")),
        "team": typer.Option(metavar="TEAM", help=t("Only this team.")),
        "format": typer.Option("--format", help=t("How values are written.")),
    }

    @command(app, "salespeople", t("Compare salespeople with their peers, fairly to those with few deals."), EXAMPLES)
    def salespeople(
        *,
        period: Annotated[str | None, options["period"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        end: Annotated[datetime | None, options["to"]] = None,
        team: Annotated[str | None, options["team"]] = None,
        format: Annotated[Literal["table", "json"], options["format"]] = "table",
    ) -> None:
        from crmeter.app.salespeople import salespeople as compared

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            bounds = {"start": first.date() if first else None, "end": end.date() if end else None}
            found = compared(here, period=period, team=team, **bounds)
        if format == "json":
            screen.say(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            screen.say(_told(found))


def _told(found: Mapping[str, Any]) -> str:
    """The table, and how to read it."""
    headings = [t("Owner"), t("Team"), t("Index"), t("95% interval"), t("Deals decided"), *_names().values()]
    rows = [_row(person, found["currency"]) for person in found["salespeople"]]
    shown = [place for place in range(len(headings)) if place < 5 or any(row[place] for row in rows)]
    table = tables.table(
        [headings[place] for place in shown],
        [[row[place] for place in shown] for row in rows],
        numbers=range(2, len(shown)),
    )
    return "\n".join((table, "", *_explained(found)))


def _names() -> dict[str, str]:
    return {
        "won_value": t("Won value"),
        "win_rate": t("Win rate"),
        "sales_cycle_days": t("Sales cycle"),
        "interactions": t("Contacts"),
        "quota_attainment": t("Quota attainment"),
    }


def _row(person: Mapping[str, Any], currency: str) -> list[str]:
    from crmeter.reports import numbers

    index, low, high = (
        "–" if person[key] is None else numbers.amount(person[key], "count", decimals=0)
        for key in ("index", "low", "high")
    )
    few = " *" if person["status"] == "small_sample" else ""
    told = [person["owner_id"], person["team"] or "–", index + few, t("{low} to {high}", low=low, high=high)]
    told.append(numbers.amount(person["decided"], "count"))
    return told + [_score(person["measures"].get(measure), unit, currency) for measure, unit in UNITS.items()]


def _score(score: Mapping[str, Any] | None, unit: str, currency: str) -> str:
    """The value as it was, and the index of what is expected: ``NT$1,200 (108)``."""
    from crmeter.reports import numbers

    if score is None:
        return ""
    value = numbers.amount(score["value"], unit, currency)
    return value if score["index"] is None else f"{value} ({numbers.amount(score['index'], 'count', decimals=0)})"


def _explained(found: Mapping[str, Any]) -> Sequence[str]:
    few = any(person["status"] == "small_sample" for person in found["salespeople"])
    said = [
        t("{period}. In brackets: the index of each measure, 100 being the median of the peers.",
          period=found["period"]["name"]),
        t("Before they are compared, values that rest on few deals are drawn towards those of the peers."),
        t("Peers are those of the same team, or everybody where fewer than {count} of the team have a deal decided.",
          count=found["peers_from"]),
    ]  # fmt: skip
    if few:
        said.append(t("* fewer than {count} deals decided.", count=found["small_sample_below"]))
    if not found["complete"]:
        said.append(t("The period is in progress."))
    return said

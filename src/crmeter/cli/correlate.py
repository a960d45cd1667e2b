"""``crmeter correlate``: whether one KPI goes with another."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day
from crmeter.kernel.messages import t

EXAMPLES = (
    "crmeter correlate csat.mean retention_rate.cohort --lag 1",
    "crmeter correlate nps revenue --lag 1 --period 2025-H1 --by customer.segment",
    "crmeter correlate csat.mean churn_rate.cohort --level segment --by customer.region --format chart -o csat.png",
)
Plain = Mapping[str, Any]


def _options() -> dict[str, Any]:
    return {
        "first": typer.Argument(metavar="ID", help=t("The KPI that comes first, such as csat.mean.")),
        "second": typer.Argument(metavar="ID", help=t("The KPI that may go with it, such as retention_rate.cohort.")),
        "level": typer.Option("--level", help=t("What is compared: customers, segments, or periods.")),
        "period": typer.Option(metavar="P", help=t("2025, 2025-H1, 2025-Q3, 2025-07, FY2025-Q1, last-quarter …")),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help=t("The first day.")),
        "to": typer.Option("--to", metavar="D", formats=["%Y-%m-%d"], help=t("The day after the last.")),
        "lag": typer.Option(
            metavar="N", min=0, max=40, help=t("How many periods later the second is: earlier satisfaction, later KPI.")
        ),
        "by": typer.Option(metavar="DIM", help=t("Each segment apart, or the segments of --level segment.")),
        "control": typer.Option(
            metavar="DIM",
            help=t("What is held alike; may be given more than once. Default: tenure and customer.segment; or none."),
        ),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "phone": typer.Option("--phone", help=t("The chart as wide as a phone.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = _options()

    @command(app, "correlate", t("Ask whether one KPI goes with another, such as satisfaction with staying."), EXAMPLES)
    def correlate(
        first: Annotated[str, options["first"]],
        second: Annotated[str, options["second"]],
        *,
        level: Annotated[Literal["customer", "segment", "period"], options["level"]] = "customer",
        period: Annotated[str | None, options["period"]] = None,
        since: Annotated[datetime | None, options["from"]] = None,
        until: Annotated[datetime | None, options["to"]] = None,
        lag: Annotated[int, options["lag"]] = 0,
        by: Annotated[str | None, options["by"]] = None,
        control: Annotated[list[str] | None, options["control"]] = None,
        format: Annotated[Literal["table", "json", "chart"], options["format"]] = "table",
        phone: Annotated[bool, options["phone"]] = False,
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.correlating import correlate as compared
        from crmeter.reports.charts.correlation import NARROW, WIDE, picture

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = compared(
                here,
                (first, second),
                level=level,
                period=period,
                start=day(since),
                end=day(until),
                lag=lag,
                by=by,
                controls=control,
            )
        made = {"table": lambda: told(found), "chart": lambda: picture(found, NARROW if phone else WIDE)}
        forms.deliver(found, format, output, made)


def told(found: Plain) -> str:
    """The finding, the correlations, what one point goes with, and what all of it does not say."""
    from crmeter.reports import correlation as words

    parts = [f"{words.title(found)}\n{words.subtitle(found)}"]
    if found["level"] == "customer":
        parts += [_correlations(found), _means(found)]
        parts += ["\n".join(words.point(found))]
    else:
        parts.append(_points(found))
    parts.append("\n".join(words.warnings(found)))
    return "\n\n".join(part for part in parts if part)


def _correlations(found: Plain) -> str:
    from crmeter.reports import correlation as said
    from crmeter.reports import words

    rows = [_row(t("Bare"), found["bare"], None)]
    if found["partial"]:
        rows.append(_row(t("Held alike: {controls}", controls=said.controls(found)), found["partial"], None))
    for each in found["groups"]:
        whole = each if "rho" in each else None
        rows.append(_row(words.member(found["by"], each["member"]), whole, each))
    headings = [t("Correlation of customers"), "ρ", t("95% interval"), t("Bootstrap"), t("Customers"), "p"]
    return tables.table(headings, rows, numbers=range(1, 6))


def _row(name: str, each: Plain | None, group: Plain | None) -> list[str]:
    from crmeter.reports import numbers

    n = numbers.count((group or each or {"n": 0})["n"])
    if each is None:
        return [name, t("too few"), "", "", n, ""]
    low, high = each["bootstrap"] or (None, None)
    drawn = numbers.interval(low, high, "score")
    own = numbers.interval(each["low"], each["high"], "score")
    p = numbers.p_value(group["q"] if group else each["p"]).removeprefix("p ").removeprefix("= ")
    return [name, numbers.amount(each["rho"], "score"), own, drawn, n, p]


def _means(found: Plain) -> str:
    from crmeter.reports import numbers

    x, y = found["x"], found["y"]
    rows = []
    for each in found["bins"]:
        low, high = (numbers.amount(each[key], x["unit"], found["currency"]) for key in ("low_x", "high_x"))
        rows.append([
            low if low == high else t("{low} to {high}", low=low, high=high),
            numbers.count(each["n"]),
            numbers.amount(each["mean"], y["unit"], found["currency"]),
            numbers.interval(each["low"], each["high"], y["unit"], found["currency"]),
        ])  # fmt: skip
    headings = [x["name"], t("Customers"), t("{name}, mean", name=y["name"]), t("95% interval")]
    return tables.table(headings, rows, numbers=range(1, 4))


def _points(found: Plain) -> str:
    from crmeter.reports import numbers, periods, words

    x, y, by = found["x"], found["y"], found["by"]
    rows = [
        [
            words.member(by, each["member"]) if by else periods.said(each["member"]),
            numbers.amount(each["x"], x["unit"], found["currency"]),
            numbers.amount(each["y"], y["unit"], found["currency"]),
        ]
        for each in found["points"]
    ]
    first = words.dimension(by) if by else t("Period")
    made = tables.table([first, x["name"], y["name"]], rows, numbers=[1, 2])
    if found["bare"] is not None:
        return made
    return made + "\n" + t("A correlation needs at least {count} of them.", count=found["fewest"])

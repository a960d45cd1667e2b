"""``crmeter reconcile``: why two definitions differ, and which definition gives a number."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.reconciling import Candidate, Reconciliation
    from crmeter.app.settings import Workspace
    from crmeter.kernel.period import Period

NAMED = 20  # customers of a group that a table names; JSON has all


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    ids = typer.Argument(metavar="ID [ID]", help=t("Two KPIs, or with --number one."))
    number = typer.Option(metavar="X", help=t("A number somebody else has, such as 0.917 or 91.7%."))
    period = typer.Option(metavar="P", help=t("The period, such as 2025-Q4. Default: last-quarter."))
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "reconcile",
        t("Walk the difference between two KPIs down to customers, or find which definition gives a number."),
        (
            "crmeter reconcile retention_rate.net retention_rate.cohort --period 2025-Q3",
            "crmeter reconcile --number 0.917 retention_rate --period 2025-Q3",
        ),
    )
    def reconcile(
        ids: Annotated[list[str], ids],
        *,
        number: Annotated[str | None, number] = None,
        period: Annotated[str | None, period] = None,
        format: Annotated[Literal["table", "json"], form] = "table",
    ) -> None:
        from crmeter.app import reconciling

        if len(ids) != (1 if number else 2):
            raise typer.BadParameter(t("Name two KPIs, or one with --number."))
        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            if number:
                hits, nearest, whole = reconciling.find_number(here, number, ids[0], period)
                said = found_json(hits, nearest) if format == "json" else found(hits, nearest, here, whole)
            else:
                walked, whole = reconciling.reconcile(here, (ids[0], ids[1]), period)
                said = walk_json(walked) if format == "json" else walk(walked, here, whole)
        screen.say(said)


def walk_json(walked: "Reconciliation") -> str:
    """The walk as JSON, every customer named."""
    told = {
        "values": [value.as_json() for value in walked.values],
        "by_numerator": walked.by_numerator,
        "by_denominator": walked.by_denominator,
        "groups": [
            {
                "counts": dict(group.counts),
                "numerator": group.numerator,
                "denominator": group.denominator,
                "customers": list(group.customers),
            }
            for group in walked.groups
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def walk(walked: "Reconciliation", workspace: "Workspace", period: "Period") -> str:
    """Both values, the steps between them, and the customers who make the difference."""
    from crmeter.app import cataloguing
    from crmeter.reports import numbers, periods

    rows = []
    for value, (above, below) in zip(walked.values, walked.sums, strict=True):
        divided = numbers.count(above) + ("" if below is None else f" ÷ {numbers.count(below)}")
        said = numbers.amount(value.value, value.unit, value.currency) if value.value is not None else t("undefined")
        rows.append([value.kpi, cataloguing.name(value.kpi, workspace.catalogue), said, divided])
    parts = [periods.said(workspace.rules.calendar.name(period))]
    parts.append(tables.table([t("ID"), t("KPI"), t("Value"), t("What is divided")], rows, numbers=[2, 3]))
    if walked.by_numerator is not None and walked.by_denominator is not None:
        unit, currency = walked.values[1].unit, walked.values[1].currency
        steps = (
            t("What is counted differs: {change}", change=numbers.change(walked.by_numerator, unit, currency)),
            t("What it is divided by differs: {change}", change=numbers.change(walked.by_denominator, unit, currency)),
        )
        parts.append("\n".join(steps))
    if walked.annualised:
        parts.append(t("One of them is annualised: 1 − (1 − share)^(periods per year). The steps are those before."))
    parts.append(_who(walked))
    return "\n\n".join(parts)


def _who(walked: "Reconciliation") -> str:
    from crmeter.reports import numbers

    if not walked.groups:
        return t("Every customer counts alike in both.")
    rows = []
    for group in walked.groups:
        counted = [words for words, number in group.counts.items() if number]
        others = [words for words, number in group.counts.items() if not number]
        named = [customer or t("(no customer)") for customer in group.customers[:NAMED]]
        more = len(group.customers) - len(named)
        rows.append([
            numbers.count(len(group.customers)),
            "; ".join([*counted, *([t("not {what}", what="; ".join(others))] if others else [])]),
            numbers.change(group.numerator, "count"),
            numbers.change(group.denominator, "count"),
            ", ".join(named) + (t(" and {count} more", count=more) if more else ""),
        ])  # fmt: skip
    headings = [t("Customers"), t("Who they are"), t("Counted"), t("Divided by"), t("Names")]
    return tables.table(headings, rows, numbers=[0, 2, 3])


def found_json(hits: "list[Candidate]", nearest: "list[Candidate]") -> str:
    """What comes to the number as JSON."""
    told = {
        name: [{"kpi": c.kpi, "value": c.value, "because": list(c.because)} for c in some]
        for name, some in (("found", hits), ("nearest", nearest))
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def found(hits: "list[Candidate]", nearest: "list[Candidate]", workspace: "Workspace", period: "Period") -> str:
    """What comes to the number, else the nearest."""
    from crmeter.app import cataloguing
    from crmeter.reports import numbers, periods

    rows = []
    for candidate in hits or nearest:
        unit = str(workspace.catalogue.by_id[candidate.kpi].unit)
        currency = workspace.rules.currency if unit == "money" else None
        rows.append([
            candidate.kpi,
            cataloguing.name(candidate.kpi, workspace.catalogue),
            numbers.amount(candidate.value, unit, currency),
            "; ".join(candidate.because) or t("as this workspace counts"),
        ])  # fmt: skip
    name = periods.said(workspace.rules.calendar.name(period))
    heading = t("{period}: this comes to the number.", period=name)
    if not hits:
        heading = t("{period}: nothing that was tried comes to the number. The nearest:", period=name)
    return f"{heading}\n\n" + tables.table([t("ID"), t("KPI"), t("Value"), t("How")], rows, numbers=[2])

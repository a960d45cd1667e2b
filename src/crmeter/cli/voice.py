"""``crmeter voice``: who is not heard, and whether those who answer are like the others."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day
from crmeter.kernel.messages import t

Plain = Mapping[str, Any]
LISTED = 10  # customers of a state that a table names
NOISE = 0.05


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_risk(app)
    add_answers(app)


def add_risk(app: typer.Typer) -> None:
    options = {
        "tier": typer.Option("--tier", help=t("The customers looked at, by their revenue so far.")),
        "format": typer.Option("--format", help=t("How it is written; CSV lists the customers.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }

    @command(
        app,
        "voice risk",
        t("List valuable customers who are silent, discontent, or wait for an answer, and what is at stake."),
        ("crmeter voice risk", "crmeter voice risk --format csv -o silent.csv"),
    )
    def risk(
        *,
        tier: Annotated[Literal["high", "medium", "low"], options["tier"]] = "high",
        format: Annotated[Literal["table", "json", "csv"], options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.voicing import risk as found_risk

        found = found_risk(workspace(), tier)
        made = {"table": lambda: told_risk(found), "csv": lambda: tables.comma_separated(_listed(found))}
        forms.deliver(found, format, output, made)


def add_answers(app: typer.Typer) -> None:
    options = {
        "instrument": typer.Option("--instrument", help=t("The kind of survey.")),
        "period": typer.Option(metavar="P", help=t("2025, 2025-H1, 2025-Q3, 2025-07, FY2025-Q1, last-quarter …")),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help=t("The first day.")),
        "to": typer.Option("--to", metavar="D", formats=["%Y-%m-%d"], help=t("The day after the last.")),
        "by": typer.Option(metavar="DIM", help=t("What is looked at and weighted by; may be given more than once.")),
        "format": typer.Option("--format", help=t("How values are written.")),
    }

    @command(
        app,
        "voice answers",
        t("Check whether those who answer a survey are like those who do not, and what that does to the score."),
        ("crmeter voice answers", "crmeter voice answers --instrument csat --period 2025 --by customer.region"),
    )
    def answers(
        *,
        instrument: Annotated[Literal["nps", "csat", "ces", "csi"], options["instrument"]] = "nps",
        period: Annotated[str | None, options["period"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        end: Annotated[datetime | None, options["to"]] = None,
        by: Annotated[list[str] | None, options["by"]] = None,
        format: Annotated[Literal["table", "json"], options["format"]] = "table",
    ) -> None:
        from crmeter.app.voicing import answers as who_answered

        here = workspace()
        bounds = {"start": day(first), "end": day(end)}
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = who_answered(here, instrument, period=period, by=by or (), **bounds)
        forms.deliver(found, format, None, {"table": lambda: told_answers(found)})


def _listed(found: Plain) -> list[dict[str, Any]]:
    return [{**each, "state": state["state"], "by": {}} for state in found["states"] for each in state["list"]]


def told_risk(found: Plain) -> str:
    """How many there are of each state and what they brought, then who they are."""
    from crmeter.reports import numbers, words

    names = _states()

    def money(value: float) -> str:
        return numbers.amount(value, "money", found["currency"])

    rows = [
        [names[each["state"]], numbers.count(each["customers"]), money(each["revenue"]),
         "" if each["share_of_revenue"] is None else numbers.amount(each["share_of_revenue"], "share")]
        for each in found["states"]
    ]  # fmt: skip
    rows.append([t("All"), numbers.count(found["customers"]), money(found["revenue"]), ""])
    headings = [t("In the last {days} days", days=found["days"]), t("Customers"), t("Revenue"), t("Share")]
    silent = sum(each["customers"] for each in found["states"][:-1])
    stake = sum(each["revenue"] for each in found["states"][:-1])
    parts = [
        t("{count} of {all} customers of the tier {tier} are not heard or not answered; they brought {revenue} in the "
          "last {days} days.", count=numbers.count(silent), all=numbers.count(found["customers"]),
          tier=words.member("tier", found["tier"]), revenue=money(stake), days=found["days"]),
        tables.table(headings, rows, numbers=[1, 2, 3]),
    ]  # fmt: skip
    for each in found["states"]:
        if each["list"]:
            listed = ", ".join(f"{c['customer_id']} ({money(c['revenue'])})" for c in each["list"][:LISTED])
            more = len(each["list"]) - LISTED
            rest = " " + t("and {count} more (--format csv)", count=numbers.count(more)) if more > 0 else ""
            parts.append(t("{state}: {customers}", state=names[each["state"]], customers=listed + rest))
    parts.append(t("Each customer is in the first group that fits. The revenue is what they brought, not what will be "
                   "lost: who is silent may be content."))  # fmt: skip
    return "\n\n".join(parts)


def _states() -> dict[str, str]:
    return {
        "complaint_waiting": t("a complaint waits for an answer"),
        "low_answer": t("the last answer was low"),
        "silent": t("asked, no answer"),
        "never_asked": t("never asked, said nothing"),
        "heard": t("heard"),
    }


def told_answers(found: Plain) -> str:
    """How many answer, which groups answer less, whether the silent leave, and the score weighted back."""
    from crmeter.reports import numbers, periods

    share = numbers.amount(found["answered"] / found["asked"], "share")
    first = t("{period}: {answered} of {asked} customers asked have answered ({share}).",
              period=periods.said(found["period"]["name"]), answered=numbers.count(found["answered"]),
              asked=numbers.count(found["asked"]), share=share)  # fmt: skip
    parts = [first, _unlike(found)]
    parts += [_groups(each) for each in found["dimensions"] if each["q"] is not None and each["q"] < NOISE]
    parts += [_leaving(found), _score(found)]
    return "\n\n".join(part for part in parts if part)


def _unlike(found: Plain) -> str:
    from crmeter.reports import correlation, numbers

    rows = []
    for each in found["dimensions"]:
        rates = [(g["rate"], g["member"]) for g in each["groups"] if g["rate"] is not None and g["asked"] >= 20]
        ends = [numbers.amount(end[0], "share") for end in (min(rates, key=_rate), max(rates, key=_rate))
                ] if rates else ["", ""]  # fmt: skip
        verdict = t("cannot tell") if each["q"] is None else t("yes") if each["q"] < NOISE else t("not detectably")
        q = "" if each["q"] is None else numbers.p_value(each["q"])
        rows.append([correlation.control(each["dimension"]), *ends, verdict, q])
    headings = [t("Dimension"), t("Lowest response rate"), t("Highest"), t("Do groups answer unlike?"),
                t("p, corrected")]  # fmt: skip
    return tables.table(headings, rows, numbers=[1, 2])


def _rate(each: tuple[float, Any]) -> float:
    return each[0]


def _groups(looked: Plain) -> str:
    from crmeter.reports import correlation, numbers, words

    whole = [sum(g[key] for g in looked["groups"]) or 1 for key in ("customers", "asked", "answered")]
    rows = []
    for each in looked["groups"]:
        shares = [numbers.amount(each[key] / total, "share") for key, total in
                  zip(("customers", "asked", "answered"), whole, strict=True)]  # fmt: skip
        rate = "" if each["rate"] is None else numbers.amount(each["rate"], "share")
        name = _tenure(each["member"]) if looked["dimension"] == "tenure" else words.member(looked["dimension"],
                                                                                           each["member"])  # fmt: skip
        rows.append([name, *shares, rate, numbers.interval(each["low"], each["high"], "share")])
    headings = [correlation.control(looked["dimension"]), t("Of all customers"), t("Of those asked"),
                t("Of those who answered"), t("Response rate"), t("95% interval")]  # fmt: skip
    return tables.table(headings, rows, numbers=range(1, 6))


def _tenure(code: str | None) -> str:
    return {
        "under_1": t("under 1 year"),
        "1_to_3": t("1 to 3 years"),
        "over_3": t("3 years or more"),
        None: t("(not given)"),
    }.get(code, str(code))


def _leaving(found: Plain) -> str:
    from crmeter.reports import numbers

    leaving = found["leaving"]
    if leaving is None:
        return t("Whether the silent leave more is not known yet: the period after is not over.")
    rates = {
        side: numbers.amount(leaving[side]["lost"] / leaving[side]["customers"], "share")
        if leaving[side]["customers"] else "–"
        for side in ("answered", "silent")
    }  # fmt: skip
    text = t("Lost in the period after: {answered} of those who answered, {silent} of those who did not.", **rates)
    difference = leaving["difference"]
    if difference is None or difference["p"] is None:
        return text
    interval = numbers.change_interval(difference["low"], difference["high"], "share")
    if difference["p"] < NOISE:
        return t("{text} They differ beyond noise ({interval}): the score is of people unlike the silent.", text=text,
                 interval=interval)  # fmt: skip
    return t("{text} No detectable difference ({interval}).", text=text, interval=interval)


def _score(found: Plain) -> str:
    from crmeter.reports import correlation, numbers

    score, unit = found["score"], found["unit"]
    raw, weighted = score["raw"], score["weighted"]
    rows = [[t("{name}, as certified", name=found["name"]), numbers.amount(score["kpi"]["value"], unit),
             numbers.interval(score["kpi"]["low"], score["kpi"]["high"], unit)]]  # fmt: skip
    if weighted is None:
        return tables.table([t("Score"), t("Value"), t("95% interval")], rows, numbers=[1, 2])
    to = t("those asked") if score["weighted_to"] == "asked" else t("all customers")
    names = t(", ").join(correlation.control(name) for name in score["weighted_by"])
    rows.append([t("Weighted to {whom} by {names}", whom=to, names=names), numbers.amount(weighted["value"], unit),
                 numbers.interval(weighted["low"], weighted["high"], unit)])  # fmt: skip
    made = tables.table([t("Score"), t("Value"), t("95% interval")], rows, numbers=[1, 2])
    moved = numbers.size(abs(weighted["value"] - raw["value"]), unit)
    return "\n".join((
        made,
        t("Weighting moves the score by {size}; it is a check, not a better score. It mends only what these groups "
          "say: whoever differs from the silent of the same group still does.", size=moved),
    ))  # fmt: skip

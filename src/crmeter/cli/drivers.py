"""``crmeter drivers``: why a KPI changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.cli.given import day, names
from crmeter.kernel.messages import t

EXAMPLES = (
    "crmeter drivers churn_rate.cohort",
    "crmeter drivers revenue --period 2025-Q4 --against year",
    "crmeter drivers complaint_rate --by team --format chart -o complaints.png",
)
GROUPS = 15  # rows of a split that a table shows
Plain = Mapping[str, Any]


def _options() -> dict[str, Any]:
    return {
        "id": typer.Argument(metavar="ID", help=t("A KPI, as “crmeter kpis” lists them.")),
        "period": typer.Option(metavar="P", help=t("2025, 2025-H1, 2025-Q3, 2025-07, FY2025-Q1, last-quarter …")),
        "from": typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help=t("The first day.")),
        "to": typer.Option("--to", metavar="D", formats=["%Y-%m-%d"], help=t("The day after the last.")),
        "against": typer.Option(metavar="P", help=t("What it is compared with: previous, year, or a period.")),
        "by": typer.Option(
            metavar="DIM", help=t("Split the change by this dimension, and search only these; more than one: a,b.")
        ),
        "where": typer.Option(metavar="EXPR", help=t("Only what this holds of, such as \"customer.segment = 'vip'\".")),
        "format": typer.Option("--format", help=t("How it is written; a chart is SVG, or PNG by the file's name.")),
        "phone": typer.Option("--phone", help=t("The chart as wide as a phone.")),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = _options()

    @command(app, "drivers", t("Explain why a KPI changed: factors, mix and rate, the segments behind it."), EXAMPLES)
    def drivers(
        id: Annotated[str, options["id"]],
        *,
        period: Annotated[str | None, options["period"]] = None,
        first: Annotated[datetime | None, options["from"]] = None,
        end: Annotated[datetime | None, options["to"]] = None,
        against: Annotated[str, options["against"]] = "previous",
        by: Annotated[list[str] | None, options["by"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        format: Annotated[Literal["table", "json", "chart"], options["format"]] = "table",
        phone: Annotated[bool, options["phone"]] = False,
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.driving import drivers as explained
        from crmeter.reports.charts.waterfall import NARROW, WIDE, waterfall

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = explained(
                here,
                id,
                period=period,
                start=day(first),
                end=day(end),
                against=against,
                by=names(by),
                where=where or (),
            )
        made = {"table": lambda: told(found), "chart": lambda: waterfall(found, NARROW if phone else WIDE)}
        forms.deliver(found, format, output, made)


def told(found: Plain) -> str:
    """What moved and what of it is noise; the segments behind it, the factors, the groups; how to read it."""
    parts = [_headline(found), _segments(found), _factors(found)]
    parts += [_split(found, split) for split in found["splits"]]
    parts.append("\n".join(_notes(found)))
    return "\n\n".join(part for part in parts if part)


def _headline(found: Plain) -> str:
    from crmeter.reports import numbers, periods

    unit, currency = found["unit"], found["now"]["currency"]
    before, now = (numbers.amount(found[key]["value"], unit, currency) for key in ("before", "now"))
    first = t(
        "{name}: {before} in {base}, {now} in {period}: {change}",
        name=found["name"], before=before, now=now, base=periods.said(found["base"]["name"]),
        period=periods.said(found["period"]["name"]), change=numbers.change(found["change"], unit, currency),
    )  # fmt: skip
    interval = numbers.change_interval(found["low"], found["high"], unit, currency)
    noise = {
        True: t("The change is beyond noise (95% interval {interval}; {p}).", interval=interval,
                p=numbers.p_value(found["p"])),
        False: t("The change is within noise (95% interval {interval}; {p}): its parts are no finding.",
                 interval=interval, p=numbers.p_value(found["p"])),
        None: t("What of the change is noise cannot be told for this KPI."),
    }[found["beyond_noise"]]  # fmt: skip
    progress = [] if found["now"]["complete"] else [t("The period is in progress.")]
    return "\n".join((first, noise, *progress))


def _segments(found: Plain) -> str:
    searched = found["searched"]
    if searched["method"] == "none":
        return t("No segments are searched for this KPI: what is noise in its groups cannot be told. Try its factors.")
    lines = [t("What explains most")] if found["segments"] else []
    lines += [f"  {i}. {_segment(found, each)}" for i, each in enumerate(found["segments"], 1)]
    if not lines:
        lines.append(t("No segment stands out: all moved alike, as far as chance lets one see."))
    if searched["method"] == "permutation":
        lines.append(
            t("Looked at {count} segments in {dimensions} dimensions and their pairs, corrected for all of them "
              "({rounds} rounds with the customers shuffled).", count=searched["looked_at"],
              dimensions=len(searched["dimensions"]), rounds=searched["rounds"])
        )  # fmt: skip
    else:
        lines.append(t("Looked at {dimensions} dimensions, corrected for all of their groups.",
                       dimensions=len(searched["dimensions"])))  # fmt: skip
    if searched["nobody"] > 0:
        from crmeter.reports import numbers

        lines.append(t("{share} of it belongs to no customer and is not searched.",
                       share=numbers.amount(searched["nobody"], "share")))  # fmt: skip
    return "\n".join(lines)


def _segment(found: Plain, each: Plain) -> str:
    from crmeter.reports import numbers, sentences

    unit, currency = found["unit"], found["now"]["currency"]
    pieces = []
    if not found["kpi"].endswith(".annualised"):  # the sums of a segment are those of the period
        before, now = (numbers.amount(each[key], unit, currency) for key in ("before", "now"))
        pieces.append(f"{before} → {now}")
    if each["part"] is not None:
        pieces.append(t("part {part}", part=numbers.change(each["part"], unit, currency)))
    if each["share_of_change"] is not None:
        pieces.append(t("{share} of the change", share=numbers.share(each["share_of_change"])))
    pieces.append(t("{p} corrected", p=numbers.p_value(each["p"])))
    return t(
        "{member} ({dimension}): {text}",
        member=sentences.label(each["by"]),
        dimension=sentences.dimensions(each["by"]),
        text=t("; ").join(pieces),
    )


def _factors(found: Plain) -> str:
    if not found["factors"]:
        return ""
    rows = list(_factor_rows(found, found["factors"], 0))
    headings = [t("Factor"), t("Before"), t("Now"), t("Part in the change"), t("Share of the change")]
    return tables.table(headings, rows, numbers=range(1, 5))


def _factor_rows(found: Plain, factors: Sequence[Plain], depth: int) -> Iterator[list[str]]:
    from crmeter.reports import numbers

    unit, currency = found["unit"], found["now"]["currency"]
    for each in factors:
        own = each["unit"] or "ratio"
        before, now = (numbers.amount(each[key], own, found["currency"]) for key in ("before", "now"))
        share = "" if each["share_of_change"] is None else numbers.share(each["share_of_change"])
        yield ["  " * depth + each["name"], before, now, numbers.change(each["part"], unit, currency), share]
        yield from _factor_rows(found, each["children"], depth + 1)


def _split(found: Plain, split: Plain) -> str:
    from crmeter.reports import numbers, words

    unit, currency = found["unit"], found["now"]["currency"]
    mixed, summed = split["kind"] in ("ratio", "scaled"), split["kind"] != "neither"
    rows = []
    for each in split["groups"][:GROUPS]:
        [(dimension, member)] = each["by"].items()
        values = [numbers.amount(each[key]["value"], unit, currency) for key in ("before", "now")]
        weights = [numbers.amount(each[key], "share") if mixed else "" for key in ("weight_before", "weight_now")]
        parts = [
            "" if each[key] is None else numbers.change(each[key], unit, currency) for key in ("rate", "mix", "part")
        ]
        rows.append([words.member(dimension, member), *weights, *values, *parts, _state(each["state"])])
    total = [t("All"), "", "", *(numbers.amount(found[key]["value"], unit, currency) for key in ("before", "now"))]
    total += ["" if split[key] is None else numbers.change(split[key], unit, currency) for key in ("rate", "mix")]
    rows.append([*total, numbers.change(found["change"], unit, currency) if summed else "", ""])
    headings = [words.dimension(split["by"][0]), t("Weight before"), t("Weight now"), t("Before"), t("Now"),
                t("By rate"), t("By mix"), t("Part in the change"), t("Note")]  # fmt: skip
    shown = [i for i in range(len(headings)) if i == 0 or any(row[i] for row in rows)]
    made = tables.table([headings[i] for i in shown], [[row[i] for i in shown] for row in rows],
                        numbers=[n for n, i in enumerate(shown) if 0 < i < 8])  # fmt: skip
    more = len(split["groups"]) - GROUPS
    lines = [made] + ([t("{count} more groups stand in JSON.", count=more)] if more > 0 else [])
    if split["remainder"] and summed:
        lines.append(t("Not in the groups, as some rows count in several: {part}.",
                       part=numbers.change(split["remainder"], unit, currency)))  # fmt: skip
    if not summed:
        lines.append(t("The values of groups do not add up to this KPI, so they have no parts."))
    return "\n".join(lines)


def _state(code: str) -> str:
    return {"new": t("new group"), "vanished": t("no longer there")}.get(code, "")


def _notes(found: Plain) -> Iterator[str]:
    if found["factors"]:
        yield t("A factor’s part is what its change does on average over all orders in which the factors can change "
                "(Shapley); the parts sum to the change.")  # fmt: skip
    if any(split["kind"] in ("ratio", "scaled") for split in found["splits"]):
        yield t("By rate: the groups’ own values moved. By mix: groups with high or low values became larger or "
                "smaller (midpoint); both sum to the change.")  # fmt: skip
    yield t("This says where the change is, not what caused it.")

"""``crmeter needs``: what goes with what, and what customers are likely to buy next."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

EXAMPLES = (
    "crmeter needs",
    "crmeter needs --by customer.segment --top 5",
    "crmeter needs --customer C000007",
    "crmeter needs --item product_line --format csv -o next.csv",
    "crmeter needs --by customer.segment --format chart -o next.png",
)
SHOWN = 12  # affinities that a table shows, the surest
Plain = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    options = {
        "item": typer.Option("--item", help=t("What is bought: the product, or its product line.")),
        "by": typer.Option(metavar="DIM", help=t("For each member of a dimension, such as customer.segment.")),
        "customer": typer.Option(metavar="ID", help=t("For this customer.")),
        "where": typer.Option(
            metavar="EXPR", help=t("Only customers this holds of, such as \"customer.segment = 'vip'\".")
        ),
        "top": typer.Option(metavar="N", min=1, max=100, help=t("How many items are named.")),
        "format": typer.Option(
            "--format", help=t("How it is written; CSV has a row for each customer and item; a chart is SVG or PNG.")
        ),
        "output": typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file.")),
    }

    @command(
        app, "needs", t("Show what goes with what, what customers are likely to buy next, and how often that holds."),
        EXAMPLES,
    )  # fmt: skip
    def needs(
        *,
        item: Annotated[Literal["product", "product_line"], options["item"]] = "product",
        by: Annotated[str | None, options["by"]] = None,
        customer: Annotated[str | None, options["customer"]] = None,
        where: Annotated[list[str] | None, options["where"]] = None,
        top: Annotated[int, options["top"]] = 3,
        format: Annotated[Literal["table", "json", "csv", "chart"], options["format"]] = "table",
        output: Annotated[Path | None, options["output"]] = None,
    ) -> None:
        from crmeter.app.needs import needs as likely
        from crmeter.reports.charts.needs import needs_chart

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = likely(here, item=item, by=by, customer=customer, where=where or (), top=top)
        made = {
            "table": lambda: told(found.told),
            "csv": lambda: tables.comma_separated([{**row, "by": {}} for row in found.rows()]),
            "chart": lambda: needs_chart(found.told),
        }
        forms.deliver(found.told, format, output, made)


def told(found: Plain) -> str:
    """The next purchases, how far they can be trusted, and what goes with what."""
    parts = [_of_customer(found["customer"]) if "customer" in found else _of_groups(found["next"])]
    parts += [_trust(found), _affinities(found["affinities"])]
    left_out = [
        (found["without_item"], t("{count} orders name no item.", count=_count(found["without_item"]))),
        (found["rare"], t("{count} orders of rarely bought items are left out.", count=_count(found["rare"]))),
    ]
    parts.append("\n".join(said for count, said in left_out if count))
    return "\n\n".join(part for part in parts if part)


def _of_customer(found: Plain) -> str:
    rows = [
        [str(place), each["item"], _share(each["chance"]), _share(each["popular"]), ", ".join(each["because"]) or "–"]
        for place, each in enumerate(found["items"], 1)
    ]
    headings = [t("Place"), t("Next purchase"), t("Chance"), t("By popularity alone"), t("Because of")]
    return f"{found['customer_id']}\n" + tables.table(headings, rows, numbers=[0, 2, 3])


def _of_groups(groups: Sequence[Plain]) -> str:
    from crmeter.reports import words

    dimensions = list(dict.fromkeys(name for group in groups for name in group["by"]))
    rows = []
    for group in groups:
        own = [words.member(name, group["by"][name]) for name in dimensions] + [_count(group["customers"])]
        for place, each in enumerate(group["items"], 1):
            first = own if place == 1 else [""] * len(own)
            rows.append([*first, str(place), each["item"], _share(each["chance"]), _share(each["popular"])])
    headings = [*map(words.dimension, dimensions), t("Customers"), t("Place"), t("Next purchase"), t("Chance")]
    headings.append(t("By popularity alone"))
    start = len(dimensions)
    return tables.table(headings, rows, numbers=[start, start + 1, start + 3, start + 4])


def _trust(found: Plain) -> str:
    """How often the next purchase was foretold, and what follows for what to use."""
    measured = found["accuracy"]
    if measured is None or not measured["hit_rates"]:
        return t(
            "How often this holds cannot be measured: it takes {count} customers who bought both before and in the "
            "last 365 days. Until then the most popular items are named to everybody.",
            count=found["least_customers"],
        )
    rows = [
        [str(rate["k"]), _share(rate["model"]), _share(rate["popular"]), _gain(rate)] for rate in measured["hit_rates"]
    ]
    headings = [t("Items named"), t("Hit by history"), t("Hit by popularity"), t("Gain, 95% interval")]
    said = [
        t(
            "Tried on the first purchase since {cutoff} of {count} customers, foretold from what was bought before:",
            cutoff=measured["cutoff"],
            count=_count(measured["customers"]),
        ),
        tables.table(headings, rows, numbers=range(4)),
        "",
    ]
    if found["recommended"] == "model":
        said.append(t("The first item named is right more often than the most popular one, beyond noise: use it."))
    else:
        said.append(
            t(
                "What customers bought before foretells no better than popularity: name the most popular items to "
                "everybody. That is what stands above."
            )
        )
    said.append(t("Chances are of the next purchase, if there is one; they do not say whether or when."))
    return "\n".join(said)


def _affinities(found: Sequence[Plain]) -> str:
    """What goes with what beyond noise."""
    from crmeter.reports import numbers

    beyond = [each for each in found if each["beyond_noise"]]
    said = t("{moved} of {looked} pairs differ from chance beyond noise, corrected for looking at all of them.",
             moved=len(beyond), looked=len(found))  # fmt: skip
    if not beyond:
        return said
    kinds = {"together": t("bought by the same"), "followed": t("next purchase"), "again": t("bought again")}
    rows = [
        [
            kinds[each["kind"]],
            each["first"],
            each["second"],
            f"{_count(each['seen'])} / {_count(each['of'])}",
            _count(each["expected"]),
            f"{numbers.amount(each['lift'], 'ratio')}",
            numbers.interval(each["low"], each["high"], "ratio"),
        ]
        for each in beyond[:SHOWN]
    ]
    headings = [t("Affinity"), t("Item"), t("Goes with"), t("Customers"), t("By chance"), t("Lift"), t("95% interval")]
    notes = [said]
    if len(beyond) > SHOWN:
        notes.append(t("The {count} surest are shown; JSON has all.", count=SHOWN))
    notes.append(
        t(
            "Lift: how many times as often as by chance, given how much each customer buys and how popular items were "
            "at the time. It is no proof that one makes people want the other."
        )
    )
    return "\n".join((tables.table(headings, rows, numbers=[3, 4, 5, 6]), "", *notes))


def _gain(rate: Plain) -> str:
    from crmeter.reports import numbers

    change, bounds = (
        numbers.change(rate["change"], "share"),
        numbers.change_interval(rate["low"], rate["high"], "share"),
    )
    return f"{change} ({bounds})" if bounds else change


def _share(value: float) -> str:
    from crmeter.reports import numbers

    return numbers.amount(value, "share")


def _count(value: float) -> str:
    from crmeter.reports import numbers

    return numbers.count(value)

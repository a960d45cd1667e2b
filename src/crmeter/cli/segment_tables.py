"""Segments and groups of buyers as tables of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmeter.cli.tables import table
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.cataloguing import Catalogue
    from crmeter.app.segments import Export

Plain = Mapping[str, Any]


def saved(found: Sequence[Plain]) -> str:
    """The list of segments."""
    if not found:
        return t("No segment yet. Save one: crmeter segments save NAME --where EXPR")
    return table([t("Segment"), t("What holds of its customers")], [[s["name"], definition(s)] for s in found])


def definition(segment: Plain) -> str:
    """The conditions of a segment in one line."""
    from crmeter.reports import words

    said = list(segment["where"])
    if segment["rfm"]:
        said.append(f"{words.dimension('rfm')}: {words.member('rfm', segment['rfm'])}")
    if segment["tier"]:
        said.append(f"{words.dimension('tier')}: {words.member('tier', segment['tier'])}")
    return "; ".join(said)


def size(segment: Plain) -> str:
    """How many customers a segment has."""
    from crmeter.reports import numbers

    return t(
        "“{name}”: {count} of {every} customers, former ones included.",
        name=segment["name"],
        count=numbers.count(segment["customers"]),
        every=numbers.count(segment["of"]),
    )


def profile(found: Plain, catalogue: Catalogue) -> str:
    """The KPIs of a segment beside those of all customers."""
    from crmeter.app import cataloguing
    from crmeter.reports import numbers, periods

    rows = []
    for line in found["kpis"]:
        own, every = line["segment"], line["all"]
        unit, currency = own["unit"], own["currency"]
        rows.append([
            cataloguing.name(line["kpi"], catalogue),
            numbers.amount(own["value"], unit, currency),
            numbers.interval(own["low"], own["high"], unit, currency),
            numbers.amount(every["value"], unit, currency),
            "" if line["change"] is None else numbers.change(line["change"], unit, currency),
            _verdict(line),
        ])  # fmt: skip
    headings = [t("KPI"), t("Segment"), t("95% interval"), t("All customers"), t("Difference"), t("Note")]
    name = periods.said(found["period"]["name"])
    said = [f"{size(found)} {definition(found)}", ""]
    if rows:
        said += [name, table(headings, rows, numbers=range(1, 5)), ""]
        said.append(
            t(
                "What differs from all customers beyond noise is marked, corrected for all KPIs of the table. Why it "
                "differs the table does not say."
            )
        )
    if found["chosen_by_purchases"]:
        said.append(
            t("This segment is chosen by what its customers have bought: that it differs in purchases, and in who has "
              "stayed, is no finding.")
        )  # fmt: skip
    return "\n".join(said)


def _verdict(line: Plain) -> str:
    from crmeter.reports import words

    code = line["verdict"]
    if code == "unknown":
        if line["reason"] == "part_of_all":
            return _share(line["segment"]["value"], line["all"]["value"])
        return words.reason(line["reason"])
    said = words.verdict(code) if code in ("better", "worse") else words.standing_out(code)
    return f"{words.icon(code)} {said}"


def _share(own: float | None, every: float | None) -> str:
    from crmeter.reports import numbers

    if own is None or not every or not 0 <= own <= every:
        return ""
    return t("{share} of all", share=numbers.amount(own / every, "share"))


def exported(made: Export) -> str:
    """How many were written, and who was left out and why."""
    from crmeter.reports import numbers

    said = [t("{count} customers exported.", count=numbers.count(made.exported))]
    if made.left_out["no_consent"]:
        said.append(
            t("{count} left out: they do not consent to marketing.", count=numbers.count(made.left_out["no_consent"]))
        )
    if made.left_out["consent_unknown"]:
        said.append(
            t("{count} left out: whether they consent to marketing is not known.",
              count=numbers.count(made.left_out["consent_unknown"]))
        )  # fmt: skip
    if made.left_out["erased"]:
        said.append(t("{count} left out: they were erased.", count=numbers.count(made.left_out["erased"])))
    if made.purpose == "service":
        said.append(t("Consent to marketing was not asked for: use this file for service alone."))
    return "\n".join(said)


def buyers(found: Plain) -> str:
    """The groups of buyers, who moved, and the cuts."""
    from crmeter.reports import numbers, words

    moved = found["before"] is not None
    rows = []
    for group in found["groups"]:
        own = [
            words.member("rfm", group["group"]),
            numbers.count(group["buyers"]),
            numbers.amount(group["share"], "share"),
            numbers.amount(group["revenue"], "money", found["currency"]),
            "" if group["revenue_share"] is None else numbers.amount(group["revenue_share"], "share"),
        ]
        if moved:
            own += [numbers.count(group[key]) for key in ("before", "stayed", "came", "went", "first_bought")]
        rows.append(own)
    headings = [t("Group"), t("Buyers"), t("Share"), t("Revenue so far"), t("Share of revenue")]
    if moved:
        headings += [t("A year before"), t("Stayed"), t("Came"), t("Went"), t("First bought since")]
    parts = [table(headings, rows, numbers=range(1, len(headings))), _cuts(found), "\n".join(_notes(found))]
    return "\n\n".join(parts)


def _cuts(found: Plain) -> str:
    from crmeter.reports import numbers

    names = {
        "days_since_last_order": (t("Days since the last order"), "count"),
        "orders_so_far": (t("Orders so far"), "count"),
        "revenue_so_far": (t("Revenue so far"), "money"),
    }
    by = {(cut["measure"], cut["points"]): cut for cut in found["cuts"]}
    rows = []
    for points in range(5, 0, -1):
        cells = []
        for measure, (_, unit) in names.items():
            cut = by.get((measure, points))
            cells.append(numbers.interval(cut["low"], cut["high"], unit, found["currency"]) if cut else "–")
        rows.append([str(points), *cells])
    return table([t("Points"), *(name for name, _ in names.values())], rows, numbers=range(4))


def _notes(found: Plain) -> list[str]:
    from crmeter.reports import numbers

    said = [
        t("Points: 1 + 5 × (buyers who are strictly worse) ÷ (all buyers), whole numbers; equals have the same points. "
          "docs/concepts/segments.md says which points make which group."),
        t("Customers who only have contracts are in no group."),
    ]  # fmt: skip
    if found["before"] is None:
        said.append(t("The data does not reach back a year before, so nobody is seen to move."))
    else:
        said.append(t("A year before: by the orders before {day}, with the cuts of that day.", day=found["before"]))
    if found["other_currency"]:
        said.append(
            t("{count} amounts without a known rate are left out.", count=numbers.count(found["other_currency"]))
        )
    return said

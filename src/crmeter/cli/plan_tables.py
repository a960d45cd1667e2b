"""Plans as tables of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmeter.cli.tables import table
from crmeter.kernel.messages import t
from crmeter.reports.publication.harmless import harmless

if TYPE_CHECKING:
    from crmeter.app.settings import Workspace

Plain = Mapping[str, Any]


def listed(found: Sequence[Plain], here: Workspace) -> str:
    """One row for each plan, then the steps that are overdue."""
    from crmeter.reports import effects, plans

    if not found:
        return t("There is no plan yet. Draft one: crmeter plan new --from EVALUATION --finding 1")
    headings = [t("Plan"), t("State"), t("Title"), t("KPI"), t("Owner"), t("Time"), t("Steps"), t("Verdict")]
    rows = [
        [
            each["id"],
            plans.state(each["state"]),
            each["title"] or "–",
            _name(here, each["kpi"]),
            each["owner"] or "–",
            plans.days(each["start"], each["end"]),
            f"{each['steps_done']}/{each['steps']}",
            effects.verdict(each["verdict"]) if each["verdict"] else "–",
        ]
        for each in found
    ]
    late = [_late(each["id"], step) for each in found for step in each["overdue"]]
    return "\n".join([table(headings, rows), *(["", t("Overdue"), *late] if late else [])])


def _late(id: str, step: Plain) -> str:
    return t("{id}, step {number}: {what} ({owner}, due {due})", id=id, **step)


def _name(here: Workspace, kpi: str | None) -> str:
    from crmeter.app import cataloguing

    found = here.catalogue.find(kpi) if kpi else None
    return cataloguing.name(found.id, here.catalogue) if found else kpi or "–"


def one(told: Plain, here: Workspace) -> str:
    """All of a plan: what it says, its steps, how it will be verified, what came of it, its history."""
    from crmeter.reports import numbers, plans

    plan = told["plan"]
    kpi = here.catalogue.find(plan["kpi"]) if plan["kpi"] else None
    unit, currency = (str(kpi.unit), here.rules.currency) if kpi else ("ratio", None)
    said = [
        (t("Problem"), plan["problem"]),
        (t("Cause"), plan["cause"]),
        (t("Kind"), plans.kind(plan["kind"])),
        (t("Owner"), plan["owner"]),
        (t("Time"), plans.days(plan["start"], plan["end"])),
        *_objective(plan, here, unit, currency),
        (t("Cost"), numbers.amount(plan["cost"], "money", here.rules.currency) if plan["cost"] is not None else None),
        (t("File"), told["file"]),
    ]
    parts = [f"{told['id']} {plan['title'] or '–'} [{plans.state(told['state'])}]"]
    parts.append("\n".join(t("{name}: {value}", name=name, value=value) for name, value in said if value))
    parts.append(_steps(plan["steps"], {step["number"] for step in told["overdue"]}))
    if told["lacking"]:
        parts.append("\n".join([t("Before it can be registered:"), *(f"  {each}" for each in told["lacking"])]))
    if told["registration"]:
        parts.append("\n".join(plans.design(told["registration"], unit, currency)))
    for verification in told["verifications"]:
        parts.append(held(verification, here))
    parts.append(_history(told["history"], here))
    return "\n\n".join(part for part in parts if part)


def _objective(plan: Plain, here: Workspace, unit: str, currency: str | None) -> list[tuple[str, str | None]]:
    from crmeter.reports import numbers

    if not plan["kpi"]:
        return []
    target = None if plan["target"] is None else numbers.amount(plan["target"], unit, currency)
    of = "ratio" if unit == "count" else unit
    expected = None if plan["expected"] is None else numbers.change(plan["expected"], of, currency)
    return [
        (t("KPI"), _name(here, plan["kpi"])),
        (t("Goal"), plan["goal"]),
        (t("Target"), target),
        (t("Expected change"), expected),
    ]


def _steps(steps: Sequence[Plain], late: set[int]) -> str:
    headings = ["#", t("Step"), t("Owner"), t("Due"), t("Done")]
    rows = [
        [str(n), step["what"] or "–", step["owner"] or "–", step["due"] or "–",
         step["done"] or (t("overdue") if n in late else "–")]
        for n, step in enumerate(steps, start=1)
    ]  # fmt: skip
    return table(headings, rows) if rows else ""


def _history(history: Sequence[Plain], here: Workspace) -> str:
    from crmeter.reports import periods, plans

    rows = [[periods.instant(e["at"], here.rules.timezone), e["who"], plans.action(e)] for e in history]
    return table([t("When"), t("Who"), t("What")], rows)


def proposal(told: Plain, here: Workspace) -> str:
    """How a draft would be verified."""
    from crmeter.reports import plans

    kpi = here.catalogue.find(told["design"]["kpi"])
    unit = str(kpi.unit) if kpi else "ratio"
    return "\n".join(plans.design(told, unit, here.rules.currency))


def held(verification: Plain, here: Workspace) -> str:
    """What came of a plan."""
    from crmeter.reports import plans

    name = _name(here, verification["result"]["design"]["kpi"])
    return "\n".join([f"{verification['id']}", *plans.verdict(verification, name)])


def watched(told: Plain, here: Workspace) -> str:
    """A running plan week by week: its KPI, then its guards."""
    from crmeter.reports import numbers

    head = t(
        "{id} {title}: {known} of {weeks} weeks are over.",
        id=told["plan"], title=told["title"], known=told["known"], weeks=told["weeks"],
    )  # fmt: skip
    parts = [
        head,
        _weeks(told["kpi"], here, guard=False),
        t("No verdict before the window is over: {day}.", day=told["until"]),
    ]
    for guard in told["guards"]:
        parts.append(_weeks(guard, here, guard=True))
        if guard["alarms"]:
            name = _name(here, guard["kpi"])
            parts.append(t("{kpi} got worse: week of {weeks}", kpi=name, weeks=", ".join(guard["alarms"])))
    if told["guards"]:
        parts.append(
            t("An alarm of any guard in any week is false with a chance of at most {share}: {looks} looks share it.",
              share=numbers.share(told["alpha"]), looks=told["looks"])
        )  # fmt: skip
    parts += [_late(told["plan"], step) for step in told["overdue"]]
    return "\n\n".join(parts)


def _weeks(found: Plain, here: Workspace, *, guard: bool) -> str:
    from crmeter.reports import numbers

    unit, currency = found["unit"], here.rules.currency
    of = "ratio" if unit == "count" and found["by"] == "lots" else unit
    lots = found["by"] == "lots"
    headings = [t("Week of"), t("treated") if lots else t("Value"), t("left alone") if lots else t("usual")]
    headings.append((t("Difference") if lots else t("Expected between")) if guard else t("expected with the plan"))
    rows = []
    for row in found["rows"]:
        last = _said(row["expected"], of, currency)
        if guard and row["low"] is not None:
            said = numbers.change_interval if lots else numbers.interval
            last = said(row["low"], row["high"], of, currency) + (f" {t('worse')}" if row["alarm"] else "")
        rows.append([row["week"], *(_said(row[key], of, currency) for key in ("value", "without")), last])
    title = _name(here, found["kpi"]) + (f" ({t('since the start')})" if lots else "")
    why = {
        "no_week_yet": t("No week of the plan is over yet."),
        "no_data": t("It has no value in any week before the start."),
        "history_too_short": t("The weeks before the start are too few to say what is usual."),
    }.get(found["reason"] or "", "")
    return "\n".join([title, table(headings, rows, (1, 2, 3)), *([why] if why else [])])


def _said(value: float | None, unit: str, currency: str | None) -> str:
    from crmeter.reports import numbers

    return "–" if value is None else numbers.amount(value, unit, currency)


def lots_as_csv(found: Sequence[Plain]) -> str:
    """Customer and lot, a line each."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(("customer_id", "lot"))
    writer.writerows([harmless(row["customer_id"]), row["lot"]] for row in found)
    return target.getvalue()

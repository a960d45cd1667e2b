"""Goals as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmeter.cli import tables
from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import joined, t

if TYPE_CHECKING:
    from crmeter.app.cataloguing import Catalogue
    from crmeter.reports.goals import Sayer

Plain = Mapping[str, Any]


def _sayer(goal: Plain, calendar: Calendar) -> Sayer:
    from crmeter.reports.goals import Sayer

    baseline = goal["baseline"]
    return Sayer(baseline["unit"], baseline["currency"], calendar)


def said(goal: Plain, calendar: Calendar, catalogue: Catalogue) -> str:
    """A goal in one line: the KPI and its scope, from what to what, by when."""
    from crmeter.app import cataloguing
    from crmeter.reports import goals as words

    sayer, wish = _sayer(goal, calendar), goal["wish"]
    change = words.wish(wish["kind"], wish["amount"], sayer.unit, sayer.currency)
    name = cataloguing.name(goal["kpi"], catalogue) + _scope(goal)
    return t(
        "{name}: {baseline} → {target}{change}, {period} against {base}",
        name=name,
        baseline=sayer.amount(goal["baseline"]["value"]),
        target=sayer.amount(goal["target"]),
        change=t(" ({group})", group=change) if change else "",
        period=sayer.period(goal["period"]),
        base=sayer.period(goal["base"]),
    )


def _scope(goal: Plain) -> str:
    return t(" ({group})", group=t(", ").join(goal["scope"])) if goal["scope"] else ""


def letters(found: Sequence[Plain], goal: Plain, calendar: Calendar) -> str:
    """The five letters, one a line."""
    from crmeter.reports import goals as words

    sayer = _sayer(goal, calendar)
    return "\n".join(
        t("{letter}  {name} ({state}): {text}", letter=each["letter"], name=words.letter_name(each["letter"]),
          state=words.letter_state(each["state"]), text=sayer.letter(each))
        for each in found
    )  # fmt: skip


def made(goal: Plain, calendar: Calendar, catalogue: Catalogue) -> str:
    """A goal that was set or looked at, with its letters."""
    owner = goal["owner"] or t("nobody yet (--owner NAME)")
    parts = [f"{goal['id'] or '–'}  {said(goal, calendar, catalogue)}", t("Owner: {name}", name=owner)]
    if goal["team"]:
        parts.append(t("Team: {name}", name=goal["team"]))
    if goal["parent"]:
        parts.append(t("Part of {id}", id=goal["parent"]))
    return "\n".join(parts) + "\n\n" + letters(goal["letters"], goal, calendar)


def listed(found: Sequence[tuple[Plain, Plain | None]], calendar: Calendar, catalogue: Catalogue) -> str:
    """Goals and how they stand; of closed ones how they ended."""
    if not found:
        return t("No goal yet. Set one: crmeter goal add “sales +15% within one year”")
    rows = [_row(goal, state, calendar, catalogue) for goal, state in found]
    headings = [t("ID"), t("Goal"), t("Period"), t("Owner"), t("Baseline"), t("Now"), t("Target"),
                t("Way done"), t("Expected"), t("Probability"), t("State")]  # fmt: skip
    kept = [i for i in range(len(headings)) if i in (0, 1, 2, 4, 6, 10) or any(row[i] != "–" for row in rows)]
    shown = [[row[i] for i in kept] for row in rows]
    right = [place for place, i in enumerate(kept) if 4 <= i <= 9]
    return tables.table([headings[i] for i in kept], shown, numbers=right)


def _row(goal: Plain, state: Plain | None, calendar: Calendar, catalogue: Catalogue) -> list[str]:
    from crmeter.app import cataloguing
    from crmeter.reports import goals as words

    sayer = _sayer(goal, calendar)
    outcome = goal["outcome"]
    standing = state or (outcome["state"] if outcome else None)
    expected = (standing or {}).get("expected") if state else None
    code = outcome["result"] if outcome else standing["status"] if standing else "unknown"
    return [
        goal["id"],
        cataloguing.name(goal["kpi"], catalogue) + _scope(goal),
        sayer.period(goal["period"]),
        " / ".join(filter(None, (goal["owner"], goal["team"]))) or "–",
        sayer.amount(goal["baseline"]["value"]),
        sayer.amount(standing["value"]["value"]) if standing else "–",
        sayer.amount(goal["target"]),
        words.progress(standing["progress"]) if standing else "–",
        sayer.amount(expected["value"]) if expected and expected["value"] is not None else "–",
        words.probability(expected["probability"] if expected else None),
        f"{words.ICONS[code]} {words.status(code)}" + (f" ({t('closed')})" if outcome else ""),
    ]


def shown(found: Plain, calendar: Calendar, catalogue: Catalogue) -> str:
    """One goal with all that is known of it."""
    from crmeter.reports import goals as words

    goal, state = found["goal"], found["state"]
    sayer = _sayer(goal, calendar)
    parts = [made({**goal, "letters": found["letters"]}, calendar, catalogue)]
    if state:
        parts.append(tables.table([t("Measure"), t("Value")], _standing(state, sayer), numbers=[1]))
        told = sayer.ended(state) if state["phase"] == "over" else sayer.expected(state["expected"])
        parts.append(f"{words.ICONS[state['status']]} {words.status(state['status'])}. {told}")
        if state["reason"] == "definition_changed":
            parts.append(t("The definition of the KPI has changed since the goal was set: baseline and value differ."))
    elif goal["outcome"]:
        parts.append(_closed(goal, sayer))
    if found["check_ins"]:
        parts.append(f"{t('Check-ins')}\n" + "\n".join(_check_in(each) for each in found["check_ins"]))
    if found["parts"]:
        parts.append(listed([(part["goal"], part) for part in found["parts"]], calendar, catalogue))
    if found["together"]:
        parts.append(sayer.together(found["together"], goal["target"]))
    return "\n\n".join(parts)


def _standing(state: Plain, sayer: Sayer) -> list[list[str]]:
    from crmeter.reports import goals as words

    now = t("Latest period of this length") if state["phase"] == "ahead" else t("So far")
    rows = [
        [t("Baseline"), sayer.amount(state["baseline"])],
        [now if state["phase"] != "over" else t("Value"), sayer.amount(state["value"]["value"])],
        [t("Target"), sayer.amount(state["target"])],
        [t("Way done"), words.progress(state["progress"])],
    ]
    again = state["baseline_now"]["value"]
    if again is not None and abs(again - state["baseline"]) > 1e-9 * max(abs(again), 1):
        rows.insert(1, [t("Baseline as it is known now"), sayer.amount(again)])
    if state["needed"] is not None:
        rows.insert(-2, [t("Needed by now"), sayer.amount(state["needed"])])
    return rows


def _closed(goal: Plain, sayer: Sayer) -> str:
    from crmeter.reports import goals as words

    outcome = goal["outcome"]
    first = t("Closed on {day}: {result}.", day=goal["closed_at"][:10], result=words.status(outcome["result"]))
    told = [first, sayer.ended(outcome["state"])] if outcome["state"]["phase"] == "over" else [first]
    return joined([*told, outcome["note"] or ""])


def _check_in(told: Plain) -> str:
    from crmeter.reports import goals as words

    who = told["by"] or t("nobody named")
    standing = words.status(told["state"]["status"])
    return f"  {told['at'][:10]}  {who}  [{standing}]  {told['note']}"

"""Goals of a workspace: set, followed and closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.app.ingesting import silent
from crmeter.app.measuring import believed
from crmeter.app.objectives import indicator_system
from crmeter.app.settings import Workspace
from crmeter.app.settings.kinds import nearest
from crmeter.app.wishing import Asked, Wished, read
from crmeter.evaluation.goals import Goal, GoalState, Kind, Wish, state
from crmeter.evaluation.goals.cascade import together
from crmeter.evaluation.goals.smart import RELEVANT, Examined, base_of, examine, relevance
from crmeter.evaluation.indicators import IndicatorSystem
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.metrics import Kpi, Request, measure
from crmeter.metrics.dimensions import parse_filters
from crmeter.reports import goals as words
from crmeter.reports import numbers, periods
from crmeter.store.goals import GoalStore
from crmeter.warehouse.duck import Warehouse

__all__ = ["Asked", "add", "check", "check_in", "close", "goal_states", "goals", "open_goals", "show"]

LONGEST = 500  # signs of a name or a note


def check(workspace: Workspace, asked: Asked) -> dict[str, Any]:
    """Look at a wish without keeping it: the goal it would be, and its five letters. UserError as with :func:`add`."""
    return _examined(workspace, asked)


def add(workspace: Workspace, asked: Asked) -> dict[str, Any]:
    """Set a goal; the goal as it is kept, with its letters.

    UserError with everything that is missing to make it one: what it names, by how much, by when, what for.
    """
    return GoalStore(workspace.store_url).add(_examined(workspace, asked))


def _examined(workspace: Workspace, asked: Asked) -> dict[str, Any]:
    system = indicator_system(workspace)
    with believed(workspace) as warehouse:
        problems = list(_wrong(workspace, asked, system))
        wished = read(workspace, asked, warehouse.load.as_of, problems)
        base = base_of(workspace.rules.calendar, wished.kpi, wished.period, warehouse.load.as_of, asked.against)
        filters = parse_filters(asked.where)
        if wished.wish is None:
            found = measure(warehouse, workspace.rules, Request([wished.kpi], [base], filters=filters))
            raise UserError(_two_readings(wished, found.value(wished.kpi, base).value))
        relevant = relevance(wished.kpi, asked.objective, asked.decision, system)
        looked = examine(
            warehouse, workspace.rules, wished.kpi, wished.wish, wished.period, base, filters, relevant
        )  # fmt: skip
        raise_if_any(_missing(workspace, wished.kpi, looked))
    chosen = system.indicator(wished.kpi.id)
    serves = {letter.letter: letter for letter in looked.letters}[RELEVANT].facts.get("objective")
    goal = Goal(
        id="",
        kpi=wished.kpi.id,
        wish=wished.wish,
        period=wished.period,
        base=base,
        baseline=looked.baseline.as_json(),
        target=looked.target or 0.0,
        scope=tuple(str(each) for each in filters),
        name=asked.name or asked.text,
        owner=asked.owner or (chosen.owner if chosen else None),
        team=asked.team,
        objective=serves,
        decision=asked.decision or (chosen.decision if chosen else None),
        parent=asked.parent.strip().upper() if asked.parent else None,
    )
    return {**goal.as_json(), "letters": [letter.as_json() for letter in looked.letters]}


def _wrong(workspace: Workspace, asked: Asked, system: IndicatorSystem) -> Sequence[Problem]:
    """What is wrong beside the wish itself."""
    found: list[Problem] = []
    try:
        parse_filters(asked.where)
    except UserError as error:
        found += error.problems
    if asked.objective is not None and system.objective(asked.objective) is None:
        close = nearest(asked.objective, [objective.id for objective in system.objectives])
        next = t("Did you mean “{word}”?", word=close) if close else t("“crmeter objective list” shows them.")
        found.append(Problem(t("There is no objective “{id}”.", id=asked.objective), next=next))
    if asked.parent:
        try:
            GoalStore(workspace.store_url).get(asked.parent)
        except UserError as error:
            found += error.problems
    for text in (asked.name, asked.owner, asked.team, asked.decision, asked.text):
        if text is not None and not (text.strip() and len(text) <= LONGEST and text.isprintable()):
            found.append(Problem(t("“{text}” is empty, too long, or has more than one line.", text=text[:40])))
    return found


def _two_readings(wished: Wished, baseline: float | None) -> Problem:
    """The question that “−5%” of a rate leaves open, with both answers."""
    unit, signed = str(wished.kpi.unit), wished.number.size * (wished.number.sign or 1)
    said = numbers.relative(signed / 100)
    next = t("Add --relative or --points; or write “points” in the sentence.")
    if baseline is None:
        return Problem(t("{change} can mean a part of the value, or points.", change=said), next=next)
    points = signed / 100 if unit == "share" else signed
    now, part, by = (
        numbers.amount(value, unit)
        for value in (
            baseline,
            Wish(Kind.RELATIVE, signed / 100).target(baseline),
            Wish(Kind.POINTS, points).target(baseline),
        )
    )
    return Problem(
        t("{change} can mean two things: from {now} it leads to {part} (a part of the value) or to {by} (points).",
          change=said, now=now, part=part, by=by),
        next=next,
    )  # fmt: skip


def _missing(workspace: Workspace, kpi: Kpi, looked: Examined) -> list[Problem]:
    currency = workspace.rules.currency if kpi.unit == "money" else None
    sayer = words.Sayer(str(kpi.unit), currency, workspace.rules.calendar)
    return [
        Problem(sayer.letter(letter.as_json()), next=sayer.way_out(letter.as_json())) for letter in looked.missing()
    ]


def goals(workspace: Workspace, *, closed: bool = False) -> tuple[Goal, ...]:
    """The goals that are not closed, or all of them, first set first."""
    every = (Goal.from_json(told) for told in GoalStore(workspace.store_url).list())
    return tuple(goal for goal in every if closed or goal.is_open)


def open_goals(workspace: Workspace, scope: Sequence[str] | None = None) -> tuple[Goal, ...]:
    """The goals that are not closed: of ``scope`` (filters as they are written), those whose own scope lies in it."""
    wanted = {str(each) for each in parse_filters(scope or ())}
    return tuple(goal for goal in goals(workspace) if wanted <= {str(each) for each in goal.filters})


def goal_states(
    workspace: Workspace, *, closed: bool = False, progress: Progress = silent
) -> list[tuple[Goal, GoalState | None]]:
    """Every open goal and how it stands; with ``closed`` also those that are closed, of which it stands in them."""
    chosen = goals(workspace, closed=closed)
    if not chosen:
        return []
    with believed(workspace) as warehouse:
        found = []
        for place, goal in enumerate(chosen):
            progress(t("Looking at the goals"), place / len(chosen))
            found.append((goal, _known(workspace, warehouse, goal) if goal.is_open else None))
        return found


def _known(workspace: Workspace, warehouse: Warehouse, goal: Goal) -> GoalState | None:
    """How a goal stands; None where its KPI or its scope is not there any more."""
    try:
        return _state(workspace, warehouse, goal)
    except UserError:
        return None


def _state(workspace: Workspace, warehouse: Warehouse, goal: Goal) -> GoalState:
    return state(warehouse, workspace.rules, goal, workspace.catalogue)


def show(workspace: Workspace, id: str) -> dict[str, Any]:
    """A goal with its letters as they were when it was set, how it stands, what was noted, and the goals of its parts
    with whether they add up to it."""
    store = GoalStore(workspace.store_url)
    told = store.get(id)
    goal = Goal.from_json(told)
    parts = [each for each in goals(workspace, closed=True) if each.parent == goal.id and each.id != goal.id]
    with believed(workspace) as warehouse:
        standing = _state(workspace, warehouse, goal).as_json() if goal.is_open else None
        known = (_known(workspace, warehouse, part) for part in parts if part.is_open)
        of_parts = [each.as_json() for each in known if each is not None]
    return {
        "goal": goal.as_json(),
        "letters": told.get("letters", []),
        "state": standing,
        "check_ins": [each.as_json() for each in store.check_ins(goal.id)],
        "parts": of_parts,
        "together": together(goal, parts, workspace.catalogue).as_json() if parts else None,
    }


def check_in(workspace: Workspace, id: str, note: str, by: str | None = None) -> dict[str, Any]:
    """Note something of an open goal; what was noted with the state the goal is in."""
    store = GoalStore(workspace.store_url)
    goal = Goal.from_json(store.get(id))
    _ensure_open(goal)
    _ensure_said(note)
    with believed(workspace) as warehouse:
        standing = _state(workspace, warehouse, goal).as_json()
    return store.check_in(goal.id, by, note.strip(), _brief(standing)).as_json()


def close(workspace: Workspace, id: str, note: str | None = None, by: str | None = None) -> dict[str, Any]:
    """Close a goal: met or missed where its period is over, else given up, which needs a note that says why."""
    store = GoalStore(workspace.store_url)
    goal = Goal.from_json(store.get(id))
    _ensure_open(goal)
    with believed(workspace) as warehouse:
        standing = _state(workspace, warehouse, goal)
    over = standing.phase == "over"
    if note is not None:
        _ensure_said(note)
    if not over and not (note or "").strip():
        raise UserError.of(
            t("The period of {id} is not over: it lasts until {day}.",
              id=goal.id, day=periods.day(goal.period.last_day)),
            next=t("To give it up, say why: --note TEXT"),
        )  # fmt: skip
    result = standing.status if over else "given_up"
    outcome = {"result": result, "note": note, "by": by, "state": _brief(standing.as_json())}
    store.close(goal.id, outcome)
    return Goal.from_json(store.get(goal.id)).as_json()


def _brief(standing: Mapping[str, Any]) -> dict[str, Any]:
    """A state without the goal, which is kept beside it."""
    return {name: told for name, told in standing.items() if name != "goal"}


def _ensure_open(goal: Goal) -> None:
    if not goal.is_open:
        raise UserError.of(
            t("The goal {id} is closed already.", id=goal.id), next=t("“crmeter goal show {id}” says how.", id=goal.id)
        )


def _ensure_said(note: str) -> None:
    if not note.strip() or len(note) > LONGEST or not note.isprintable():
        raise UserError.of(t("A note has 1 to {most} signs, on one line.", most=LONGEST))

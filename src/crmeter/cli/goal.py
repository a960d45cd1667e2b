"""``crmeter goal``: SMART goals on KPIs: set, followed, closed."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmeter.cli import goal_tables, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.goals import Asked

Format = Literal["table", "json"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_add(app)
    add_check(app)
    add_list(app)
    add_show(app)
    add_check_in(app)
    add_close(app)


def _options() -> dict[str, Any]:
    option = typer.Option
    return {
        "text": typer.Argument(metavar="TEXT", help=t("The goal as a sentence, such as “sales +15% within one year”.")),
        "kpi": option(metavar="ID", help=t("The KPI that is to change.")),
        "change": option(metavar="CHANGE", help=t("The change that is wanted: +15%, −5 points, +120000.")),
        "target": option(metavar="VALUE", help=t("The value that is wanted.")),
        "relative": option("--relative", help=t("Per cent are a part of the value: −5% of 10% is 9.5%.")),
        "points": option("--points", help=t("Per cent are points: −5% of 10% is 5%.")),
        "by": option(metavar="P", help=t("The period in which it is to be reached, such as 2026-Q1.")),
        "against": option(help=t("What the baseline is: the period before, or the same of the year before.")),
        "where": option(metavar="EXPR", help=t("Only customers this holds of, such as \"customer.segment = 'vip'\".")),
        "name": option(metavar="TEXT", help=t("The goal in your own words.")),
        "owner": option(metavar="NAME", help=t("Who answers for it.")),
        "team": option(metavar="TEAM", help=t("Whose goal it is. What is counted is said with --where.")),
        "objective": option(metavar="ID", help=t("The objective it serves, of “crmeter objective list”.")),
        "decision": option(metavar="TEXT", help=t("The decision it drives.")),
        "parent": option(metavar="ID", help=t("The goal that this one is a part of.")),
        "format": option("--format", help=t("How it is written.")),
    }


def _asked(given: dict[str, Any]) -> "Asked":
    from crmeter.app.goals import Asked
    from crmeter.evaluation.goals import Kind

    relative, points = given.pop("relative"), given.pop("points")
    if relative and points:
        raise UserError.of(t("--relative and --points exclude each other."))
    reading = Kind.RELATIVE if relative else Kind.POINTS if points else None
    return Asked(reading=reading, where=tuple(given.pop("where") or ()), **given)


def _wishing(app: typer.Typer, name: str, help: str, examples: tuple[str, ...], what: Any) -> None:
    """A command that takes a wish; ``what`` is done with it."""
    o = _options()

    @command(app, name, help, examples)
    def run(
        text: Annotated[str | None, o["text"]] = None,
        *,
        kpi: Annotated[str | None, o["kpi"]] = None,
        change: Annotated[str | None, o["change"]] = None,
        target: Annotated[str | None, o["target"]] = None,
        relative: Annotated[bool, o["relative"]] = False,
        points: Annotated[bool, o["points"]] = False,
        by: Annotated[str | None, o["by"]] = None,
        against: Annotated[Literal["previous", "year"] | None, o["against"]] = None,
        where: Annotated[list[str] | None, o["where"]] = None,
        name: Annotated[str | None, o["name"]] = None,
        owner: Annotated[str | None, o["owner"]] = None,
        team: Annotated[str | None, o["team"]] = None,
        objective: Annotated[str | None, o["objective"]] = None,
        decision: Annotated[str | None, o["decision"]] = None,
        parent: Annotated[str | None, o["parent"]] = None,
        format: Annotated[Format, o["format"]] = "table",
    ) -> None:
        given: dict[str, Any] = {
            "text": text,
            "kpi": kpi,
            "change": change,
            "target": target,
            "relative": relative,
            "points": points,
            "by": by,
            "against": against,
            "where": where,
            "name": name,
            "owner": owner,
            "team": team,
            "objective": objective,
            "decision": decision,
            "parent": parent,
        }
        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = what(here, _asked(given))
        screen.say(_json(found) if format == "json" else goal_tables.made(found, here.rules.calendar, here.catalogue))


def add_add(app: typer.Typer) -> None:
    def add(here: Any, asked: "Asked") -> dict[str, Any]:
        from crmeter.app import goals

        return goals.add(here, asked)

    _wishing(
        app,
        "goal add",
        t("Set a goal. Each letter of SMART is checked; a vague goal is refused with all that is missing."),
        (
            'crmeter goal add "sales +15% within one year" --owner "Lin Mei" --objective grow',
            "crmeter goal add --kpi churn_rate.cohort --change -5% --relative --by 2026-Q1",
            'crmeter goal add "營收 +20% 明年" --where "customer.region = \'North\'" --parent G1 --team North',
        ),
        add,
    )


def add_check(app: typer.Typer) -> None:
    def check(here: Any, asked: "Asked") -> dict[str, Any]:
        from crmeter.app import goals

        return goals.check(here, asked)

    _wishing(
        app,
        "goal check",
        t("Check a goal without setting it: whether it is SMART, and how likely it is to be reached."),
        ('crmeter goal check "churn -1 point next quarter" --against year',),
        check,
    )


def add_list(app: typer.Typer) -> None:
    every = typer.Option("--all", help=t("Also those that are closed."))
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "goal list",
        t("List the goals: how far each is, and how likely it is to be met."),
        ("crmeter goal list", "crmeter goal list --all --format json"),
    )
    def list_goals(*, all: Annotated[bool, every] = False, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import goals

        here = workspace()
        with screen.progress() as progress:
            found = goals.goal_states(here, closed=all, progress=progress)
        told = [(goal.as_json(), state.as_json() if state else None) for goal, state in found]
        if format == "json":
            screen.say(_json([state or {"goal": goal, "status": "closed"} for goal, state in told]))
        else:
            screen.say(goal_tables.listed(told, here.rules.calendar, here.catalogue))


def _id() -> Any:
    return typer.Argument(metavar="ID", help=t("A goal, such as G1."))


def add_show(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "goal show",
        t("Show a goal: its letters, how it stands, check-ins, and whether the goals of its parts add up to it."),
        ("crmeter goal show G1",),
    )
    def show(id: Annotated[str, _id()], *, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import goals

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = goals.show(here, id)
        screen.say(_json(found) if format == "json" else goal_tables.shown(found, here.rules.calendar, here.catalogue))


def add_check_in(app: typer.Typer) -> None:
    note = typer.Option(metavar="TEXT", help=t("What there is to say."))
    by = typer.Option(metavar="NAME", help=t("Who says it."))

    @command(
        app,
        "goal checkin",
        t("Note something of a goal; kept with the state that the goal is in."),
        ('crmeter goal checkin G1 --note "The new price list is out" --by "Lin Mei"',),
    )
    def checkin(id: Annotated[str, _id()], *, note: Annotated[str, note], by: Annotated[str | None, by] = None) -> None:
        from crmeter.app import goals
        from crmeter.reports.goals import status

        made = goals.check_in(workspace(), id, note, by)
        standing = status(made["state"]["status"])
        screen.say(t("Noted as number {number} of {id}; it is {state}.",
                     number=made["number"], id=made["goal"], state=standing))  # fmt: skip


def add_close(app: typer.Typer) -> None:
    note = typer.Option(metavar="TEXT", help=t("What there is to say; needed to give up a goal before its end."))
    by = typer.Option(metavar="NAME", help=t("Who closes it."))

    @command(
        app,
        "goal close",
        t("Close a goal as met or missed once its period is over; before that, give it up."),
        ("crmeter goal close G1", 'crmeter goal close G2 --note "The product was sold"'),
    )
    def close(
        id: Annotated[str, _id()],
        *,
        note: Annotated[str | None, note] = None,
        by: Annotated[str | None, by] = None,
    ) -> None:
        from crmeter.app import goals
        from crmeter.reports.goals import status

        made = goals.close(workspace(), id, note, by)
        screen.say(t("{id} is closed: {result}.", id=made["id"], result=status(made["outcome"]["result"])))


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1, default=str)

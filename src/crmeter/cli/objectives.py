"""``crmeter objective``: what the company wants, the KPIs chosen for it, and whether they are kept up."""

import json
import sys
from datetime import datetime
from typing import Annotated, Literal

import typer

from crmeter.cli import indicators, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

Format = Literal["table", "json"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_list(app)
    add_goals(app)
    add_add(app)
    add_wizard(app)
    add_check(app)
    add_show(app)


def add_list(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "objective list",
        t("List the objectives and the KPIs chosen for them: owner, decision, method, next review."),
        ("crmeter objective list",),
    )
    def list_objectives(*, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import objectives

        here = workspace()
        system = objectives.indicator_system(here)
        if format == "json":
            screen.say(_json(objectives.as_json(system, here.catalogue)))
        else:
            screen.say(indicators.system(system, here.catalogue))


def add_goals(app: typer.Typer) -> None:
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "objective goals",
        t("List the goals to begin from, each with the KPIs that are usually chosen for it."),
        ("crmeter objective goals", "crmeter objective goals --lang zh-Hant"),
    )
    def goals(*, format: Annotated[Format, form] = "table") -> None:
        from crmeter.app import objectives

        found = objectives.goals()
        screen.say(_json([goal.__dict__ for goal in found]) if format == "json" else indicators.goals(found))


def add_add(app: typer.Typer) -> None:
    id = typer.Argument(metavar="ID", help=t("A short name: lower-case letters, digits and _."))
    name = typer.Option(metavar="TEXT", help=t("The objective in one sentence."))
    goal = typer.Option(metavar="GOAL", help=t("The goal it follows, of “crmeter objective goals”."))
    kpi = typer.Option(metavar="ID", help=t("A KPI chosen for it; may be given more than once."))
    owner = typer.Option(metavar="NAME", help=t("Who answers for it."))
    decision = typer.Option(metavar="TEXT", help=t("The decision these KPIs drive."))
    source = typer.Option(metavar="SOURCE", help=t("Where the data comes from; may be given more than once."))
    review = typer.Option(metavar="D", formats=["%Y-%m-%d"], help=t("The day by which the choice is reviewed."))

    @command(
        app,
        "objective add",
        t("Add an objective to indicators.toml, or KPIs to one that is there."),
        (
            'crmeter objective add keep_customers --name "Keep the customers we have" --owner "Lin Mei"',
            "crmeter objective add keep_customers --kpi churn_rate.cohort --review-by 2026-03-31",
        ),
    )
    def add(
        id: Annotated[str, id],
        *,
        name: Annotated[str | None, name] = None,
        goal: Annotated[str | None, goal] = None,
        kpi: Annotated[list[str] | None, kpi] = None,
        owner: Annotated[str | None, owner] = None,
        decision: Annotated[str | None, decision] = None,
        source: Annotated[list[str] | None, source] = None,
        review_by: Annotated[datetime | None, review] = None,
    ) -> None:
        from crmeter.app import objectives

        day = review_by.date() if review_by else None
        chosen = objectives.Chosen(owner, decision, tuple(source or ()), day)
        here = workspace()
        system = objectives.add(here, id, name=name, goal=goal, kpis=kpi or (), chosen=chosen)
        screen.say(indicators.system(system, here.catalogue))


def add_wizard(app: typer.Typer) -> None:
    @command(
        app,
        "objective wizard",
        t("Build the indicator system in four steps: goals, KPIs, how each is evaluated, when it is reviewed."),
        ("crmeter objective wizard", "crmeter objective wizard < answers.txt"),
    )
    def wizard() -> None:
        from crmeter.app import objectives

        here = workspace()
        system = objectives.run_wizard(here, Terminal())
        lacking = indicators.lacks(objectives.check(here))
        screen.say("\n\n".join((indicators.system(system, here.catalogue), lacking, str(objectives.system_path(here)))))


class Terminal:
    """Asks on standard error and reads standard input: a person is asked again, a file of answers is not."""

    def __init__(self) -> None:
        self.patient = sys.stdin.isatty()

    def say(self, text: str) -> None:
        typer.echo(text, err=True)

    def ask(self, question: str, default: str) -> str:
        typer.echo(f"{question}{f' [{default}]' if default else ''}: ", nl=False, err=True)
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            raise UserError.of(t("The answers are not written in UTF-8.")) from None
        if not self.patient:
            typer.echo(line.rstrip("\n"), err=True)
        if not line:
            raise EOFError
        return line


def add_check(app: typer.Typer) -> None:
    fail = typer.Option("--fail-on", help=t("End with exit code 3 where there is one of these, or worse."))
    form = typer.Option("--format", help=t("How the list is written."))

    @command(
        app,
        "objective check",
        t("List what the indicator system lacks: overdue reviews, KPIs without objective, objectives without KPI."),
        ("crmeter objective check", "crmeter objective check --fail-on error"),
    )
    def check(
        *,
        fail_on: Annotated[Literal["error", "warning"] | None, fail] = None,
        format: Annotated[Format, form] = "table",
    ) -> None:
        from crmeter.app import objectives

        found = objectives.check(workspace())
        screen.say(_json([lack.__dict__ for lack in found]) if format == "json" else indicators.lacks(found))
        if fail_on:
            objectives.ensure(found, fail_on)


def add_show(app: typer.Typer) -> None:
    id = typer.Argument(metavar="ID", help=t("An objective. Default: all."))
    team = typer.Option(metavar="TEAM", help=t("Show this team’s values beside those of the company."))
    period = typer.Option(metavar="P", help=t("The period, such as 2025-Q4. Default: last-quarter."))
    form = typer.Option("--format", help=t("How values are written."))

    @command(
        app,
        "objective show",
        t("Show the values of the KPIs chosen for an objective, for the company and for a team."),
        ("crmeter objective show", "crmeter objective show keep_customers --team South"),
    )
    def show(
        id: Annotated[str | None, id] = None,
        *,
        team: Annotated[str | None, team] = None,
        period: Annotated[str | None, period] = None,
        format: Annotated[Format, form] = "table",
    ) -> None:
        from crmeter.app.alignment import shown

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = shown(here, id, team=team, period=period)
        if format == "json":
            screen.say(_json([each.as_json() for each in found]))
        else:
            screen.say(indicators.shown(found, team, here.rules.calendar, here.catalogue))


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1, default=str)

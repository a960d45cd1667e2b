"""``crmeter plan``: improvement plans from their draft to their end."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import forms, plan_options, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

Format = Literal["table", "json"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_list(app)
    add_show(app)
    plan_options.add_new(app)
    plan_options.add_edit(app)
    add_check(app)
    add_register(app)
    add_lots(app)
    add_start(app)
    add_step(app)
    add_comment(app)
    add_monitor(app)
    add_close(app)
    add_cancel(app)


def _id() -> Any:
    return typer.Argument(metavar="PLAN", help=t("A plan, as “crmeter plan list” lists it."))


def _who() -> Any:
    return typer.Option(metavar="NAME", help=t("Who does it. Default: who is signed in on this machine."))


def _format() -> Any:
    return typer.Option("--format", help=t("How it is written."))


def _day() -> Any:
    return typer.Option(
        "--on", metavar="D", formats=["%Y-%m-%d"], help=t("The day, such as 2025-07-01. Default: today.")
    )


def say(told: Mapping[str, Any], format: str, here: Any) -> None:
    """A plan as it is now."""
    from crmeter.cli import plan_tables

    forms.deliver(told, format, None, {"table": lambda: plan_tables.one(told, here)})


def add_list(app: typer.Typer) -> None:
    @command(
        app, "plan list", t("List the plans, their verdicts, and the steps that are overdue."), ("crmeter plan list",)
    )
    def list_plans(*, format: Annotated[Format, _format()] = "table") -> None:
        from crmeter.app import plans
        from crmeter.cli import plan_tables

        here = workspace()
        found = plans.plans(here)
        forms.deliver(found, format, None, {"table": lambda: plan_tables.listed(found, here)})


def add_show(app: typer.Typer) -> None:
    @command(
        app,
        "plan show",
        t("Show a plan: what it says, its steps, how it is verified, what came of it, and its history."),
        ("crmeter plan show P1", "crmeter plan show P1 --format json"),
    )
    def show(id: Annotated[str, _id()], *, format: Annotated[Format, _format()] = "table") -> None:
        from crmeter.app import plans

        here = workspace()
        say(plans.show(here, id), format, here)


def add_check(app: typer.Typer) -> None:
    @command(
        app,
        "plan check",
        t("Say how a draft would be verified, why so, and the smallest effect that this can show."),
        ("crmeter plan check P1",),
    )
    def check(id: Annotated[str, _id()], *, format: Annotated[Format, _format()] = "table") -> None:
        from crmeter.app import plans
        from crmeter.cli import plan_tables

        here = workspace()
        with screen.progress() as progress:
            progress(t("Trying methods on the past"), None)
            found = plans.check(here, id)
        forms.deliver(found, format, None, {"table": lambda: plan_tables.proposal(found, here)})


def add_register(app: typer.Typer) -> None:
    @command(
        app,
        "plan register",
        t("Seal a complete plan before it starts, with the way it will be verified."),
        ("crmeter plan register P1",),
    )
    def register_plan(
        id: Annotated[str, _id()],
        *,
        who: Annotated[str | None, _who()] = None,
        format: Annotated[Format, _format()] = "table",
    ) -> None:
        from crmeter.app import plans

        here = workspace()
        with screen.progress() as progress:
            progress(t("Trying methods on the past"), None)
            told = plans.register(here, id, who=who)
        say(told, format, here)


def add_lots(app: typer.Typer) -> None:
    output = typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file. Default: standard output."))

    @command(
        app,
        "plan lots",
        t("List who is treated and who is left alone where lots decide, as CSV."),
        ("crmeter plan lots P1 -o lots.csv",),
    )
    def lots(
        id: Annotated[str, _id()],
        *,
        output: Annotated[Path | None, output] = None,
        format: Annotated[Literal["csv", "json"], _format()] = "csv",
    ) -> None:
        from crmeter.app import plans
        from crmeter.cli.plan_tables import lots_as_csv

        found = plans.lots(workspace(), id)
        forms.deliver(found, format, output, {"csv": lambda: lots_as_csv(found)})


def add_start(app: typer.Typer) -> None:
    @command(
        app,
        "plan start",
        t("Say that a registered plan has started."),
        ("crmeter plan start P1", "crmeter plan start P1 --on 2025-07-02"),
    )
    def start(
        id: Annotated[str, _id()],
        *,
        on: Annotated[datetime | None, _day()] = None,
        who: Annotated[str | None, _who()] = None,
        format: Annotated[Format, _format()] = "table",
    ) -> None:
        from crmeter.app import plans

        here = workspace()
        say(plans.start(here, id, on=on.date() if on else None, who=who), format, here)


def add_step(app: typer.Typer) -> None:
    number = typer.Argument(metavar="STEP", help=t("The number of the step."))
    not_done = typer.Option("--not-done", help=t("It is not done; say with --note how it stands."))
    note = typer.Option(metavar="TEXT", help=t("How it went, or how it stands."))

    @command(
        app,
        "plan step",
        t("Say that a step is done, or how it stands."),
        ("crmeter plan step P1 2", 'crmeter plan step P1 3 --not-done --note "half of the teams"'),
    )
    def step(
        id: Annotated[str, _id()],
        number: Annotated[int, number],
        *,
        on: Annotated[datetime | None, _day()] = None,
        not_done: Annotated[bool, not_done] = False,
        note: Annotated[str | None, note] = None,
        who: Annotated[str | None, _who()] = None,
        format: Annotated[Format, _format()] = "table",
    ) -> None:
        from crmeter.app import plans

        here, day = workspace(), on.date() if on else None
        say(plans.step(here, id, number, done=not not_done, on=day, note=note, who=who), format, here)


def _add_said(app: typer.Typer, name: str, what: str, how: str, example: str) -> None:
    """A command that writes a text down beside a plan."""
    text = typer.Argument(metavar="TEXT", help=how)

    @command(app, f"plan {name}", what, (example,))
    def said(
        id: Annotated[str, _id()],
        text: Annotated[str, text],
        *,
        who: Annotated[str | None, _who()] = None,
        format: Annotated[Format, _format()] = "table",
    ) -> None:
        from crmeter.app import plans

        here = workspace()
        say(getattr(plans, name)(here, id, text, who=who), format, here)


def add_comment(app: typer.Typer) -> None:
    _add_said(
        app, "comment", t("Write something down beside a plan."), t("What is to be remembered."),
        'crmeter plan comment P1 "The guide is late"',
    )  # fmt: skip


def add_close(app: typer.Typer) -> None:
    _add_said(
        app, "close", t("End a plan that was verified, with what was learnt."), t("What was learnt."),
        'crmeter plan close P1 "Calls in the first month keep customers"',
    )  # fmt: skip


def add_cancel(app: typer.Typer) -> None:
    _add_said(
        app, "cancel", t("Give up a plan before it was verified."), t("Why."), 'crmeter plan cancel P1 "No budget"'
    )  # fmt: skip


def add_monitor(app: typer.Typer) -> None:
    @command(
        app,
        "plan monitor",
        t("Show a running plan week by week beside the expected path, and whether a guard got worse."),
        ("crmeter plan monitor P1",),
    )
    def monitor(
        id: Annotated[str, _id()],
        *,
        who: Annotated[str | None, _who()] = None,
        format: Annotated[Format, _format()] = "table",
    ) -> None:
        from crmeter.app import plans
        from crmeter.cli import plan_tables

        here = workspace()
        with screen.progress() as progress:
            progress(t("Measuring"), None)
            found = plans.monitor(here, id, who=who)
        forms.deliver(found, format, None, {"table": lambda: plan_tables.watched(found, here)})

"""``crmeter schedule`` and ``run-due``: what runs by itself, and doing what is due."""

import json
from typing import Annotated, Literal

import typer

from crmeter.cli import schedule_tables, screen
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

Form = Literal["table", "json"]
What = Literal["ingest", "evaluate", "report", "alerts", "plans"]
Every = Literal["day", "week", "month", "quarter"]
Written = Literal["html", "md", "json", "pdf", "xlsx", "docx", "pptx"]


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_add(app)
    add_list(app)
    add_show(app)
    add_pause(app)
    add_resume(app)
    add_remove(app)
    add_retry(app)
    add_run_due(app)


def add_add(app: typer.Typer) -> None:
    what = typer.Argument(
        help=t("What is done: load, evaluate, send a report, tell alerts, or overdue steps of plans.")
    )
    every = typer.Option(help=t("How often. Default: quarter for evaluate and report, else day."))
    at = typer.Option(metavar="HH:MM", help=t("The time of day, in the time zone of the workspace."))
    on = typer.Option(metavar="DAY", help=t("The weekday, such as monday; or the day of the month: 1 to 31, or last."))
    to = typer.Option(metavar="NAME", help=t("A recipient of crmeter.toml; may be given more than once."))
    period = typer.Option(metavar="P", help=t("The period, such as last-month. Default: the last one of its kind."))
    scope = typer.Option(metavar="EXPR", help=t("Only those this holds of, such as \"customer.segment = 'vip'\"."))
    form = typer.Option("--format", help=t("How a report is written."))
    tongue = typer.Option(
        "--language", metavar="LANG", help=t("The language of recipients who have none of their own.")
    )

    @command(
        app,
        "schedule add",
        t("Let something run by itself each day, week, month or quarter. “crmeter run-due” does it."),
        (
            "crmeter schedule add ingest --every day --at 05:00",
            "crmeter schedule add report --every week --on monday --at 08:00 --to boss --to sales_chat",
        ),
    )
    def add(
        what: Annotated[What, what],
        *,
        every: Annotated[Every | None, every] = None,
        at: Annotated[str, at] = "08:00",
        on: Annotated[str | None, on] = None,
        to: Annotated[list[str] | None, to] = None,
        period: Annotated[str | None, period] = None,
        scope: Annotated[list[str] | None, scope] = None,
        format: Annotated[Written, form] = "pdf",
        language: Annotated[str | None, tongue] = None,
    ) -> None:
        from crmeter.app import scheduling

        here = workspace()
        often = every or ("quarter" if what in ("evaluate", "report") else "day")
        wanted = scheduling.Wanted(
            what, often, at, on, tuple(to or ()), period, tuple(scope or ()), format, language
        )  # fmt: skip
        screen.say(schedule_tables.listed([scheduling.add(here, wanted)], here.rules.timezone))


def _form() -> object:
    return typer.Option("--format", help=t("How it is written."))


def add_list(app: typer.Typer) -> None:
    @command(app, "schedule list", t("List what runs by itself, and when next."), ("crmeter schedule list",))
    def list_schedules(*, format: Annotated[Form, _form()] = "table") -> None:
        from crmeter.app import scheduling

        here = workspace()
        found = scheduling.schedules(here)
        screen.say(_json(found) if format == "json" else schedule_tables.listed(found, here.rules.timezone))


def _id() -> object:
    return typer.Argument(metavar="ID", help=t("A schedule, such as S1."))


def add_show(app: typer.Typer) -> None:
    @command(app, "schedule show", t("Show a schedule, its runs, and all it sent."), ("crmeter schedule show S1",))
    def show(id: Annotated[str, _id()], *, format: Annotated[Form, _form()] = "table") -> None:
        from crmeter.app import scheduling

        here = workspace()
        found = scheduling.show(here, id)
        screen.say(_json(found) if format == "json" else schedule_tables.shown(found, here.rules.timezone))


def add_pause(app: typer.Typer) -> None:
    @command(app, "schedule pause", t("Stop a schedule for a time."), ("crmeter schedule pause S1",))
    def pause(id: Annotated[str, _id()]) -> None:
        from crmeter.app import scheduling

        scheduling.pause(workspace(), id)
        screen.say(t("{id} is paused.", id=id.upper()))


def add_resume(app: typer.Typer) -> None:
    @command(
        app,
        "schedule resume",
        t("Let a schedule go on. What was due meanwhile is not made up for."),
        ("crmeter schedule resume S1",),
    )
    def resume(id: Annotated[str, _id()]) -> None:
        from crmeter.app import scheduling

        scheduling.pause(workspace(), id, paused=False)
        screen.say(t("{id} goes on.", id=id.upper()))


def add_remove(app: typer.Typer) -> None:
    @command(
        app,
        "schedule remove",
        t("Remove a schedule. What waits to be sent is still sent."),
        ("crmeter schedule remove S1",),
    )
    def remove(id: Annotated[str, _id()]) -> None:
        from crmeter.app import scheduling

        scheduling.remove(workspace(), id)
        screen.say(t("{id} is removed.", id=id.upper()))


def add_retry(app: typer.Typer) -> None:
    id = typer.Argument(metavar="ID", help=t("A delivery that failed or is unknown, such as D1."))
    arrived = typer.Option("--arrived", help=t("It did arrive: it counts as sent and is not sent again."))

    @command(
        app,
        "schedule retry",
        t("Send a delivery again that failed, or of which nobody knows whether it arrived."),
        ("crmeter schedule retry D1", "crmeter schedule retry D1 --arrived"),
    )
    def retry(id: Annotated[str, id], *, arrived: Annotated[bool, arrived] = False) -> None:
        from crmeter.app import scheduling

        scheduling.retry(workspace(), id, arrived=arrived)
        said = (
            t("{id} counts as sent.", id=id.upper()) if arrived else t("{id} is sent with the next run.", id=id.upper())
        )
        screen.say(said)


def add_run_due(app: typer.Typer) -> None:
    @command(
        app,
        "run-due",
        t("Do all that is due and send what waits; to be called every few minutes, for example by cron. Exit code 1 "
          "where something failed."),
        ("crmeter run-due -C /srv/crmeter",),
    )  # fmt: skip
    def run_due(*, format: Annotated[Form, _form()] = "table") -> None:
        from crmeter.app import running

        here = workspace()
        with screen.progress() as progress:
            found = running.run_due(here, progress=progress)
        screen.say(_json(found) if format == "json" else schedule_tables.done(found, here.rules.timezone))
        if any(each["state"] not in ("done", "sent") for each in (*found["runs"], *found["deliveries"])):
            raise typer.Exit(1)


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1, default=str)

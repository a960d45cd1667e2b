"""``crmeter evaluate``, ``evaluations`` and ``report``: judge a period, list the judgements, tell one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the commands, with help in the language of the moment."""
    add_evaluate(app)
    add_list(app)
    add_report(app)


def add_evaluate(app: typer.Typer) -> None:
    period = typer.Option(metavar="P", help=t("The period, such as 2025-Q4. Default: last-quarter."))
    scope = typer.Option(metavar="EXPR", help=t("Only those this holds of, such as \"customer.segment = 'vip'\"."))
    trigger = typer.Option(
        metavar="EVENT",
        help=t(
            "An event of “crmeter event list”: the weeks after it against those before. With --period: in your words."
        ),
    )
    anew = typer.Option("--again", help=t("Make a new one though nothing has changed since the last."))

    @command(
        app,
        "evaluate",
        t("Evaluate a period: what moved beyond noise, where, for better or worse. The result is sealed."),
        (
            "crmeter evaluate",
            "crmeter evaluate --period 2025-Q4 --scope \"customer.region = 'North'\"",
            "crmeter evaluate --trigger campaign:M029",
        ),
    )
    def evaluate(
        *,
        period: Annotated[str | None, period] = None,
        scope: Annotated[list[str] | None, scope] = None,
        trigger: Annotated[str | None, trigger] = None,
        again: Annotated[bool, anew] = False,
    ) -> None:
        from crmeter.app import evaluating, reporting

        with screen.progress() as progress:
            here = workspace()
            before = {each.id for each in evaluating.evaluations(here)}
            document = evaluating.evaluate(
                here, period=period, scope=scope or (), trigger=trigger, again=again, progress=progress
            )
            said = tables.summary(document, reporting.headlines(document, here.catalogue))
        screen.say(said)
        if document["id"] in before:
            screen.say(t("Nothing has changed since this evaluation was sealed. A new one: crmeter evaluate --again"))


def add_list(app: typer.Typer) -> None:
    @command(app, "evaluations", t("List the evaluations."), ("crmeter evaluations",))
    def evaluations() -> None:
        from crmeter.app import evaluating

        here = workspace()
        screen.say(tables.evaluations(evaluating.evaluations(here), here.rules.timezone))
        for run in evaluating.runs(here):
            if run["state"] == "running":
                screen.say(tables.run(run))


def add_report(app: typer.Typer) -> None:
    id = typer.Argument(metavar="ID", help=t("An evaluation, as “crmeter evaluations” lists it."))
    form = typer.Option("--format", help=t("How the report is written. Default: html, or what FILE ends in."))
    reader = typer.Option("--audience", help=t("Whom it is for: their KPIs and their questions. Default: everything."))
    output = typer.Option("-o", "--output", metavar="FILE", help=t("Write to this file. Default: standard output."))

    @command(
        app,
        "report",
        t("Write the report of an evaluation."),
        (
            "crmeter report 2025-Q4-1 --lang zh-Hant -o report.html",
            "crmeter report 2025-Q4-1 --audience management -o report.pdf",
            "crmeter report 2025-Q4-1 --format md",
        ),
    )
    def report(
        id: Annotated[str, id],
        *,
        format: Annotated[Literal["html", "md", "json", "pdf", "xlsx", "docx", "pptx"] | None, form] = None,
        audience: Annotated[Literal["management", "sales", "marketing", "service", "it"] | None, reader] = None,
        output: Annotated[Path | None, output] = None,
    ) -> None:
        from crmeter.app import reporting

        ending = output.suffix.lower()[1:] if output else ""
        form = format or (ending if ending in reporting.FORMATS else "html")
        with screen.progress() as progress:
            progress(t("Writing the report"), None)
            content = reporting.report(workspace(), id, form, audience)
        screen.deliver(content.decode("utf-8") if form in reporting.TEXTS else content, output)

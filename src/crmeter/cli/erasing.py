"""``crmeter erase``: remove what tells who a customer was; what was counted stays."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    customer = typer.Argument(metavar="CUSTOMER", help=t("The id of the customer."))
    yes = typer.Option("--yes", help=t("Do not ask."))
    reason = typer.Option(metavar="TEXT", help=t("Why, without naming the person: it is kept."))
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "erase",
        t("Erase a customer: personal data, free text and custom attributes go, the values of KPIs stay."),
        ("crmeter erase C001234", 'crmeter erase C001234 --yes --reason "request 2026-17"'),
    )
    def erase(
        customer: Annotated[str, customer],
        *,
        yes: Annotated[bool, yes] = False,
        reason: Annotated[str, reason] = "",
        format: Annotated[Literal["table", "json"], form] = "table",
    ) -> None:
        from crmeter.app import erasing

        here = workspace()
        with screen.progress() as progress:
            progress(t("Looking for what is to be erased"), None)
            found = erasing.plan(here, customer)
        if not found["erased_before"] and not yes:
            _ask(found)
        with screen.progress() as progress:
            progress(t("Erasing"), None)
            done = erasing.erase(here, customer, reason)
        screen.say(json.dumps(done, ensure_ascii=False, indent=1) if format == "json" else told(done))


def _ask(found: Mapping[str, Any]) -> None:
    """Show what is to be erased and wait for a yes; UserError where nobody can give it, or does not."""
    if not sys.stdin.isatty():
        raise UserError.of(
            t("Nothing was erased: nobody was there to confirm it."), next=t("Call it with --yes in a script.")
        )
    typer.echo(planned(found), err=True)
    if not typer.confirm(t("Erase this? It cannot be undone."), err=True):
        raise UserError.of(t("Nothing was erased."))


def planned(found: Mapping[str, Any]) -> str:
    """What is about to go."""
    return "\n\n".join(part for part in (_who(found), _rows(found)) if part)


def told(found: Mapping[str, Any]) -> str:
    """What went, and what still holds the person."""
    if found["erased_before"]:
        when = found["erased_before"][:10]
        return t("This customer was erased already on {day}, and is {pseudonym} since.",
                 day=when, pseudonym=found["pseudonyms"][0])  # fmt: skip
    names = ", ".join(found["pseudonyms"])
    parts = [
        _who(found),
        _rows(found),
        t("Erased. In the place of the id stands {names}; no KPI has another value.", names=names),
        *_left(found),
    ]
    return "\n\n".join(part for part in parts if part)


def _who(found: Mapping[str, Any]) -> str:
    first, *others = found["customers"]
    if not others:
        return t("Customer {id}", id=first)
    return t("Customer {id}, and those merged with it: {others}", id=first, others=", ".join(others))


def _rows(found: Mapping[str, Any]) -> str:
    from crmeter.reports import numbers, words

    counted = [(words.table(name), rows) for name, rows in found["rows"].items()]
    counted += [(t("raw rows of {name}", name=name), rows) for name, rows in found["raw"].items()]
    counted += [(t("values in quarantine"), found["refused"])] if found["refused"] else []
    rows = [[name, numbers.count(count)] for name, count in counted]
    return tables.table([t("What is erased"), t("Rows")], rows, numbers=[1])


def _left(found: Mapping[str, Any]) -> list[str]:
    """What crmeter does not touch, and the user should."""
    mentions = [f"{name} ({rows})" for name, rows in found["mentions"].items()]
    lists = (
        (t("Sources that still hold the person. Delete the person there too:"), found["sources"]),
        (t("Rows of others in which a name, an address or a number of the person stands:"), mentions),
        (t("Files in the workspace that hold the person or may:"), found["files"]),
        (t("Sealed evaluations that name the person; they are never changed:"), found["evaluations"]),
    )
    return ["\n".join((heading, *(f"  {name}" for name in names))) for heading, names in lists if names]

"""``crmeter check``: the quality of the data, and what to mend first."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.checking import Quality
    from crmeter.app.settings import Workspace

FAILED = 3  # the exit code of a check that failed
LISTED = 10  # sets of duplicates that a table shows; JSON has all


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    limit = typer.Option("--fail-on", help=t("End with exit code 3 where a rule of this severity or above is broken."))
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "check",
        t("Check the quality of the data: rules on every table, duplicates, the records to mend first."),
        ("crmeter check", "crmeter check --fail-on error", "crmeter check --format json"),
    )
    def check(
        *,
        fail_on: Annotated[Literal["error", "warning", "info"] | None, limit] = None,
        format: Annotated[Literal["table", "json"], form] = "table",
    ) -> None:
        from crmeter.app import checking

        here = workspace()
        with screen.progress() as progress:
            progress(t("Checking the rules of quality"), None)
            found = checking.check(here)
        plain = json.dumps(found.as_json(), ensure_ascii=False, indent=1) if format == "json" else told(found, here)
        screen.say(plain)
        if fail_on and checking.fails(found, checking.Severity(fail_on)):
            raise typer.Exit(FAILED)


def told(found: "Quality", workspace: "Workspace") -> str:
    """Scores by table, the broken rules, duplicates, and whom to mend first."""
    parts = [_scores(found), _rules(found), _duplicates(found), _mend_first(found, workspace)]
    return "\n\n".join(part for part in parts if part)


def _scores(found: "Quality") -> str:
    from crmeter.app.checking import Kind
    from crmeter.reports import numbers, words

    rows = [
        [words.table(table), *(numbers.share(own[kind]) if kind in own else "" for kind in Kind)]
        for table, own in found.scores.items()
    ]
    headings = [t("Table"), *(kind_words(str(kind)) for kind in Kind)]
    return tables.table(headings, rows, numbers=range(1, len(headings)))


def _rules(found: "Quality") -> str:
    from crmeter.reports import numbers, words

    rows = [
        [
            severity_words(str(c.result.severity)),
            words.table(c.result.table),
            c.says,
            t(
                "{count} of {checks} do not",
                count=numbers.count(c.result.broken),
                checks=numbers.count(c.result.checks),
            ),
            c.owner or "",
            "; ".join(f"{row.file or ''}:{row.row or ''} {row.key or ''}".strip(": ") for row in c.rows),
        ]
        for c in found.rules
        if c.result.broken
    ]
    if not rows:
        return t("Every rule is kept.")
    headings = [t("Severity"), t("Table"), t("A good record …"), t("Broken"), t("Owner"), t("Such as")]
    kept = [i for i in range(len(headings)) if any(row[i] for row in rows)]
    return tables.table([headings[i] for i in kept], [[row[i] for i in kept] for row in rows])


def _duplicates(found: "Quality") -> str:
    if not found.duplicates:
        return ""
    rows = [[", ".join(d.customers), ", ".join(map(shared_words, d.shared))] for d in found.duplicates[:LISTED]]
    shown = tables.table([t("Probably one customer"), t("They share")], rows)
    more = len(found.duplicates) - len(rows)
    return shown + ("\n" + t("… and {count} more sets of customers", count=more) if more else "")


def _mend_first(found: "Quality", workspace: "Workspace") -> str:
    from crmeter.reports import numbers

    rows = [
        [customer, numbers.amount(revenue, "money", workspace.rules.currency), numbers.count(broken)]
        for customer, revenue, broken in found.mend_first
    ]
    if not rows:
        return ""
    return tables.table([t("Mend these customers first"), t("Revenue"), t("Rules broken")], rows, numbers=[1, 2])


def kind_words(code: str) -> str:
    """A kind of rule, in the language of the moment."""
    return {
        "completeness": t("Completeness"),
        "validity": t("Validity"),
        "uniqueness": t("Uniqueness"),
        "consistency": t("Consistency"),
    }[code]


def severity_words(code: str) -> str:
    """A severity, in the language of the moment."""
    return {"error": t("error"), "warning": t("warning"), "info": t("info")}[code]


def shared_words(code: str) -> str:
    """What duplicates share, in the language of the moment."""
    return {
        "email": t("e-mail"),
        "phone": t("phone"),
        "company name": t("company name"),
    }[code]

"""``crmeter changes``: a sealed evaluation as reported, against what is known now."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from crmeter.cli import screen, tables
from crmeter.cli.command import command, workspace
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.changing import Cause, Changed, Changes
    from crmeter.app.settings import Workspace


def register(app: typer.Typer) -> None:
    """Add the command, with help in the language of the moment."""
    id = typer.Argument(metavar="ID", help=t("An evaluation, as “crmeter evaluations” lists it."))
    only = typer.Option("--kpi", metavar="ID", help=t("This KPI alone; can be given more than once."))
    form = typer.Option("--format", help=t("How it is written."))

    @command(
        app,
        "changes",
        t("Show what became of an evaluation: each value as reported and as known now, and why it differs."),
        ("crmeter changes 2025-Q4-1", "crmeter changes 2025-Q4-1 --kpi revenue --format json"),
    )
    def changes(
        id: Annotated[str, id],
        *,
        kpi: Annotated[list[str] | None, only] = None,
        format: Annotated[Literal["table", "json"], form] = "table",
    ) -> None:
        from crmeter.app import changing

        here = workspace()
        with screen.progress() as progress:
            found = changing.changes(here, id, kpi or (), progress)
        screen.say(plain(found) if format == "json" else told(found, here))


def plain(found: "Changes") -> str:
    """The changes as JSON."""
    told = {
        "evaluation": found.id,
        "loads": list(found.loads),
        "values": [value.as_json() for value in found.values],
        "vanished": list(found.vanished),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def told(found: "Changes", workspace: "Workspace") -> str:
    """The values that differ, each with the part of every cause; how many do not is said below."""
    from crmeter.app import cataloguing
    from crmeter.reports import numbers

    rows = []
    different = [value for value in found.values if value.then != value.now]
    for value in different:
        unit = str(workspace.catalogue.by_id[value.kpi].unit)
        currency = workspace.rules.currency if unit == "money" else None
        rows.append([
            cataloguing.name(value.kpi, workspace.catalogue),
            numbers.amount(value.then, unit, currency),
            numbers.amount(value.now, unit, currency),
            _parts(value, unit, currency),
        ])  # fmt: skip
    headings = [t("KPI"), t("As reported"), t("As known now"), t("Why")]
    parts = [tables.table(headings, rows, numbers=[1, 2])] if rows else []
    same = len(found.values) - len(different)
    parts.append(t("{count} values are as they were reported (load {then}, now {now}).",
                   count=same, then=found.loads[0], now=found.loads[1]))  # fmt: skip
    if found.vanished:
        parts.append(t("No longer in the catalogue: {names}.", names=", ".join(found.vanished)))
    return "\n\n".join(parts)


def _parts(value: "Changed", unit: str, currency: str | None) -> str:
    from crmeter.reports import numbers

    if value.then is None or value.now is None:
        return t("It could not be computed then.") if value.then is None else t("It cannot be computed any more.")
    named = ((cause_words(cause), numbers.change(part, unit, currency)) for cause, part in value.parts.items())
    return "; ".join(f"{name} {part}" for name, part in named)


def cause_words(cause: "Cause") -> str:
    """A cause, in the language of the moment."""
    return {
        "definition": t("definition"),
        "late": t("late rows"),
        "corrected": t("corrections"),
        "merged": t("merged customers"),
        "deleted": t("deleted rows"),
        "erased": t("erased customers"),
        "currency": t("exchange rates"),
        "calendar": t("calendar"),
        "time": t("time passed"),
    }[str(cause)]

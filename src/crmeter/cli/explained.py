"""The card of a KPI as text: four headings to act on, then how it is computed, an example, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.kpis.cards import Card


def explained(card: Card) -> str:
    """One KPI, under headings. The language must be the card's."""
    return "\n\n".join(f"{heading}\n{text}" for heading, text in _parts(card) if text)


def _parts(card: Card) -> Iterator[tuple[str, str]]:
    from crmeter.reports import words

    yield f"{card.name}  [{card.id}]", f"{card.question}\n{words.unit(card.unit)}{t('; ')}{words.better(card.better)}"
    yield t("What it shows"), card.shows
    yield t("How to read it"), card.reading
    yield t("What to be careful of"), card.caution
    yield t("What to do"), _actions(card)
    yield t("By tier, --by customer.tier"), _tiers(card)
    yield t("How it is computed"), "\n".join((card.formula, f"  {card.math}", *_symbols(card)))
    yield t("Example"), _example(card)
    yield t("What it needs"), "\n".join(f"  {table}: {', '.join(names)}" for table, names in card.inputs.items())
    yield (
        t("The same in SQL, written apart to check it (definition {hash})", hash=card.definition),
        card.sql.rstrip(),
    )


def _actions(card: Card) -> str:
    from crmeter.reports import words

    lines = []
    for when, actions in card.actions_when().items():
        lines.append(words.state(when))
        lines += [f"  - {words.action_kind(action.kind)}{t(': ')}{action.do}" for action in actions]
    return "\n".join(lines)


def _tiers(card: Card) -> str:
    lines = []
    for each in card.tiers:
        lines += [f"{each.name}{t(': ')}{each.who}", *(f"  - {do}" for do in each.do)]
    return "\n".join(lines)


def _symbols(card: Card) -> Iterator[str]:
    for symbol in card.symbols:
        yield f"  {symbol.name} = {symbol.words}"


def _example(card: Card) -> str:
    from crmeter.reports.numbers import amount

    given = [f"  {each.what}{t(': ')}{each.number:,.10g}" for each in card.given]
    return "\n".join((card.example, *given, f"  → {amount(card.makes, card.unit)}"))


def planned_steps(plan: Mapping[str, Any]) -> str:
    """The statements of a plan, each under what it reads and keeps."""
    from crmeter.reports.numbers import amount

    scans = t(", ").join(f"{name} ×{count}" for name, count in plan["scans"].items())
    told = [t("{kpi} in {period} reads: {scans}", kpi=plan["kpi"], period=plan["period"], scans=scans)]
    told += [
        t("{rollup} has the sums of {table} by customer and month, in place of its rows.", rollup=name, table=table)
        for name, table in plan["rollups"].items()
    ]
    told += [
        t("{cube} has the sums of customers by month and attributes, in place of each customer.", cube=name)
        for name in plan["cubes"]
    ]
    parts = ["\n".join(told)]
    for step in plan["statements"]:
        rows = amount(step["rows"], "count")
        said = (
            t("{number}. Rows: {rows}, kept as {name}", number=step["number"], rows=rows, name=step["keeps"])
            if step["keeps"]
            else t("{number}. Rows: {rows}", number=step["number"], rows=rows)
        )
        parts.append(f"-- {said}\n{step['sql']}")
    return "\n\n".join(parts)

"""The pages of docs/kpis: an index in each language, and the cards of each family in each language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmeter.kpis.cards import Card

LANGUAGES = {"en": "", "zh-Hant": ".zh-Hant", "zh-Hans": ".zh-Hans"}  # what stands before .md in names of pages


def catalogue(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every page with its text."""
    from crmeter.app.cataloguing import explain, listed
    from crmeter.kernel.messages import speaking, t
    from crmeter.reports import words

    for lang, ending in LANGUAGES.items():
        with speaking(lang):
            kpis = listed()
            families = list(dict.fromkeys(kpi["family"] for kpi in kpis))
            index = [f"# {t('The catalogue of KPIs')}\n", " · ".join(languages("README"))]
            for family in families:
                index.append(f"\n## [{words.family(family)}]({family}{ending}.md)\n")
                index.append(f"| {t('ID')} | {t('KPI')} | {t('Unit')} | {t('Direction')} |\n|---|---|---|---|")
                own = [kpi for kpi in kpis if kpi["family"] == family]
                for kpi in own:
                    told = (f"`{kpi['id']}`", kpi["name"], words.unit(kpi["unit"]), words.better(kpi["better"]))
                    index.append(f"| {' | '.join(told)} |")
                cards = [section(explain(kpi["id"])) for kpi in own]
                page = [f"# {words.family(family)}\n", " · ".join(languages(family)), "", *cards]
                yield folder / f"{family}{ending}.md", "\n".join(page)
            yield folder / f"README{ending}.md", "\n".join(index) + "\n"


def languages(page: str) -> list[str]:
    """Links to the same page in every language."""
    names = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}
    return [f"[{names[lang]}]({page}{ending}.md)" for lang, ending in LANGUAGES.items()]


def section(card: Card) -> str:
    """One card: its four headings, then how it is computed, an example, and what it needs. The SQL is linked."""
    from crmeter.kernel.messages import t
    from crmeter.reports import words

    measure = card.id.partition(".")[0]
    source = f"../../src/crmeter/kpis/{card.family}/{measure}"
    needs = t("; ").join(f"`{table}` ({', '.join(columns)})" for table, columns in card.inputs.items())
    parts = [
        f"## {card.name}",
        f"`{card.id}` · {words.unit(card.unit)} · {words.better(card.better)}",
        f"*{card.question}*",
        f"**{t('What it shows')}** {card.shows}",
        f"**{t('How to read it')}** {card.reading}",
        f"**{t('What to be careful of')}** {card.caution}",
        *actions(card),
        *tiers(card),
        f"**{t('How it is computed')}** {card.formula}",
        f"```text\n{notation(card)}\n```",
        f"**{t('Example')}** {card.example}",
        f"**{t('What it needs')}** {needs}",
        f"[{measure}.py]({source}.py) · [{measure}.sql]({source}.sql) · {t('Definition')} `{card.definition}`",
    ]
    return "\n\n".join(parts) + "\n"


def actions(card: Card) -> Iterator[str]:
    """What to do, by what calls for it."""
    from crmeter.kernel.messages import t
    from crmeter.reports import words

    if not card.actions:
        return
    yield f"**{t('What to do')}**"
    for when, found in card.actions_when().items():
        done = "\n".join(f"- {words.action_kind(action.kind)}{t(': ')}{action.do}" for action in found)
        yield f"{words.state(when)}\n\n{done}"


def tiers(card: Card) -> Iterator[str]:
    """What to do for customers of each tier, on the cards that tiers rest on."""
    from crmeter.kernel.messages import t

    if card.tiers:
        yield f"**{t('By tier, --by customer.tier')}**"
    for each in card.tiers:
        done = "\n".join(f"- {do}" for do in each.do)
        yield f"{each.name}{t(': ')}{each.who}\n\n{done}"


def notation(card: Card) -> str:
    """The formula in mathematics, and what its names stand for."""
    return "\n".join((card.math, *(f"  {symbol.name} = {symbol.words}" for symbol in card.symbols)))

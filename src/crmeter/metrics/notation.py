"""Formulas in mathematical notation: the same measures as in words, under the names they have in the code.

``Σ lost`` is the sum over the customers (or rows) of the period, ``n(x)`` how many rows have an x, ``Q₀.₉(x)`` a
quantile, in which ``∅ ↦ ∞`` says that rows without a value count as the largest. A formula of its own kind says its
notation itself, in a method ``notation``, or a card writes it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import singledispatch

from crmeter.kernel.messages import t
from crmeter.metrics.averages import Mean, NetPromoter, Quantile, ScaleMean
from crmeter.metrics.clustered import CustomerRatio, Growth, NetRetention
from crmeter.metrics.formulas import AnnualShare, CustomerSum, Formula, Quotient, RowCount, RowSum, Share
from crmeter.metrics.measures import Dated, Extreme, Measure, Product, Ranked, Total, Window
from crmeter.metrics.stocks import StockCount, StockSum

_WINDOWS = {
    Window.PERIOD: "",
    Window.PREVIOUS: "[P−1]",
    Window.YEAR_BEFORE: "[P−1a]",
    Window.YEAR_TO_END: "[365d]",
}
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Symbol:
    """A name in the notation, and what it stands for in words."""

    name: str
    words: str


def symbols(formula: Formula) -> tuple[Symbol, ...]:
    """What each name in the notation of a formula stands for, in the language of the moment."""
    said = set(re.findall(r"\w+(?:\[[^\]]+\])?", notation(formula) or ""))
    found: dict[str, str] = {}
    for measure in formula.measures:
        for name, words in _named(measure):
            found.setdefault(name, words)
    if isinstance(formula, AnnualShare):
        found["k"] = t("how often the period fits into a year")
    return tuple(Symbol(name, words) for name, words in found.items() if name in said or name == "k")


def _named(measure: Measure) -> Iterator[tuple[str, str]]:
    if isinstance(measure, Product):
        if measure.x != measure.y:
            yield from _named(measure.x)
            yield from _named(measure.y)
    elif isinstance(measure, Ranked | Extreme | Dated):
        yield measure.column, Total(measure.population, measure.column).words
    elif not measure.squared and measure.column != "*":
        bare = replace(measure, column=measure.column.removeprefix("#"))
        yield bare.column + _WINDOWS.get(bare.window, ""), bare.words


def total(measure: Total | Product) -> str:
    """``Σ lost``, ``Σ exposed·complaining``, ``n(csat_score)``."""
    if isinstance(measure, Product):
        return f"Σ {measure.x.column}·{measure.y.column}"
    if measure.column == "*":
        return "n"
    if measure.column.startswith("#"):
        return f"n({measure.column[1:]})"
    return f"Σ {measure.column}{_WINDOWS.get(measure.window, '')}"


@singledispatch
def notation(formula: Formula) -> str | None:
    """A formula in notation, None for one of an unknown kind that does not say its own."""
    own = getattr(formula, "notation", None)
    return str(own()) if own else None


@notation.register(CustomerSum)
@notation.register(RowCount)
@notation.register(RowSum)
@notation.register(StockCount)
@notation.register(StockSum)
def _sum(formula: CustomerSum | RowCount | RowSum | StockCount | StockSum) -> str:
    return total(formula.total)


@notation.register(Share)
@notation.register(Quotient)
@notation.register(CustomerRatio)
def _ratio(formula: Share | Quotient | CustomerRatio) -> str:
    return f"{total(formula.numerator)} ÷ {total(formula.denominator)}"


@notation.register
def _annual(formula: AnnualShare) -> str:
    return f"1 − (1 − {_ratio(formula.share)})ᵏ"


@notation.register
def _net_retention(formula: NetRetention) -> str:
    end, new, start = map(total, formula.parts)
    return f"({end} − {new}) ÷ {start}"


@notation.register
def _growth(formula: Growth) -> str:
    now, before = map(total, formula.parts)
    return f"{now} ÷ {before} − 1"


@notation.register
def _mean(formula: Mean) -> str:
    return f"{total(formula.total)} ÷ {total(formula.n)}"


@notation.register
def _scale_mean(formula: ScaleMean) -> str:
    return _mean(formula.mean)


@notation.register
def _quantile(formula: Quantile) -> str:
    q = f"{formula.ranked.q:g}".translate(_SUBSCRIPT)
    late = "; ∅ ↦ ∞" if formula.ranked.missing_last else ""
    return f"Q{q}({formula.ranked.column}{late})"


@notation.register
def _net_promoter(formula: NetPromoter) -> str:
    return f"100 · ({total(formula.promoters)} − {total(formula.detractors)}) ÷ {total(formula.answers)}"

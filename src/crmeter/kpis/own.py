"""KPIs that an organisation composes of named measures: declared, checked, and put beside the built-in ones.

What can be named are the KPIs of the catalogue, the totals that they are made of, and other composed KPIs. There is no
language of expressions: a ratio, a sum or a difference is all there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache

from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import t
from crmeter.kpis import CATALOGUE, FAMILIES, OWN
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.kpis.declared import Declaration, Part
from crmeter.kpis.own_cards import own_cards
from crmeter.metrics import Example, History, Kpi, Reason, Unit
from crmeter.metrics.composed import Operation, composed
from crmeter.metrics.definitions import rows_of
from crmeter.metrics.formulas import CustomerSum, Formula, RowCount, RowSum
from crmeter.metrics.measures import CELLS, Measure, Product, Total, Window
from crmeter.model.cells import CELL_COLUMNS
from crmeter.model.populations import POPULATIONS
from crmeter.model.populations.population import Lasting
from crmeter.model.tables import BY_NAME

_HISTORY = (History.ANY, History.NEW, History.LOSS)


def with_own(declarations: Sequence[Declaration]) -> tuple[Catalogue, list[Problem]]:
    """The built-in catalogue with the KPIs declared, and everything that is wrong with them: those are left out."""
    if not declarations:
        return BUILT_IN, []
    composing = _Composing({each.id: each for each in declarations})
    made = {each.id: composing.kpi(each.id) for each in declarations}
    kpis = tuple(kpi for kpi in made.values() if kpi is not None)
    declared = composing.declared
    cards = {kpi.id: own_cards(kpi, OWN, declared[kpi.id], composing.parts[kpi.id], composing.name_of) for kpi in kpis}
    return Catalogue({**FAMILIES, OWN: kpis}, cards), composing.problems


@cache
def named_measures() -> dict[str, Part]:
    """The totals that KPIs of the catalogue are made of, by name; a name that means two of them is none."""
    found: dict[str, dict[Total, list[Kpi]]] = {}
    for kpi in CATALOGUE:
        for measure in () if kpi.always_by else dict.fromkeys(kpi.formula.measures):
            if isinstance(measure, Total) and _is_plain(measure):
                found.setdefault(measure.column, {}).setdefault(measure, []).append(kpi)
    single = {name: next(iter(totals.items())) for name, totals in found.items() if len(totals) == 1}
    return {name: _measure(name, total, kpis) for name, (total, kpis) in single.items()}


def _measure(name: str, total: Total, kpis: Sequence[Kpi]) -> Part:
    """A bare measure follows the rules of the KPI that is nothing but it, else of the least strict that it is part of:
    what that one does without, the measure does without."""
    bare = next((kpi for kpi in kpis if getattr(kpi.formula, "total", None) == total and _is_sum(kpi.formula)), None)
    like = bare or min(kpis, key=lambda k: (len(k.populations), _HISTORY.index(k.history), k.left_out is not None))
    return Part(name, _sum_of(total), bare.unit if bare else None, like, is_kpi=False)


def _is_sum(formula: Formula) -> bool:
    return isinstance(formula, CustomerSum | RowCount | RowSum)


def _is_plain(total: Total) -> bool:
    """Whether a total is a sum of what happened in the period, which people have words for."""
    if total.population == CELLS:
        words = CELL_COLUMNS[total.column].words
    elif POPULATIONS[total.population].lasting is Lasting.DAY:
        words = POPULATIONS[total.population].adds.get(total.column, "")
    else:
        words = ""
    return bool(words) and total.window is Window.PERIOD and not total.squared


def _sum_of(total: Total) -> Formula:
    if total.population == CELLS:
        return CustomerSum(total)
    rows = rows_of(total.population)[-1]
    return RowCount(total) if rows[total.column].type().is_integer() else RowSum(total, Total(total.population, "*"))


class _Composing:
    """The declarations, what became of them, and what was wrong."""

    def __init__(self, declared: Mapping[str, Declaration]) -> None:
        self.declared = declared
        self.problems: list[Problem] = []
        self.parts: dict[str, tuple[Part, ...]] = {}
        self._made: dict[str, Kpi | None] = {}
        self._open: list[str] = []

    def kpi(self, id: str) -> Kpi | None:
        """The KPI of a declaration, None where it cannot be made."""
        if id not in self._made:
            self._open.append(id)
            self._made[id] = self._compose(self.declared[id])
            self._open.pop()
        return self._made[id]

    def name_of(self, id: str, lang: str) -> str | None:
        """The name of a KPI, None for a bare measure."""
        if id in self.declared:
            by_language = self.declared[id].name
            return by_language.get(lang) or next(iter(by_language.values()))
        kpi = BUILT_IN.by_id.get(id) or BUILT_IN.first_variants.get(id)
        return None if kpi is None else BUILT_IN.card(kpi.id, lang).name

    def _compose(self, told: Declaration) -> Kpi | None:
        before = len(self.problems)
        if _is_taken(told.id):
            self._wrong(told, t("there is a KPI or a measure of this name already."))
        if len(set(told.parts)) < len(told.parts):
            self._wrong(told, t("the same is named twice."))
        found = [self._part(told, name) for name in told.parts]
        parts = tuple(part for part in found if part is not None)
        if len(parts) == len(found):
            for said in _misfits(told, parts):
                self._wrong(told, said)
        if len(self.problems) > before or len(parts) < len(found):
            return None
        self.parts[told.id] = parts
        return _kpi(told, parts)

    def _part(self, told: Declaration, name: str) -> Part | None:
        if name in self._open:
            self._wrong(told, t("{names} are made of one another.", names=", ".join(self._open)))
            return None
        if name in self.declared and not _is_taken(name):
            own = self.kpi(name)
            return None if own is None else Part(name, own.formula, own.unit, own)
        kpi = BUILT_IN.by_id.get(name) or BUILT_IN.first_variants.get(name)
        if kpi is not None and kpi.always_by:
            self._wrong(told, t("“{name}” has no value of its own: it has one for each {dimension}.",
                                name=name, dimension=kpi.always_by[0]))  # fmt: skip
            return None
        part = named_measures().get(name) if kpi is None else Part(name, kpi.formula, kpi.unit, kpi)
        if part is None:
            known = [*self.declared, *BUILT_IN.by_id, *BUILT_IN.first_variants, *named_measures()]
            near = get_close_matches(name, known, 1, 0.5)
            close = t("Did you mean “{word}”?", word=near[0]) if near else t("“crmeter kpis” lists them.")
            self._wrong(told, t("there is no KPI or measure “{name}”.", name=name), close)
        return part

    def _wrong(self, told: Declaration, what: str, next: str = "") -> None:
        self.problems.append(Problem(f"crmeter.toml, [kpis.{told.id}]: {what}", next=next))


def _is_taken(id: str) -> bool:
    """Whether the catalogue has a KPI or a measure of that name."""
    return id in BUILT_IN.first_variants or id in named_measures()


def _misfits(told: Declaration, parts: Sequence[Part]) -> Iterator[str]:
    """What does not go together: numbers of different units, and units that cannot come out."""
    units = [part.unit for part in parts]
    if told.operation is not Operation.RATIO:
        for part in parts:
            if part.unit is not None and part.unit is not told.unit:
                yield t("“{name}” is in {unit}; the KPI is to be in {wanted}.",
                        name=part.name, unit=part.unit, wanted=told.unit)  # fmt: skip
    elif units[1] is Unit.MONEY and told.unit is Unit.MONEY:
        yield t("a ratio of something to an amount of money is no amount of money.")
    elif units[0] is Unit.MONEY and units[1] not in (Unit.MONEY, None) and told.unit is not Unit.MONEY:
        yield t('an amount of money for each of something is an amount of money: unit = "money".')
    elif units[0] not in (Unit.MONEY, None) and told.unit is Unit.MONEY:
        yield t("“{name}” is no amount of money, so the ratio is none.", name=parts[0].name)


def _kpi(told: Declaration, parts: Sequence[Part]) -> Kpi:
    kpis = [part.like for part in parts]
    left_out = list(dict.fromkeys(each for part in parts if (each := part.like.left_out) and _concerns(each, part)))
    beside = [(Reason.OTHER_CURRENCY, each) for each in left_out[1:]]
    beside += [said for part in parts for said in part.like.beside if _concerns(said[1], part)]
    made = Kpi(
        id=told.id,
        formula=composed(told.operation, [part.formula for part in parts]),
        unit=told.unit,
        better=told.better,
        history=max((kpi.history for kpi in kpis), key=_HISTORY.index),
        minimum_sample=told.minimum_sample,
        left_out=left_out[0] if left_out else None,
        beside=tuple(dict.fromkeys(beside)),
        example=Example({part.name: part.example for part in parts}, _example(told.operation, parts)),
    )
    if all("customer_id" in dict(BY_NAME[table].stored) for table in made.tables):
        return made
    # rows of nobody, such as spend, are split by what they share with the others alone
    return replace(made, shared_dimensions=tuple(dict.fromkeys(name for kpi in kpis for name in kpi.shared_dimensions)))


def _concerns(counted: Total, part: Part) -> bool:
    """Whether what is counted beside a KPI is of rows that a part is made of."""
    return part.is_kpi or _rows_of(counted) <= {name for each in part.formula.measures for name in _rows_of(each)}


def _rows_of(measure: Measure) -> frozenset[str]:
    """The populations and contributions of a measure."""
    if isinstance(measure, Product):
        return _rows_of(measure.x) | _rows_of(measure.y)
    return frozenset(CELL_COLUMNS[measure.column].needs if measure.population == CELLS else [measure.population])


def _example(operation: Operation, parts: Sequence[Part]) -> float:
    first, *others = (part.example for part in parts)
    match operation:
        case Operation.RATIO:
            return first / (others[0] or 1)
        case Operation.SUM:
            return first + sum(others)
        case Operation.DIFFERENCE:
            return first - sum(others)

"""Two definitions side by side: the way from one value to the other, down to the customers that make the difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Request, Value, measure
from crmeter.metrics.clustered import CustomerRatio, NetRetention
from crmeter.metrics.customers import Part, by_customer
from crmeter.metrics.formulas import AnnualShare, CustomerSum, Formula, Quotient, RowCount, RowSum, Share
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

Weighted = tuple[tuple[int, Part], ...]  # a sum of parts, each added (1) or taken away (−1)


@dataclass(frozen=True)
class Account:
    """A value as a sum over customers, or one sum ÷ another."""

    numerator: Weighted
    denominator: Weighted = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(dict.fromkeys(part for _, part in (*self.numerator, *self.denominator)))


def account(kpi: Kpi) -> Account:
    """What a KPI adds up over customers; UserError for one that is no sum or ratio of sums."""
    found = sums_of(kpi.formula)
    if found is None:
        raise UserError.of(
            t("“{id}” cannot be walked down to customers.", id=kpi.id),
            t("It is neither a sum over customers nor one such sum divided by another."),
            t("Choose rates, counts or amounts, such as retention_rate.net and retention_rate.cohort."),
        )
    return found


def sums_of(formula: Formula) -> Account | None:
    """A formula as a sum over customers, or as one such sum ÷ another; None where it is neither."""
    match formula:
        case Share() | Quotient() | CustomerRatio():
            return Account(((1, formula.numerator),), ((1, formula.denominator),))
        case AnnualShare():
            return sums_of(formula.share)
        case NetRetention():
            end, new, start = formula.parts
            return Account(((1, end), (-1, new)), ((1, start),))
        case CustomerSum() | RowCount() | RowSum():
            return Account(((1, formula.total),))
    return None


@dataclass(frozen=True)
class Group:
    """Customers that the two definitions count differently in the same way.

    ``counts`` says what the parts count of them (of all of them together); ``numerator`` and ``denominator`` are what
    the second definition counts more of them than the first.
    """

    counts: Mapping[str, float]
    numerator: float
    denominator: float
    customers: tuple[str | None, ...]


@dataclass(frozen=True)
class Reconciliation:
    """The way from the value of one KPI to another's: first the numerators change, then the denominators."""

    values: tuple[Value, Value]
    sums: tuple[tuple[float, float | None], tuple[float, float | None]]  # numerator and denominator of both
    by_numerator: float | None
    by_denominator: float | None
    annualised: bool
    groups: tuple[Group, ...]


def reconcile(warehouse: Warehouse, rules: Rules, kpis: tuple[Kpi, Kpi], period: Period) -> Reconciliation:
    """Walk the difference of two KPIs over a period."""
    accounts = account(kpis[0]), account(kpis[1])
    found = measure(warehouse, rules, Request(kpis, [period]))
    first, second = (found.value(kpi, period) for kpi in kpis)
    parts = tuple(dict.fromkeys((*accounts[0].parts, *accounts[1].parts)))
    own = by_customer(warehouse, rules, period, parts)
    groups, sums = _grouped(own, parts, accounts)
    (above, below), (others, beneath) = sums
    numerator = denominator = None
    if first.value is not None and second.value is not None:
        middle = others / below if below else others
        start, end = above / below if below else above, others / beneath if beneath else others
        numerator, denominator = middle - start, end - middle
    return Reconciliation(
        (first, second),
        sums,
        numerator,
        denominator,
        any(isinstance(kpi.formula, AnnualShare) for kpi in kpis),
        groups,
    )


Sums = tuple[tuple[float, float | None], tuple[float, float | None]]


def _grouped(
    own: Mapping[str | None, Sequence[float]], parts: Sequence[Part], accounts: tuple[Account, Account]
) -> tuple[tuple[Group, ...], Sums]:
    """The customers by what is counted of them, those that make most difference first; and the sums of all."""
    alike: dict[tuple[bool, ...], list[str | None]] = defaultdict(list)
    for customer, numbers in own.items():
        one, two = (_counted(a, dict(zip(parts, numbers, strict=True))) for a in accounts)
        if one != two:
            alike[tuple(bool(number) for number in numbers)].append(customer)
    groups = []
    for customers in alike.values():
        counts = {part: sum(own[c][i] for c in customers) for i, part in enumerate(parts)}
        one, two = (_counted(a, counts) for a in accounts)
        told = {part.words: number for part, number in counts.items()}
        groups.append(Group(told, two[0] - one[0], (two[1] or 0) - (one[1] or 0), tuple(customers)))
    everyone = {part: sum(numbers[i] for numbers in own.values()) for i, part in enumerate(parts)}
    ordered = sorted(groups, key=lambda g: (-abs(g.numerator) - abs(g.denominator), str(g.customers[0])))
    return tuple(ordered), (_counted(accounts[0], everyone), _counted(accounts[1], everyone))


def _counted(account: Account, numbers: Mapping[Part, float]) -> tuple[float, float | None]:
    above, below = (
        sum(sign * numbers[part] for sign, part in side) for side in (account.numerator, account.denominator)
    )
    return above, below if account.denominator else None

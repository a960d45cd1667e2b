"""By how much each customer sways the share that the largest have of a sum: its products over customers.

Of the share S = Σ of the k largest ÷ Σ of all n, the influence of a customer with x is
[max(x − q, 0) + (k ÷ n) × q − S × x] ÷ Σ of all, q being the smallest of the k largest: who is among them changes with
every customer who comes or goes, which the second term stands for. What q is depends on the group, so that each slice
is read by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from crmeter.kernel.expressions import ibis, ir
from crmeter.metrics.facts import Group
from crmeter.metrics.measures import Sway, Total
from crmeter.metrics.plan import Place
from crmeter.metrics.reading import Reading, Slice

Places = tuple[Place, Place]


def fetch_sways(
    reading: Reading, here: ir.Table, there: ir.Table, slices: Collection[Slice], sway: Sway, pairs: Collection[Places]
) -> None:
    """Store Σ over customers of what they sway at each first place × at the second, for every group of ``slices``.

    ``here`` and ``there`` have the columns ``member``, ``period``, ``value`` and those of all dimensions; what the
    largest have and from which value on is known already.
    """
    for dimensions in slices:
        names = [reading.column(d) for d in dimensions]
        own = [one for one, two in pairs if one == two]
        apart = [pair for pair in pairs if pair[0] != pair[1]]
        left = _swayed(reading, here, dimensions, sway, {one for one, _ in pairs})
        if own:
            squares = left.group_by(["period", *names]).agg(swayed=(left.sway * left.sway).sum())
            squares = squares.filter(squares.period.isin(own)).mutate(base=squares.period)
            _store(reading, squares.rename(place="period"), dimensions, sway)
        if apart:
            right = _swayed(reading, there, dimensions, sway, {two for _, two in apart})
            _store(reading, _crossed(reading, left, right, names, apart), dimensions, sway)


def _swayed(reading: Reading, rows: ir.Table, dimensions: Slice, sway: Sway, places: set[Place]) -> ir.Table:
    """Every customer with ``sway``; groups in which nothing is to be shared are left out."""
    names = [reading.column(d) for d in dimensions]
    known = reading.warehouse.put(
        {
            "at": "INTEGER",
            **{f"of_{name}": "VARCHAR" for name in names},
            **dict.fromkeys(("edge", "level", "share", "whole"), "DOUBLE"),
        },
        [
            (place, *group, *numbers)
            for place in sorted(places)
            for group, numbers in _known(reading, dimensions, sway, place)
        ],
    )
    same = [rows.period == known["at"], *(rows[name].identical_to(known[f"of_{name}"]) for name in names)]
    both = rows.join(known, same)
    value = both["value"].cast("float64")
    above = ibis.greatest(value - both.edge, 0.0)
    swayed = (above + both.level - both.share * value) / both.whole
    return reading.warehouse.keep(both.select("member", "period", *names, sway=swayed))


def _known(
    reading: Reading, dimensions: Slice, sway: Sway, place: Place
) -> Iterator[tuple[Group, tuple[float, float, float, float]]]:
    """Of every group: the smallest of the largest, that times their share of the customers, their share of the sum, and
    the sum of all."""
    facts = reading.facts[dimensions]
    total = Total(sway.population, sway.column)
    for group, number in facts.of(sway.top.rows, place).items():
        n, whole = int(number), facts.of(total, place).get(group, 0.0)
        if not n or whole <= 0:
            continue
        first = sway.top.first(n)
        edge = facts.values[(place, sway.edge)][group].get(first)
        part = facts.values[(place, sway.top)][group].get(first)
        if edge is not None and part is not None:
            yield group, (edge, edge * (n - first + 1) / n, part / whole, whole)


def _crossed(
    reading: Reading, left: ir.Table, right: ir.Table, names: list[str], pairs: Collection[Places]
) -> ir.Table:
    """Σ of the products of the same customer at two places."""
    link = reading.warehouse.put({"place": "INTEGER", "base": "INTEGER"}, sorted(pairs))
    left = left.join(link, left.period == link.place)
    right = right.select(**{f"r_{name}": right[name] for name in right.columns})
    # one key of both, so that no engine joins all periods of a customer with each other
    periods = len(reading.plan.days)
    wanted, there = (
        member.cast("int64") * periods + at
        for member, at in ((left.member, left.base), (right.r_member, right.r_period))
    )
    both = left.join(right, [wanted == there, *(left[name].identical_to(right[f"r_{name}"]) for name in names)])
    return both.group_by(["place", "base", *names]).agg(swayed=(both.sway * both.r_sway).sum())


def _store(reading: Reading, found: ir.Table, dimensions: Slice, sway: Sway) -> None:
    reading.fold(found, ["place", "base"], {"swayed": (sway, sway)}, [dimensions])

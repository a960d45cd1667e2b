"""The cube of customers by month, made when data is loaded and carried on from load to load.

Its attributes are those of customers that have few values; it is kept where there are so many rows that it spares work.
What customers added before a load is taken out of it and what they add after it put in: the numbers are exact, so that
nothing is left of what was taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import duckdb

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.cubes import ATTRIBUTE, CUBE, FOLLOWED, members, month_number, months_over, stretches, sums
from crmeter.model.populations.population import Horizon
from crmeter.model.rollups import ROLLUPS
from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME
from crmeter.warehouse.engines.engine import Engine
from crmeter.warehouse.identifier import quoted

LEAST_ROWS = 100_000  # of a rollup: fewer are summed as fast as they are looked up
MOST_CELLS = 20_000_000  # customers × months that are summed at once: so many take some 4 GB of memory
_MOST_VALUES, _MOST_GROUPS = 40, 1000
_LEFT_OUT = {"merged_into"}
_KINDS = (Kind.TEXT, Kind.CHOICE, Kind.REF, Kind.INTEGER, Kind.FLAG, Kind.CURRENCY)
_STRETCH = {"period": "INTEGER", "period_start": "DATE", "period_end": "DATE"}


def build(engine: Engine, horizon: Horizon, least_rows: int = LEAST_ROWS, most_cells: int = MOST_CELLS) -> None:
    """Make the cube anew, or none where there are few rows; rollups and spells must be there."""
    drop(engine)
    if not is_worth_it(engine, least_rows):
        return
    months, attributes = months_with_rows(engine, horizon.as_of), attributes_kept(engine)
    try:
        for number, rows in enumerate(sums_of(engine, engine.tables(), horizon, attributes, months, most_cells)):
            if number == 0:
                engine.derive(CUBE, rows)
            else:
                engine.execute(f"INSERT INTO {engine.named('derived', CUBE)} {rows}")
    except duckdb.OutOfRangeException:  # amounts whose squares have more digits than a number can: they are summed anew
        drop(engine)


def is_worth_it(engine: Engine, least_rows: int) -> bool:
    """Whether there are so many rows to sum that a cube is kept."""
    [(rows,)] = engine.execute(f"SELECT count(*) FROM {engine.named('derived', ROLLUPS['ledger'].name)}")
    return int(rows) >= least_rows


def drop(engine: Engine) -> None:
    """Remove a cube of rows that may be others now."""
    engine.execute(f"DROP TABLE IF EXISTS {engine.named('derived', CUBE)}")


def months_with_rows(engine: Engine, as_of: date) -> range:
    """The months that have anything to sum, of those that are kept."""
    firsts = [
        engine.execute(f"SELECT min({column}) FROM {engine.named(schema, table)}")[0][0]
        for schema, table, column in (
            ("derived", ROLLUPS["ledger"].name, '"on"'),
            ("derived", "spell", "started_on"),
            ("main", "case", "opened_on"),
            ("main", "subscription", "started_on"),
        )
    ]
    kept = months_over(as_of)
    first = min((month_number(day) for day in firsts if day), default=kept.stop)
    return range(max(first, kept.start), kept.stop)


def attributes_kept(engine: Engine) -> tuple[str, ...]:
    """The attributes of customers that have few values, as many as together make few groups."""
    known = {c.name: c for c in BY_NAME["customer"].columns}
    stored = {name for name, _ in BY_NAME["customer"].stored}
    customer = engine.named("main", "customer")
    possible = [
        name
        for name in engine.tables()["customer"].columns
        if name not in _LEFT_OUT and (name not in stored or (name in known and _may_be_kept(known[name])))
    ]
    counts = ", ".join(f"count(DISTINCT {quoted(name)})" for name in possible)
    [numbers] = engine.execute(f"SELECT {counts} FROM {customer}")
    found: list[str] = []
    for name, number in zip(possible, numbers, strict=True):
        if 0 < number <= _MOST_VALUES:
            wider = ", ".join(map(quoted, (*found, name)))
            [(groups,)] = engine.execute(f"SELECT count(*) FROM (SELECT DISTINCT {wider} FROM {customer})")
            if groups <= _MOST_GROUPS:
                found.append(name)
    return tuple(found)


def _may_be_kept(column: object) -> bool:
    """Attributes that describe a person are erased with it: they are not kept elsewhere."""
    kind, personal, erased = (getattr(column, name) for name in ("kind", "personal", "erased"))
    return kind in _KINDS and not personal and not erased


def attributes_of(engine: Engine) -> tuple[str, ...] | None:
    """The attributes that the cube has; None where there is none."""
    cube = engine.tables().get(CUBE)
    return None if cube is None else tuple(c.removeprefix(ATTRIBUTE) for c in cube.columns if c.startswith(ATTRIBUTE))


def sums_of(
    engine: Engine,
    tables: Mapping[str, ir.Table],
    horizon: Horizon,
    attributes: Sequence[str],
    months: range,
    most_cells: int = MOST_CELLS,
) -> Iterator[str]:
    """SELECTs of the rows of the cube for some months, of the customers that ``customer`` and ``spell`` of ``tables``
    have: of all months at once where they have not more than ``most_cells``, else of some after others.

    Each is to be run before the next is asked for: they read the same tables of months, filled anew."""
    member, groups, customers = _members(engine, members(tables, attributes))
    step, rows = max(1, most_cells // max(1, customers)), None
    for start in range(months.start, max(months.stop, months.start + 1), step):
        lying = _put_stretches(engine, range(start, min(start + step, months.stop)))
        if rows is None:
            rows = engine.to_sql(_sums({**tables, **lying, "member": member}, groups, horizon))
        yield rows


def _put_stretches(engine: Engine, months: range) -> Mapping[str, ir.Table]:
    """Tables of the months, of the years to their ends, and of the months that theirs are multiplied with."""
    followed = sorted({*months, *(number - before.back for number in months for _, before in FOLLOWED)})
    lying = {**stretches(months), "followed": stretches(followed)["month"]}
    period, year, followed_period = (engine.put(f"cube_{name}", _STRETCH, rows) for name, rows in lying.items())
    days = {"period_day": _days(period), "followed_day": _days(followed_period)}
    return {"period": period, "year_period": year, **days}


def _sums(tables: Mapping[str, ir.Table], groups: ir.Table, horizon: Horizon) -> ir.Table:
    """The rows with the first day of the month and the attributes of the group."""
    period, found = tables["period"], sums(tables, horizon)
    kept = [name for name in found.columns if name not in ("period", "cell_group")]
    found = found.join(period.select(number="period", on="period_start"), found.period == period.period)
    groups = groups.rename(group_number="cell_group")
    found = found.join(groups, found.cell_group == groups.group_number)
    return found.select("on", *(name for name in groups.columns if name != "group_number"), *kept)


def _days(period: ir.Table) -> ir.Table:
    """The days of each month."""
    first, last = (period[c].cast("timestamp") for c in ("period_start", "period_end"))
    return period.select("period", day=ibis.range(first, last, ibis.interval(days=1)).unnest().cast("date"))


def _members(engine: Engine, found: ir.Table) -> tuple[ir.Table, ir.Table, int]:
    """Customers and their groups by number, the attributes of the groups, and how many customers there are."""
    known = _kept(engine, "cube_known", found)
    names = [name for name in known.columns if name != "member_id"]
    if not names:
        known = known.mutate(of_all=ibis.literal(True))
    keys = names or ["of_all"]
    groups = _kept(engine, "cube_group", engine.numbered(known.select(*keys).distinct(), "cell_group", keys))
    same = [known[name].identical_to(groups[name]) for name in keys]
    member = known.join(groups.select("cell_group", **{n: groups[n] for n in keys}), same)
    member = engine.numbered(member.select("member_id", "cell_group"), "member", ["member_id"])
    kept, customers = engine.keep("cube_member", member, engine.to_sql(member))
    return kept, groups.select("cell_group", *names), customers


def _kept(engine: Engine, name: str, rows: ir.Table) -> ir.Table:
    return engine.keep(name, rows, engine.to_sql(rows))[0]

"""How often plans that change nothing are called improved or worse: companies without any change, plans all the same.

Each company is its own: customers of all sizes with seasons, good and bad months, regions that drift. One plan each,
by turns an A/B test, a comparison of regions and a series of months: designed, sealed and verified by the code that
``crmeter plan register`` and ``crmeter verify`` call. What it could show is not looked for: that changes no verdict.
Guards are watched as ``crmeter plan monitor`` does: in how many plans did one raise an alarm in any week?
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np

from crmeter.analysis.effects.detection import Detection
from crmeter.improvement.deviations import Carried
from crmeter.improvement.drafts import Draft, Group, Kind, Step
from crmeter.improvement.monitoring import monitored
from crmeter.improvement.proposal import Passed, Proposal, Proposer
from crmeter.improvement.registration import seal
from crmeter.improvement.verification import verify
from crmeter.kernel.calendar import Calendar
from crmeter.kpis.catalogue import BUILT_IN
from crmeter.model.rules import Rules
from crmeter.stats.effects.detectable import Detectable
from crmeter.stats.effects.effect import Method
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import Warehouse

COMPANIES = int(os.environ.get("PLANS_COMPANIES", "200"))
WATCHED = int(os.environ.get("PLANS_WATCHED", "0"))  # of them, whose guards are watched too: that takes longest
SEED = int(os.environ.get("PLANS_SEED", "2026"))
CUSTOMERS, REGIONS = 300, 10
FIRST, START, END = date(2023, 3, 1), date(2024, 9, 1), date(2024, 12, 1)
RULES = Rules(currency="EUR", calendar=Calendar())
Rows = list[tuple[Any, ...]]
KINDS = ("lots", "groups", "series")
GUARDS = {"lots": ("revenue",), "groups": ("orders",), "series": ("average_order_value",)}


def orders(rng: np.random.Generator) -> Rows:
    """(order, customer, day, amount, kind) of a company in which nothing is ever done."""
    days = (END - FIRST).days
    months = np.arange(days) // 30.4
    season = 1 + rng.uniform(0, 0.3) * np.sin(2 * np.pi * (np.arange(days) / 365 + rng.random()))
    shocks = np.repeat(np.exp(0.08 * rng.normal(size=int(months[-1]) + 1)), 31)[:days]
    walks = np.exp(np.cumsum(0.015 * rng.normal(size=(REGIONS, int(months[-1]) + 1)), axis=1))
    rates = rng.gamma(1.2, 0.8 / 1.2, CUSTOMERS) / 30.4
    since = np.floor(rng.beta(0.7, 1.6, CUSTOMERS) * days).astype(int)
    sizes = 40 * np.exp(0.6 * rng.normal(size=CUSTOMERS))
    found: Rows = []
    for customer in range(CUSTOMERS):
        own = rates[customer] * season * shocks * walks[customer % REGIONS, months.astype(int)]
        bought = rng.poisson(own)
        bought[: since[customer]] = 0
        bought[since[customer]] = 1
        for day in np.repeat(np.arange(days), bought).tolist():
            amount = round(float(sizes[customer] * np.exp(0.5 * rng.normal())), 2)
            when = FIRST + timedelta(days=day)
            found.append((f"O{len(found)}", f"C{customer}", when, amount, "sale"))
            if rng.random() < 0.05 and when < END - timedelta(days=1):
                found.append((f"O{len(found)}", f"C{customer}", when + timedelta(days=1), amount, "refund"))
    return found


def warehouse(rows: Rows, as_of: date, load: int) -> Warehouse:
    """What is known at a day."""
    con = duckdb.connect(config={"threads": 1})
    schema.create(con)
    known = [row for row in rows if row[2] < as_of]
    columns = zip(("id", "who", "day", "amount", "kind"), zip(*known, strict=True), strict=True)
    held = {
        name: np.array([(day - FIRST).days for day in column] if name == "day" else column) for name, column in columns
    }
    con.register("held", held)
    con.execute(
        'INSERT INTO main."order" (order_id, customer_id, ordered_at, ordered_on, amount, cost, currency, kind, _load) '
        "SELECT id, who, $first::DATE + day::INTEGER AS on_day, on_day, amount, amount * 0.6, 'EUR', kind, 1 FROM held",
        {"first": FIRST},
    )
    con.execute(
        "INSERT INTO main.customer (customer_id, region, _source, _implied, _load) SELECT DISTINCT customer_id, "
        f"'R' || (substr(customer_id, 2)::INTEGER % {REGIONS}), 'shop', false, 1 FROM main.\"order\""
    )
    con.execute(
        "INSERT INTO meta.load VALUES ($load, now(), now(), $as_of, $first, $rules)",
        {"load": load, "as_of": as_of, "first": FIRST, "rules": json.dumps(RULES.as_json(), default=str)},
    )
    derive.refresh(con, RULES, as_of)
    return Warehouse(con)


def draft(kind: str) -> Draft:
    """A plan of one kind, complete."""
    kpis: dict[str, tuple[str, float]] = {"lots": ("orders", 0.5), "groups": ("revenue", 300), "series": ("orders", 40)}
    kpi, expected = kpis[kind]
    return Draft(
        title="Nothing", problem="None", cause="None", kind=Kind.SERVICE_PROCESS, owner="Nobody", start=START, end=END,
        kpi=kpi,  expected=expected, guards=GUARDS[kind], split=kind == "lots",
        group=Group(by="customer.region", target=("R3",)) if kind == "groups" else Group(),
        steps=(Step("Do nothing", "Nobody", START),),
    )  # fmt: skip


METHODS = {  # what would be proposed for each of them
    "lots": Method.TRIAL,
    "groups": Method.DIFFERENCE_IN_DIFFERENCES,
    "series": Method.INTERRUPTED_SERIES,
}


def sealed(known: Warehouse, kind: str, lots: str) -> dict[str, Any] | str:
    """The registered plan of one kind; the reason instead where its method cannot be used."""
    (kpi,) = BUILT_IN.chosen([draft(kind).kpi or ""])
    day = START - timedelta(days=7)
    design = Proposer(known, RULES, draft(kind), kpi, lots, day).designed(METHODS[kind])
    if isinstance(design, Passed):
        return design.reason
    unknown = Detection(Detectable(None, 0.8, 0, None), None)  # what it could show does not change the verdict
    proposal = Proposal(design, unknown, ())
    return seal("P1", draft(kind), proposal, known, RULES, at=f"{day}T08:00:00Z", who="nobody")


def one(number: int) -> tuple[str, str, bool]:
    """The kind of the plan of one company, the verdict on it, and whether a guard raised an alarm."""
    kind = KINDS[number % len(KINDS)]
    known = warehouse(orders(np.random.default_rng((SEED, number))), END, 2)
    document = sealed(known, kind, f"company {number}")
    if isinstance(document, str):
        return kind, f"refused: {document}", False
    verdict = verify(document, Carried(START, {1: START}), known, RULES)["verdict"]
    if number >= WATCHED:
        return kind, verdict, False
    told = monitored(document, known, RULES, shown=1_000)
    return kind, verdict, any(guard["alarms"] for guard in told["guards"])


def study() -> dict[str, Any]:
    """Verdicts by kind of plan, and how many of all were improved or worse."""
    told: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    alarms = 0
    with ProcessPoolExecutor(int(os.environ.get("PLANS_PROCESSES", "1"))) as pool:
        for number, (kind, verdict, alarm) in enumerate(pool.map(one, range(COMPANIES)), start=1):
            told[kind][verdict] += 1
            alarms += alarm
            if number % 20 == 0:
                print(number, {k: dict(v) for k, v in told.items()}, alarms, file=sys.stderr, flush=True)
    called = sum(each[verdict] for each in told.values() for verdict in ("improved", "worse"))
    return {
        "companies": COMPANIES,
        "seed": SEED,
        "customers": CUSTOMERS,
        "verdicts": {kind: dict(sorted(counted.items())) for kind, counted in told.items()},
        "called_improved_or_worse": called,
        "share_called": called / COMPANIES,
        **({"plans_watched": WATCHED, "plans_with_an_alarm_of_a_guard": alarms} if WATCHED else {}),
    }

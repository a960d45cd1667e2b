"""How sales were worked on: the stages an opportunity went through, what sellers were to reach, and the way they sold.

The history of stages begins with LOGGED: opportunities created before have none.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from crmeter.demo import company
from crmeter.demo.cells import Cells, names, numbered, taken
from crmeter.demo.clock import FIRST_DAY, HORIZON, HORIZON_DAY, LOGGED, YEAR, Floats, Ints, day_of, texts
from crmeter.demo.files import Sheet
from crmeter.demo.people import GROWTH
from crmeter.demo.records import seller_ids
from crmeter.demo.sales import SELLERS_PER_TEAM, STAGES, Opportunities

PIPELINE = "企業銷售"
WON, LOST = "成交", "失單"
STRATEGIES = ("試飲到府", "線上簡報", "老客戶推薦")
_STRATEGY_OF_WON, _STRATEGY_OF_LOST = (0.36, 0.30, 0.34), (0.34, 0.46, 0.20)
_LOST_AT = (0.4, 0.35, 0.25)  # the last stage of a lost one
_BACK = 0.04  # of those that reached the last open stage go back once, from there to the one before
_STRETCH = 1.08  # a quota is this much above what is to be expected


def draw_stages(rng: np.random.Generator, found: Opportunities) -> Ints:
    """How many open stages each opportunity has entered, at least one."""
    won, closed = found.won, ~np.isnan(found.closed)
    reached = 1 + np.searchsorted(np.cumsum(_LOST_AT)[:-1], rng.random(len(found)))
    return np.where(won & closed, len(STAGES), reached).astype(np.int64)


def draw_strategies(rng: np.random.Generator, found: Opportunities) -> Cells:
    """How each was sold. Recommended customers are won more often, presentations on a screen less."""
    luck = rng.random(len(found))
    won, lost = (np.cumsum(shares)[:-1] for shares in (_STRATEGY_OF_WON, _STRATEGY_OF_LOST))
    return names(STRATEGIES, np.where(found.won, np.searchsorted(won, luck), np.searchsorted(lost, luck)))


def stages() -> Sheet:
    every = [*STAGES, WON, LOST]
    return {
        "銷售流程": [PIPELINE] * len(every),
        "階段": every,
        "順序": [str(number) for number in range(1, len(every) + 1)],
        "性質": ["進行中"] * len(STAGES) + ["成交", "失單"],
    }


def draw_changes(rng: np.random.Generator, found: Opportunities, reached: Ints) -> Sheet:
    """Each entry into a stage: the first with the creation, the last with the end, those between at random times."""
    logged = found.created >= day_of(LOGGED)
    closed = ~np.isnan(found.closed)
    until = np.where(closed, found.closed, HORIZON)
    steps = np.sort(rng.random((len(found), len(STAGES))), axis=1)
    turned = rng.random(len(found)) < _BACK
    opportunity: list[Ints] = []
    stage: list[Ints] = []
    at: list[Floats] = []

    def enter(which: Ints, number: int, when: Floats) -> None:
        opportunity.append(which)
        stage.append(np.full(len(which), number))
        at.append(when[which])

    for number in range(len(STAGES)):
        share = steps[:, number - 1] if number else np.zeros(len(found))
        entered = found.created + (until - found.created) * share * 0.98
        enter(np.flatnonzero(logged & (reached > number)), number, entered)
    last = len(STAGES) - 1
    back = np.flatnonzero(logged & (reached > last) & turned)
    third = found.created + (until - found.created) * steps[:, last - 1] * 0.98
    enter(back, last - 1, third + (until - third) * 0.3)
    enter(back, last, third + (until - third) * 0.6)
    enter(np.flatnonzero(logged & closed & found.won), len(STAGES), found.closed)
    enter(np.flatnonzero(logged & closed & ~found.won), len(STAGES) + 1, found.closed)
    return _as_sheet(np.concatenate(opportunity), np.concatenate(stage), np.concatenate(at))


def _as_sheet(opportunity: Ints, stage: Ints, at: Floats) -> Sheet:
    order = np.lexsort((stage, opportunity, at))
    return {
        "商機編號": taken(numbered("P", opportunity), order),
        "階段": taken(names((*STAGES, WON, LOST), stage), order),
        "進入時間": taken(texts(at, "second"), order),
    }


def draw_quotas(rng: np.random.Generator, found: Opportunities) -> Sheet:
    """What each seller is to win in each quarter: what growth lets one expect, stretched a little."""
    sellers = SELLERS_PER_TEAM * len(company.SALES_TEAMS)
    starts = [date(year, month, 1) for year in range(FIRST_DAY.year, HORIZON_DAY.year) for month in (1, 4, 7, 10)]
    ends = [*starts[1:], HORIZON_DAY]
    pace = np.exp(GROWTH * np.array([day_of(day) + 45 for day in starts]) / YEAR)
    won = float(found.amount[found.won & ~np.isnan(found.closed)].sum())
    ability = rng.uniform(0.9, 1.1, sellers)
    sheet: dict[str, Cells] = {header: [] for header in ("業務", "業務單位", "起日", "迄日", "業績目標")}
    for start, end, share in zip(starts, ends, (pace / pace.sum()).tolist(), strict=True):
        target = np.maximum(np.round(won * share / sellers * _STRETCH * ability, -4), 10_000)
        sheet["業務"] += seller_ids(np.arange(sellers))
        sheet["業務單位"] += names(company.SALES_TEAMS, np.arange(sellers) // SELLERS_PER_TEAM)
        sheet["起日"] += [f"{start:%Y/%m/%d}"] * sellers
        sheet["迄日"] += [f"{date.fromordinal(end.toordinal() - 1):%Y/%m/%d}"] * sellers
        sheet["業績目標"] += [f"{amount:,.2f}" for amount in target.tolist()]
    return sheet

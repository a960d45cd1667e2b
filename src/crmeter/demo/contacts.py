"""What people did for customers: calls, messages and visits, and the tasks they set themselves. Noted since LOGGED."""

from __future__ import annotations

import numpy as np

from crmeter.demo.cells import decimals, names, numbered, taken, yes_no
from crmeter.demo.clock import HORIZON, LOGGED, Bools, Floats, Ints, at_hours, day_of, texts
from crmeter.demo.files import Sheet
from crmeter.demo.people import People
from crmeter.demo.records import agent_ids, seller_ids
from crmeter.demo.sales import Opportunities
from crmeter.demo.service import Cases
from crmeter.demo.stories import Upgrade

KINDS = ("電話", "訊息", "郵件", "拜訪", "會議")
_CALL, _CHAT, _MAIL, _VISIT, _MEETING = range(len(KINDS))
_OF_CHANNEL = np.array([_CALL, _CHAT, _MAIL, _MAIL])  # how a case of each channel is answered
SECOND, THIRD = 0.16, 0.05  # of answered cases needed one contact more, two more
VISITS = 0.9  # for each opportunity of a customer
_MINUTES = np.array([9.0, 6.0, 8.0, 55.0, 45.0])
TASKS_OF_SALES, TASKS_OF_CASES = 0.3, 0.08
AUTOMATED, AUTOMATED_BEFORE = 0.45, 0.08  # of tasks, since the upgrade and before


def draw_interactions(rng: np.random.Generator, people: People, cases: Cases, sales: Opportunities) -> Sheet:
    """One contact for each case that a person answered, more for some; visits and meetings for opportunities."""
    case, at = _answers(rng, cases)
    sale, met = _visits(rng, sales)
    agents = agent_ids(people.team[cases.customer], cases.agent)
    kind = np.concatenate((_OF_CHANNEL[cases.channel[case]], np.where(rng.random(len(sale)) < 0.6, _VISIT, _MEETING)))
    when = np.concatenate((at, met))
    noted = (kind != _CHAT) & (kind != _MAIL) & (rng.random(len(kind)) < 0.9)
    minutes = np.where(noted, np.round(_MINUTES[kind] * rng.lognormal(0.0, 0.5, len(kind))).clip(1), np.nan)
    inbound = np.concatenate((rng.random(len(case)) < 0.35, np.zeros(len(sale), dtype=bool)))
    order = np.argsort(when, kind="stable")
    none = np.full(len(sale), -1)
    columns = {
        "客戶編號": numbered("C", np.concatenate((cases.customer[case], sales.customer[sale]))),
        "案件編號": numbered("K", np.concatenate((case, none))),
        "商機編號": numbered("P", np.concatenate((np.full(len(case), -1), sale))),
        "人員": taken(agents, case) + taken(seller_ids(sales.seller), sale),
        "時間": texts(when, "second"),
        "方式": names(KINDS, kind),
        "方向": names(("撥出", "來電"), inbound.astype(np.int64)),
        "分鐘": decimals(minutes),
    }
    sheet = {"紀錄編號": numbered("I", np.arange(len(when)), 7)}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def _answers(rng: np.random.Generator, cases: Cases) -> tuple[Ints, Floats]:
    """Case and time of each contact: the first answer, and later ones before the case was resolved."""
    first = ~np.isnan(cases.answered) & ~cases.by_bot & (cases.answered >= day_of(LOGGED))
    luck = rng.random(len(cases))
    count = np.where(luck < THIRD, 3, np.where(luck < THIRD + SECOND, 2, 1)) + np.minimum(cases.reopened, 2)
    count = np.where(first, np.where(np.isnan(cases.resolved), 1, count), 0)
    case = np.repeat(np.arange(len(cases)), count)
    number = np.arange(len(case)) - np.repeat(np.concatenate(([0], np.cumsum(count)[:-1])), count)
    until = np.where(np.isnan(cases.resolved[case]), cases.answered[case], cases.resolved[case])
    share = np.where(number == 0, 0.0, number / count[case])
    return case, cases.answered[case] + (until - cases.answered[case]) * share


def _visits(rng: np.random.Generator, sales: Opportunities) -> tuple[Ints, Floats]:
    known = np.where((sales.created >= day_of(LOGGED)) & (sales.customer >= 0), rng.poisson(VISITS, len(sales)), 0)
    sale = np.repeat(np.arange(len(sales)), known)
    until = np.minimum(np.nan_to_num(sales.closed[sale], nan=HORIZON), HORIZON)
    day = sales.created[sale] + (until - sales.created[sale]) * rng.random(len(sale))
    at = at_hours(rng, day, "office")
    kept = (at > sales.created[sale]) & (at < until)
    return sale[kept], at[kept]


def draw_tasks(
    rng: np.random.Generator, people: People, cases: Cases, sales: Opportunities, story: Upgrade | None
) -> Sheet:
    """Tasks of sellers and agents. With the upgrade more of them are set by a rule; most are done, some late."""
    sale = _some(rng, sales.created, TASKS_OF_SALES)
    case = _some(rng, cases.opened, TASKS_OF_CASES)
    created = np.concatenate((sales.created[sale], cases.opened[case])) + 0.01
    due = np.floor(created) + rng.integers(1, 11, len(created)).astype(float)
    done = at_hours(rng, due + np.round(rng.normal(-0.5, 2.0, len(created))), "office")
    done = np.where((rng.random(len(created)) < 0.1) | (done >= HORIZON), np.nan, np.maximum(done, created + 0.02))
    since = day_of(story.start) if story else HORIZON
    automated = rng.random(len(created)) < np.where(created < since, AUTOMATED_BEFORE, AUTOMATED)
    order = np.argsort(created, kind="stable")
    agents = agent_ids(people.team[cases.customer], cases.agent)
    columns = {
        "客戶編號": numbered("C", np.concatenate((sales.customer[sale], cases.customer[case]))),
        "商機編號": numbered("P", np.concatenate((sale, np.full(len(case), -1)))),
        "案件編號": numbered("K", np.concatenate((np.full(len(sale), -1), case))),
        "負責人": taken(seller_ids(sales.seller), sale) + taken(agents, case),
        "建立時間": texts(created, "second"),
        "期限": texts(due, "day"),
        "完成時間": texts(np.where(np.nan_to_num(done, nan=0.0) < HORIZON, done, np.nan), "second"),
        "自動建立": yes_no(automated),
    }
    sheet = {"任務編號": numbered("T", np.arange(len(created)))}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def _some(rng: np.random.Generator, created: Floats, share: float) -> Ints:
    drawn: Bools = (created >= day_of(LOGGED)) & (created < HORIZON - 0.1) & (rng.random(len(created)) < share)
    return np.flatnonzero(drawn)

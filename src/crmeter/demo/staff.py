"""Who works in the CRM, what they do in it, and what they have learned.

The log of actions begins with LOGGED. Before the upgrade fewer than half of the users do more than sign in; after it
nearly all do, except in the team that goes on with paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from crmeter.demo import company
from crmeter.demo.cells import Cells, decimals, names, numbered, taken
from crmeter.demo.clock import HORIZON, LOGGED, Floats, Ints, at_hours, closed_days, day_of, texts
from crmeter.demo.files import Sheet
from crmeter.demo.sales import SELLERS_PER_TEAM
from crmeter.demo.service import AGENTS_PER_TEAM
from crmeter.demo.stories import Upgrade

AGENT, SELLER, MARKETER, HEAD, CLERK, ANALYST = "客服專員", "業務", "行銷專員", "主管", "門市人員", "資料分析師"
STORES = "門市營運部"
_STAFF = (
    *((team, AGENT) for team in company.TEAMS for _ in range(AGENTS_PER_TEAM)),
    *((team, SELLER) for team in company.SALES_TEAMS for _ in range(SELLERS_PER_TEAM)),
    *[("行銷部", MARKETER)] * 3,
    ("管理部", HEAD),
    *[(STORES, CLERK)] * 16,
    *[("行銷部", MARKETER)] * 3,
    *[("管理部", ANALYST)] * 3,
)
# action, feature, kind of object, weight: what somebody does who works in the CRM
ACTIONS = (
    ("檢視", "客戶", "customer", 0.30),
    ("更新", "客戶", "customer", 0.16),
    ("新增", "商機", "opportunity", 0.08),
    ("更新", "商機", "opportunity", 0.14),
    ("新增", "服務案件", "case", 0.08),
    ("結案", "服務案件", "case", 0.10),
    ("查詢", "報表", "report", 0.06),
    ("匯出", "報表", "report", 0.02),
    ("新增", "活動名單", "campaign", 0.03),
    ("更新", "行動版", "customer", 0.03),
)
MOBILE = "行動版"  # comes with the upgrade
SIGN_IN = "登入"
_ON_A_DAY, _MORE, _ONLY_SIGNING_IN = 0.42, 1.1, 0.06
# role → courses, each with its level
COURSES = {
    AGENT: (
        ("CRM 入門", "基礎"), ("服務案件處理", "基礎"), ("知識庫與回覆範本", "進階"), ("客訴應對最佳實務", "最佳實務"),
    ),
    SELLER: (("CRM 入門", "基礎"), ("商機管理", "基礎"), ("銷售預測", "進階"), ("大客戶經營最佳實務", "最佳實務")),
    MARKETER: (("CRM 入門", "基礎"), ("名單與分群", "進階"), ("A/B 測試實務", "最佳實務")),
    HEAD: (("CRM 入門", "基礎"), ("儀表板判讀", "進階")),
    CLERK: (("CRM 入門", "基礎"), ("會員查詢與登錄", "基礎")),
    ANALYST: (("CRM 入門", "基礎"), ("資料匯出與治理", "進階")),
}  # fmt: skip
_FINISHED = {"基礎": 0.93, "進階": 0.75, "最佳實務": 0.55}
_FINISHED_RESISTING = 0.3  # of any course in the team that resists


@dataclass(frozen=True)
class Users:
    """Since when each user works in the CRM; NaN for one that does not; and the days of the licence."""

    working: Floats
    licensed: Floats
    until: Floats


def users() -> Sheet:
    """Everybody with a licence: service teams, sales teams, marketing, stores."""
    positions = np.arange(len(_STAFF))
    surnames = [company.SURNAMES[(7 * n) % len(company.SURNAMES)] for n in range(len(_STAFF))]
    return {
        "員工編號": numbered("U", positions, 3),
        "姓名": [surnames[n] + company.GIVEN_NAMES[(3 * n) % len(company.GIVEN_NAMES)] for n in range(len(_STAFF))],
        "職稱": [role for _, role in _STAFF],
        "部門": [team for team, _ in _STAFF],
        "授權起日": [f"{_licence(n)[0]:%Y/%m/%d}" for n in range(len(_STAFF))],
        "授權迄日": [f"{last:%Y/%m/%d}" if (last := _licence(n)[1]) else "" for n in range(len(_STAFF))],
    }


def _licence(number: int) -> tuple[date, date | None]:
    """First and last day of a user's licence."""
    return (date(2021, 1, 1) if number % 5 else date(2023, 6, 1), date(2024, 12, 31) if number % 16 == 7 else None)


def draw_users(rng: np.random.Generator, story: Upgrade | None) -> Users:
    """Which users work in the CRM, and since when: an exact share of them, drawn by lot."""
    told = story or Upgrade()
    count = len(_STAFF)
    licences = [_licence(n) for n in range(count)]
    working = np.full(count, np.nan)
    willing = np.array([n for n, (team, _) in enumerate(_STAFF) if team != told.resisting])
    order = rng.permutation(willing)
    wait = np.sort(rng.random(count)) * told.weeks * 7
    always, later = round(told.usual_share * len(order)), round(told.share * len(order))
    working[order[:always]] = 0.0
    if story:
        working[order[always:later]] = day_of(story.start) + wait[: later - always]
    return Users(
        working=working,
        licensed=np.array([day_of(first) for first, _ in licences]),
        until=np.array([day_of(last) + 1 if last else HORIZON for _, last in licences]),
    )


def draw_usage(rng: np.random.Generator, found: Users, story: Upgrade | None) -> Sheet:
    """Every action since LOGGED. Who does not work in the CRM signs in now and then, and does nothing there."""
    days = np.arange(day_of(LOGGED), HORIZON)
    days = days[((days + 4) % 7 < 5) & ~np.isin(days, closed_days())]  # the first day of the company was a Friday
    user, at = (grid.ravel() for grid in np.meshgrid(np.arange(len(_STAFF)), days, indexing="ij"))
    licensed = (at >= found.licensed[user]) & (at < found.until[user])
    luck = rng.random(len(user))
    more = rng.poisson(_MORE, len(user))
    works = licensed & (at >= np.nan_to_num(found.working[user], nan=np.inf)) & (luck < _ON_A_DAY)
    peeks = licensed & ~works & (luck > 1 - _ONLY_SIGNING_IN)
    signed = np.flatnonzero(works | peeks)
    acted = np.repeat(np.flatnonzero(works), 1 + more[works])
    weights = np.array([weight for *_, weight in ACTIONS])
    action = rng.choice(len(ACTIONS), size=len(acted), p=weights / weights.sum())
    early = at[acted] < (day_of(story.start) if story else HORIZON)
    action = np.where(early & (action == len(ACTIONS) - 1), 1, action)  # no mobile version yet
    row = np.concatenate((signed, acted))
    what = np.concatenate((np.full(len(signed), -1), action))
    return _usage_sheet(at_hours(rng, at[row], "office"), user[row], what)


def _usage_sheet(at: Floats, user: Ints, action: Ints) -> Sheet:
    order = np.argsort(at, kind="stable")
    columns: dict[str, Cells] = {
        "員工編號": numbered("U", user, 3),
        "時間": texts(at, "second"),
        "動作": [cell or SIGN_IN for cell in names([done for done, *_ in ACTIONS], action)],
        "功能": names([feature for _, feature, *_ in ACTIONS], action),
        "物件": names([kind for _, _, kind, _ in ACTIONS], action),
    }
    sheet = {"紀錄編號": numbered("G", np.arange(len(at)))}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def courses() -> Sheet:
    """What each role should have learned, and two ways of learning without a course."""
    rows = [(role, course, level, "課程") for role, taught in COURSES.items() for course, level in taught]
    rows += [(SELLER, "回答同仁提問", "進階", "解答提問"), (AGENT, "分享處理心得", "最佳實務", "經驗分享")]
    return {
        header: list(cells)
        for header, cells in zip(("職稱", "課程", "級別", "形式"), zip(*rows, strict=True), strict=True)
    }


def draw_training(rng: np.random.Generator, found: Users, story: Upgrade | None) -> Sheet:
    """Courses that users took; without a date one that was begun and not finished."""
    sheet: dict[str, Cells] = {header: [] for header in ("員工編號", "課程", "級別", "完成日期", "成績")}
    for number, (team, role) in enumerate(_STAFF):
        for course, level in COURSES[role]:
            luck, days, score = rng.random(), rng.gamma(2.0, 60.0), rng.normal(84, 8)
            share = _FINISHED_RESISTING if team == (story or Upgrade()).resisting else _FINISHED[level]
            at = np.array([found.licensed[number] + days])
            finished = luck < share and at[0] < found.until[number]
            if not finished and luck > share + 0.1:
                continue
            sheet["員工編號"] += numbered("U", np.array([number]), 3)
            sheet["課程"].append(course)
            sheet["級別"].append(level)
            sheet["完成日期"] += texts(at, "day") if finished else [""]
            sheet["成績"] += decimals(np.array([min(score, 100.0)])) if finished else [""]
    return sheet

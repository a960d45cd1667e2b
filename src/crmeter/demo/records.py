"""The customer records of the CRM: attributes, duplicates that were merged, deleted ones; and its users."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo import company
from crmeter.demo.cells import Cells, names, numbered, taken, where, yes_no
from crmeter.demo.clock import HORIZON, Floats, Ints, texts
from crmeter.demo.files import Sheet
from crmeter.demo.people import People
from crmeter.demo.sales import SELLERS_PER_TEAM
from crmeter.demo.service import AGENTS_PER_TEAM

DUPLICATE_SHARE = 0.004
DELETED_SHARE = 0.008  # of customers who left
_KINDS = ("個人", "公司")
_GENDERS = ("女", "男", "未填")
_ONBOARDING = ("順利", "不順")


@dataclass(frozen=True)
class Records:
    """The customer file, and for each duplicate record (numbered after the customers) whose it is."""

    sheet: Sheet
    duplicates: Ints


def users() -> Sheet:
    """Everybody who works in the CRM: service teams, sales teams, marketing."""
    staff = [(team, "客服專員") for team in company.TEAMS for _ in range(AGENTS_PER_TEAM)]
    staff += [(team, "業務") for team in company.SALES_TEAMS for _ in range(SELLERS_PER_TEAM)]
    staff += [("行銷部", "行銷專員")] * 3 + [("管理部", "主管")]
    positions = np.arange(len(staff))
    surnames = [company.SURNAMES[(7 * n) % len(company.SURNAMES)] for n in range(len(staff))]
    return {
        "員工編號": numbered("U", positions, 3),
        "姓名": [surnames[n] + company.GIVEN_NAMES[(3 * n) % len(company.GIVEN_NAMES)] for n in range(len(staff))],
        "職稱": [role for _, role in staff],
        "部門": [team for team, _ in staff],
        "授權起日": ["2021/01/01" if n % 5 else "2023/06/01" for n in range(len(staff))],
        "授權迄日": ["2024/12/31" if n % 16 == 7 else "" for n in range(len(staff))],
    }


def agent_ids(team: Ints, agent: Ints) -> Cells:
    """Ids of agents by their team and number within it."""
    return numbered("U", team * AGENTS_PER_TEAM + agent, 3)


def seller_ids(seller: Ints) -> Cells:
    return numbered("U", len(company.TEAMS) * AGENTS_PER_TEAM + seller, 3)


def draw_records(rng: np.random.Generator, people: People, until: Floats) -> Records:
    """The customers as exported, duplicates at the end."""
    count = len(people)
    duplicates = np.sort(rng.choice(count, size=round(DUPLICATE_SHARE * count), replace=False))
    created = people.start - rng.exponential(0.02, count) - 0.001
    contacted = np.where(rng.random(count) < 0.7, created - rng.exponential(6.0, count), np.nan)
    gone = np.nan_to_num(until, nan=HORIZON) + 20 < HORIZON
    deleted = np.where(gone & (rng.random(count) < DELETED_SHARE), until + 15, np.nan)
    born = np.round(rng.normal(1986, 11, count)).clip(1945, 2006).astype(np.int64)
    person = ~people.company
    columns: dict[str, Cells] = {
        "客戶名稱": _names(rng, people),
        "建立時間": texts(created, "second"),
        "首次接觸": texts(contacted, "day"),
        "客戶類型": names(_KINDS, people.company.astype(np.int64)),
        "會員等級": names([name for name, _ in company.SEGMENTS], people.segment),
        "產業": where(people.company, names([name for name, _ in company.INDUSTRIES], people.industry)),
        "地區": names([name for name, _ in company.REGIONS], people.region),
        "來源通路": names([name for name, _ in company.CHANNELS], people.channel),
        "服務小組": names(company.TEAMS, people.team),
        "負責人": agent_ids(people.team, rng.integers(0, AGENTS_PER_TEAM, count)),
        "電子郵件": [f"c{number:06d}@example.com" for number in range(1, count + 1)],
        "手機": [f"09{number:08d}" for number in rng.integers(10_000_000, 99_999_999, count).tolist()],
        "出生年": where(person & (rng.random(count) < 0.8), [str(year) for year in born.tolist()]),
        "性別": where(person, names(_GENDERS, rng.choice(3, size=count, p=(0.5, 0.4, 0.1)))),
        "同意行銷": yes_no(rng.random(count) < 0.62),
        "首月狀況": names(_ONBOARDING, people.trouble.astype(np.int64)),
        "刪除時間": texts(deleted, "second"),
    }
    every = np.concatenate((np.arange(count), duplicates))
    sheet = {"客戶編號": numbered("C", np.arange(len(every)))}
    sheet |= {header: taken(cells, every) for header, cells in columns.items()}
    sheet["合併至"] = [""] * count + numbered("C", duplicates)
    return Records(sheet, duplicates)


def _names(rng: np.random.Generator, people: People) -> Cells:
    count = len(people)
    people_names = [
        company.SURNAMES[a] + company.GIVEN_NAMES[b]
        for a, b in zip(rng.integers(0, 24, count).tolist(), rng.integers(0, 20, count).tolist(), strict=True)
    ]
    firms = [
        company.COMPANY_NAMES[a] + company.COMPANY_FORMS[b]
        for a, b in zip(rng.integers(0, 12, count).tolist(), rng.integers(0, 4, count).tolist(), strict=True)
    ]
    return [
        firm if is_company else person
        for is_company, firm, person in zip(people.company.tolist(), firms, people_names, strict=True)
    ]

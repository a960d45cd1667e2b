"""The customer records of the CRM: attributes, duplicates that were merged or never noticed, deleted ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo import company
from crmeter.demo.cells import Cells, names, numbered, taken, where, yes_no
from crmeter.demo.clock import HORIZON, Floats, Ints, texts
from crmeter.demo.files import Sheet
from crmeter.demo.people import People
from crmeter.demo.purchases import Purchases
from crmeter.demo.service import AGENTS_PER_TEAM

DUPLICATE_SHARE = 0.004
TWIN_SHARE = 0.006  # of customers, with a second record that nobody has merged
DELETED_SHARE = 0.008  # of customers who left
BOOKED_ELSEWHERE = 0.4  # of the purchases of who has a second record
_KINDS = ("個人", "公司")
_GENDERS = ("女", "男", "未填")
_ONBOARDING = ("順利", "不順")


@dataclass(frozen=True)
class Records:
    """The customer file, and for each duplicate record whose it is.

    Records are numbered: customers, then their merged ``duplicates``, then the ``twins`` that nobody has noticed.
    """

    sheet: Sheet
    duplicates: Ints
    twins: Ints
    twins_created: Floats


def agent_ids(team: Ints, agent: Ints) -> Cells:
    """Ids of agents by their team and number within it."""
    return numbered("U", team * AGENTS_PER_TEAM + agent, 3)


def seller_ids(seller: Ints) -> Cells:
    return numbered("U", len(company.TEAMS) * AGENTS_PER_TEAM + seller, 3)


def draw_records(rng: np.random.Generator, of_twins: np.random.Generator, people: People, until: Floats) -> Records:
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
    single = np.setdiff1d(np.flatnonzero(np.isnan(deleted)), duplicates)
    twins = np.sort(of_twins.choice(single, size=round(TWIN_SHARE * count), replace=False))
    again = np.minimum(people.start[twins] + of_twins.exponential(120.0, len(twins)) + 1, HORIZON - 1)
    every = np.concatenate((np.arange(count), duplicates, twins))
    sheet = {"客戶編號": numbered("C", np.arange(len(every)))}
    sheet |= {header: taken(cells, every) for header, cells in columns.items()}
    sheet["合併至"] = [""] * count + numbered("C", duplicates) + [""] * len(twins)
    _enter_again(of_twins, sheet, count + len(duplicates), again)
    return Records(sheet, duplicates, twins, again)


def book(rng: np.random.Generator, known: Records, bought: Purchases, count: int) -> Ints:
    """The record each purchase was booked on: the customer's own, or for some a duplicate or twin of it."""
    other, since = np.full(count, -1), np.zeros(count)
    other[known.duplicates] = count + np.arange(len(known.duplicates))
    other[known.twins] = count + len(known.duplicates) + np.arange(len(known.twins))
    since[known.twins] = known.twins_created
    there = (other[bought.customer] >= 0) & (bought.at >= since[bought.customer])
    booked = there & (rng.random(len(bought)) < BOOKED_ELSEWHERE)
    return np.where(booked, other[bought.customer], bought.customer)


def _enter_again(rng: np.random.Generator, sheet: Sheet, first: int, created: Floats) -> None:
    """Make the records from ``first`` on look as typed in a second time: the same person, written a little otherwise.

    One of telephone and e-mail address stays the same but for its spelling, so that they can be recognised.
    """
    sheet["建立時間"][first:] = texts(created, "second")
    sheet["首次接觸"][first:] = [""] * len(created)
    for row, way in enumerate(rng.integers(0, 4, len(created)).tolist(), first):
        name, email, phone = (sheet[header][row] for header in ("客戶名稱", "電子郵件", "手機"))
        if way == 0:
            sheet["手機"][row] = f"{phone[:4]}-{phone[4:7]}-{phone[7:]}"
            sheet["電子郵件"][row] = ""
        elif way == 1:
            sheet["電子郵件"][row] = email.upper()
            sheet["手機"][row] = f"+886 {phone[1:]}"
        elif way == 2:
            sheet["客戶名稱"][row] = f"{name[0]} {name[1:]}"
            sheet["電子郵件"][row] = email.capitalize()
        else:
            sheet["客戶名稱"][row] = f"{name}(新)"
            sheet["電子郵件"][row] = email.replace("@example.com", "@example.net")


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

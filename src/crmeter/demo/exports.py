"""The export files of the demo company, as its shop, its CRM and its marketing people would deliver them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from crmeter.demo import company, marketing, sales, service
from crmeter.demo.cells import Cells, decimals, names, numbered, taken, where
from crmeter.demo.clock import Floats, Ints, texts
from crmeter.demo.contracts import Contracts, Invoices
from crmeter.demo.currencies import CURRENCIES, convert
from crmeter.demo.files import Sheet
from crmeter.demo.outreach import ARMS, Outreach, steps_of
from crmeter.demo.people import People
from crmeter.demo.purchases import Purchases
from crmeter.demo.records import agent_ids, seller_ids
from crmeter.demo.surveys import ASPECTS, Answers

LINES = tuple(dict.fromkeys(line for _, line, _, _ in company.PRODUCTS))
_ORDER_CHANNELS = ("官網", "LINE 購物", "門市", "App")


@dataclass(frozen=True)
class Bookings:
    """How the shop noted each purchase: on which customer record, through which channel, for which campaign."""

    record: Ints
    channel: Ints
    campaign: Ints


def draw_channels(rng: np.random.Generator, count: int) -> Ints:
    """Through which of the shop's channels each of so many purchases came."""
    return rng.choice(4, size=count, p=(0.52, 0.2, 0.13, 0.15))


def orders(
    purchases: Purchases, booked: Bookings, contracts: Contracts, invoices: Invoices, currency: Ints, rates: Floats
) -> Sheet:
    """Sales, refunds and subscription invoices, first to last. ``currency`` is that of each customer."""
    refund = np.flatnonzero(~np.isnan(purchases.refunded_at))
    bought, owed = len(purchases), len(invoices.at)
    product = names([name for name, *_ in company.PRODUCTS], purchases.product)
    line = names([line for _, line, _, _ in company.PRODUCTS], purchases.product)
    plan = names([name for name, *_ in company.PLANS], contracts.plan[invoices.contract])
    channel, campaigns = names(_ORDER_CHANNELS, booked.channel), numbered("M", booked.campaign, 3)
    paid = currency[purchases.customer]
    # what comes back is paid back as it was paid
    amount = convert(purchases.amount, paid, purchases.at, rates, 0)
    cost = convert(purchases.cost, paid, purchases.at, rates, 2)
    at = np.concatenate((purchases.at, purchases.refunded_at[refund], invoices.at))
    record = np.concatenate((booked.record, booked.record[refund], contracts.customer[invoices.contract]))
    columns: dict[str, Cells] = {
        "訂購時間": texts(at, "second"),
        "客戶編號": numbered("C", record),
        "單據類別": ["銷貨"] * bought + ["退貨"] * len(refund) + ["訂閱扣款"] * owed,
        "品名": product + taken(product, refund) + plan,
        "產品線": line + taken(line, refund) + ["訂閱"] * owed,
        "未稅金額": amount + [f"-{cell}" for cell in taken(amount, refund)] + decimals(invoices.amount),
        "成本": cost + [f"-{cell}" for cell in taken(cost, refund)] + decimals(np.round(invoices.amount * 0.48, 2), 2),
        "幣別": names(CURRENCIES, np.concatenate((paid, paid[refund], np.zeros(owed, dtype=np.int64)))),
        "下單管道": channel + taken(channel, refund) + ["訂閱系統"] * owed,
        "活動編號": campaigns + taken(campaigns, refund) + [""] * owed,
        "合約編號": [""] * (bought + len(refund)) + numbered("S", invoices.contract),
    }
    order = np.argsort(at, kind="stable")
    sheet = {"訂單編號": numbered("O", np.arange(len(at)), 7)}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def by_year(sheet: Sheet, column: str) -> dict[str, Sheet]:
    """The rows of each year of a date column, in their order."""
    rows: dict[str, list[int]] = {}
    for number, cell in enumerate(sheet[column]):
        rows.setdefault(cell[:4], []).append(number)
    return {
        year: {header: [cells[number] for number in numbers] for header, cells in sheet.items()}
        for year, numbers in rows.items()
    }


def subscriptions(rng: np.random.Generator, contracts: Contracts) -> Sheet:
    """Contracts. Their last day is included, as people write it."""
    reason = names(company.END_REASONS, rng.integers(0, len(company.END_REASONS), len(contracts)))
    ended = ~np.isnan(contracts.end)
    prices = [price for _, price, _, _ in company.PLANS]
    return {
        "合約編號": numbered("S", np.arange(len(contracts))),
        "客戶編號": numbered("C", contracts.customer),
        "起日": texts(contracts.start, "day"),
        "迄日": texts(contracts.end - 1, "day"),
        "方案": names([name for name, *_ in company.PLANS], contracts.plan),
        "月費": [str(prices[plan]) for plan in contracts.plan.tolist()],
        "終止原因": [
            "方案變更" if changed else text
            for changed, text in zip(contracts.changed.tolist(), where(ended, reason), strict=True)
        ],
    }


def leads(rng: np.random.Generator, found: sales.Leads, campaign: Ints) -> Sheet:
    reason = names(company.LOST_REASONS, rng.integers(0, len(company.LOST_REASONS), len(found)))
    return {
        "名單編號": numbered("L", np.arange(len(found))),
        "建立時間": texts(found.created, "second"),
        "來源通路": names([name for name, _ in company.CHANNELS], found.channel),
        "活動編號": numbered("M", campaign, 3),
        "業務": seller_ids(found.seller),
        "合格時間": texts(found.qualified, "second"),
        "轉換時間": texts(np.where(found.lost, np.nan, found.decided), "second"),
        "客戶編號": numbered("C", found.customer),
        "未成交原因": where(found.lost & ~np.isnan(found.decided), reason),
    }


def opportunities(rng: np.random.Generator, found: sales.Opportunities, stage: Cells, strategy: Cells) -> Sheet:
    """``stage`` is the last open one that each reached."""
    closed, count = ~np.isnan(found.closed), len(found)
    outcome = ["成交" if won else "失單" for won in found.won.tolist()]
    reason = names(company.LOST_REASONS, rng.integers(0, len(company.LOST_REASONS), count))
    return {
        "商機編號": numbered("P", np.arange(count)),
        "客戶編號": numbered("C", found.customer),
        "名單編號": numbered("L", found.lead),
        "業務": seller_ids(found.seller),
        "業務單位": names(company.SALES_TEAMS, found.seller // sales.SELLERS_PER_TEAM),
        "建立時間": texts(found.created, "second"),
        "首次接觸": texts(found.contacted, "second"),
        "預計成交日": texts(found.created + 45, "day"),
        "結案時間": texts(found.closed, "second"),
        "結果": where(closed, outcome),
        "金額": decimals(found.amount),
        "階段": [out if done else now for done, out, now in zip(closed.tolist(), outcome, stage, strict=True)],
        "產品線": names(LINES, found.line),
        "銷售策略": strategy,
        "失單原因": where(closed & ~found.won, reason),
    }


def cases(rng: np.random.Generator, found: service.Cases, people: People) -> Sheet:
    answered = ~np.isnan(found.answered)
    return {
        "案件編號": numbered("K", np.arange(len(found))),
        "客戶編號": numbered("C", found.customer),
        "進件時間": texts(found.opened, "second"),
        "首次回應時間": texts(found.answered, "second"),
        "結案時間": texts(found.resolved, "second"),
        "類別": names(service.KINDS, found.kind),
        "管道": names([name for name, _ in service.CASE_CHANNELS], found.channel),
        "優先等級": names([name for name, _ in service.PRIORITIES], found.priority),
        "承辦人": agent_ids(people.team[found.customer], found.agent),
        "處理分鐘": decimals(found.minutes, 1),
        "重啟次數": decimals(found.reopened.astype(float)),
        "產品線": names(LINES, rng.integers(0, len(LINES), len(found))),
        "首次回應者": where(answered, names(("真人", "機器人"), found.by_bot.astype(np.int64))),
    }


_SURVEYS = ("服務滿意度", "推薦意願", "服務費力度")


def answers(csat: Answers, nps: Answers, ces: Answers) -> Sheet:
    """Three surveys in one file, as the survey tool exports them; without a score nobody answered."""
    every = (csat, nps, ces)
    invited = np.concatenate([one.invited for one in every])
    order = np.argsort(invited, kind="stable")
    columns: dict[str, Cells] = {
        "問卷": [name for name, one in zip(_SURVEYS, every, strict=True) for _ in one.invited.tolist()],
        "客戶編號": numbered("C", np.concatenate([one.customer for one in every])),
        "案件編號": numbered("K", np.concatenate([one.case for one in every])),
        "邀請時間": texts(invited, "second"),
        "回覆時間": texts(np.concatenate([one.answered for one in every]), "second"),
        "分數": decimals(np.concatenate([one.score for one in every])),
    }
    sheet = {"回覆編號": numbered("R", np.arange(len(invited)))}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def satisfaction_index(invitations: Answers, scores: Floats) -> Sheet:
    """One row per invitation and one column per aspect."""
    order = np.argsort(invitations.invited, kind="stable")
    columns: dict[str, Cells] = {
        "客戶編號": numbered("C", invitations.customer),
        "邀請時間": texts(invitations.invited, "second"),
        "填答時間": texts(invitations.answered, "second"),
        **{aspect: decimals(scores[:, place]) for place, aspect in enumerate(ASPECTS)},
    }
    sheet = {"問卷編號": numbered("Q", np.arange(len(order)))}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def touches(written: Outreach, bought: Purchases, currency: Ints, rates: Floats) -> Sheet:
    """Every step of every message, first to last; a conversion has the amount of its purchase."""
    rows: list[tuple[Ints, Cells, Floats]] = []
    for name, at in steps_of(written):
        there = np.flatnonzero(~np.isnan(at))
        rows.append((there, [name] * len(there), at[there]))
    converted = np.flatnonzero(written.bought >= 0)
    rows.append((converted, ["成交"] * len(converted), bought.at[written.bought[converted]]))
    person, when = np.concatenate([one for one, _, _ in rows]), np.concatenate([at for _, _, at in rows])
    purchase = written.bought[converted]
    paid = currency[bought.customer[purchase]]
    before = [""] * (len(person) - len(converted))
    columns: dict[str, Cells] = {
        "活動編號": numbered("M", written.campaign[person], 3),
        "客戶編號": numbered("C", written.customer[person]),
        "名單編號": numbered("L", written.lead[person]),
        "時間": texts(when, "second"),
        "事件": [name for _, cells, _ in rows for name in cells],
        "組別": names(ARMS, written.arm[person]),
        "成交金額": before + convert(bought.amount[purchase], paid, bought.at[purchase], rates, 0),
        "幣別": before + names(CURRENCIES, paid),
    }
    order = np.argsort(when, kind="stable")
    sheet = {"紀錄編號": numbered("H", np.arange(len(when)), 7)}
    return sheet | {header: taken(cells, order) for header, cells in columns.items()}


def campaigns(of: list[marketing.Campaign]) -> Sheet:
    return {
        "活動編號": [campaign.campaign_id for campaign in of],
        "活動名稱": [campaign.name for campaign in of],
        "活動類型": [campaign.kind for campaign in of],
        "通路": [campaign.channel for campaign in of],
        "開始日": [f"{campaign.start:%Y/%m/%d}" for campaign in of],
        "結束日": [f"{campaign.last:%Y/%m/%d}" for campaign in of],
        "目標客群": [campaign.target for campaign in of],
    }


def spend(bills: list[marketing.Spend]) -> Sheet:
    return {
        "單號": [f"X{number:05d}" for number in range(1, len(bills) + 1)],
        "日期": [f"{bill.on:%Y/%m/%d}" for bill in bills],
        "金額": [str(bill.amount) for bill in bills],
        "部門": [{"marketing": "行銷", "sales": "業務"}[bill.function] for bill in bills],
        "費用類別": [_CATEGORIES[bill.category] for bill in bills],
        "通路": [bill.channel for bill in bills],
        "活動編號": [bill.campaign_id for bill in bills],
    }


_CATEGORIES = {"advertising": "廣告", "promotion": "促銷", "salary": "薪資", "tool": "工具", "event": "活動"}


def events(happened: list[tuple[date, str, str]]) -> Sheet:
    kinds = {"campaign": "行銷活動", "system_upgrade": "系統升級", "price_change": "價格調整", "holiday": "假日"}
    return {
        "編號": [f"E{number:03d}" for number in range(1, len(happened) + 1)],
        "日期": [str(day) for day, _, _ in happened],
        "種類": [kinds[kind] for _, kind, _ in happened],
        "說明": [title for _, _, title in happened],
    }

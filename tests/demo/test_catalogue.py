"""What the demo company delivers for the rest of the catalogue, counted in its files by plain SQL."""

from __future__ import annotations

import re
from datetime import date
from math import sqrt
from pathlib import Path

import duckdb
import numpy as np
import pytest

from crmeter.demo import STORIES, STORY_NAMES
from crmeter.demo.clock import HORIZON, Bools, day_of
from crmeter.demo.currencies import GAP
from crmeter.demo.people import draw_people
from crmeter.demo.records import TWIN_SHARE
from crmeter.demo.service import SLOW_TEAM
from crmeter.demo.setup import custom_fields
from crmeter.demo.stories import choose
from crmeter.demo.voices import draw_feedback
from tests.demo.conftest import CUSTOMERS, Company
from tests.demo.exported import lines
from tests.demo.test_files import rows
from tests.demo.test_planted import SEEDS, deviations

SIZES = {story.name: story.planted for story in STORIES}
OTHERS = tuple(name for name in STORY_NAMES if name not in ("voucher", "upgrade"))


def bought_after(con: duckdb.DuckDBPyConnection, name: str, arm: str) -> tuple[int, int]:
    """People of an arm of a campaign, and how many of them bought within 30 days of the message."""
    found = con.execute(
        """
        WITH person AS (
            SELECT t.customer, t.noted FROM touch t JOIN campaign c USING (campaign)
            WHERE t.step = '寄送' AND t.arm = $arm AND c.name = $name)
        SELECT count(*), count(*) FILTER (EXISTS (
            FROM booking b WHERE b.customer = p.customer AND b.kind = '銷貨' AND b.booked > p.noted
            AND b.booked <= p.noted + INTERVAL 30 DAY)) FROM person p
        """,
        {"arm": arm, "name": name},
    ).fetchone()
    assert found
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_voucher_makes_people_buy_and_the_newsletter_does_not(company: Company, seed: int) -> None:
    told, quiet = company(seed, STORY_NAMES), company(seed, ())
    voucher, newsletter = "2025 老友回購折價券", "2025 生豆知識電子報"
    control = bought_after(told, voucher, "對照組")
    assert deviations(bought_after(told, voucher, "A"), control) > 3
    assert bought_after(told, voucher, "A") > bought_after(told, voucher, "B")
    assert abs(deviations(bought_after(told, newsletter, "A"), bought_after(told, newsletter, "對照組"))) < 3
    for name in (voucher, newsletter):
        assert abs(deviations(bought_after(quiet, name, "A"), bought_after(quiet, name, "對照組"))) < 3


def test_the_voucher_adds_what_is_written(company: Company) -> None:
    """Over ten seeds the arms differ from the control group by the planted share of those who would not have bought."""
    share, people = {}, 0
    for arm in ("A", "B", "對照組"):
        found = [bought_after(company(seed, STORY_NAMES), "2025 老友回購折價券", arm) for seed in SEEDS]
        people = sum(reached for reached, _ in found)
        share[arm] = sum(bought for _, bought in found) / people
    for arm, buying in zip(("A", "B"), SIZES["voucher"].buying, strict=True):  # type: ignore[union-attr]
        wanted = share["對照組"] + buying * (1 - share["對照組"])
        assert share[arm] == pytest.approx(wanted, abs=4 * sqrt(0.2 * 2 / people))


def working(con: duckdb.DuckDBPyConnection, quarter: str, where: str) -> tuple[int, int]:
    """Users with a licence in a quarter, and how many of them did more than sign in."""
    found = con.execute(
        f"""
        WITH span AS (SELECT {quarter} AS first, {quarter} + INTERVAL 3 MONTH AS last)
        SELECT count(*), count(*) FILTER (EXISTS (
            FROM action a WHERE a.staff = u.staff AND a.done <> '登入' AND a.noted >= first AND a.noted < last))
        FROM staff u, span WHERE u.since < last AND coalesce(u.until, last) >= last::DATE - 1 AND {where}
        """
    ).fetchone()
    assert found
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_upgrade_wins_all_teams_but_one(company: Company, seed: int) -> None:
    told, quiet = company(seed, STORY_NAMES), company(seed, ())
    planted = SIZES["upgrade"]
    before, after, team = "DATE '2024-04-01'", "DATE '2025-04-01'", f"team = '{planted.resisting}'"  # type: ignore[union-attr]
    assert deviations(working(told, after, "true"), working(told, before, "true")) > 3
    assert working(told, after, team)[1] == working(told, before, team)[1] == 0
    licensed, found = working(told, after, f"NOT {team}")
    assert found / licensed == pytest.approx(planted.share, abs=0.06)  # type: ignore[union-attr]
    assert abs(deviations(working(quiet, after, "true"), working(quiet, before, "true"))) < 1


def test_stages_agree_with_outcomes_and_dates(company: Company) -> None:
    con = company(7, STORY_NAMES)
    wrong = """
        WITH entry AS (
            SELECT c.*, o.created, o.closed, o.outcome, o.stage AS now,
                   row_number() OVER (PARTITION BY deal ORDER BY entered) AS first,
                   row_number() OVER (PARTITION BY deal ORDER BY entered DESC) AS last
            FROM stage_change c JOIN deal o USING (deal) WHERE c.stage <> '試用')
        SELECT count(*) FILTER (entered < created OR entered > coalesce(closed, TIMESTAMP '2026-01-01')),
               count(*) FILTER (last = 1 AND stage <> now AND outcome <> '待確認'),
               count(*) FILTER (first = 1 AND entered <> created), count(*) > 3000
        FROM entry WHERE deal NOT IN (SELECT deal FROM stage_change WHERE stage = '試用')
    """
    late, other, early, many = con.execute(wrong).fetchone() or ()
    assert (late, other, many) == (0, 0, True)
    assert early <= 2  # the rows that were put on an opportunity that does not exist
    missing = "SELECT count(*) FROM deal WHERE created >= '2024-01-01' AND deal NOT IN (SELECT deal FROM stage_change)"
    assert con.execute(missing).fetchone() == (0,)


def test_quotas_are_within_reach(company: Company) -> None:
    """What was won in a year is near to what was to be won."""
    con = company(7, STORY_NAMES)
    won = "SELECT sum(amount) FROM deal WHERE outcome = '成交' AND year(closed) = 2025"
    wanted = "SELECT sum(amount) FROM quota WHERE year(first_day) = 2025"
    (reached,), (target,) = con.execute(won).fetchone() or (), con.execute(wanted).fetchone() or ()
    assert 0.7 < reached / target < 1.3


def test_unnoticed_duplicates_can_be_recognised(workspace: Path) -> None:
    """Each second record shares the telephone number or the e-mail address with an earlier one, once it is tidied."""
    people = [row for row in rows(workspace, "customers") if not row["合併至"]]
    first = len(people) - round(TWIN_SHARE * CUSTOMERS)
    twins = [row for row in people[first:] if row["電子郵件"] != "無" and row["手機"] != "0000000000"]
    phone = {re.sub(r"^886", "0", re.sub(r"\D", "", row["手機"])): row["客戶編號"] for row in people[:first]}
    email = {row["電子郵件"].lower(): row["客戶編號"] for row in people[:first]}
    assert len(twins) > 15
    for row in twins:
        tidy = re.sub(r"^886", "0", re.sub(r"\D", "", row["手機"]))
        assert phone.get(tidy) or email.get(row["電子郵件"].lower())
    spelt = {(row["客戶名稱"], row["電子郵件"], row["手機"]) for row in people}
    assert len(spelt) == len(people)


def test_some_pay_in_their_own_money(workspace: Path) -> None:
    """Amounts at the rate of the day are as high as everybody else's; no rate stands in the gap."""
    rates = {(row["幣別"], row["日期"]): row["匯率"] for row in rows(workspace, "rates")}
    name, first, last = GAP
    assert not any(currency == name and str(first) <= day < str(last) for currency, day in rates)
    assert all(currency != name or 0.1 < float(rate) < 0.4 for (currency, _), rate in rates.items())
    sold = [row for row in rows(workspace, "orders_2024") if row["單據類別"] == "銷貨"]
    for currency in ("USD", "JPY"):
        priced = [
            float(row["未稅金額"]) * float(rates[currency, row["訂購時間"][:10]])
            for row in sold
            if row["幣別"] == currency and (currency, row["訂購時間"][:10]) in rates
        ]
        assert len(priced) > 5
        assert 600 < sum(priced) / len(priced) < 4000


def test_what_was_said(workspace: Path) -> None:
    """Hundreds of texts, few of them twice, without gaps to fill in."""
    texts = [row["內容"] for sheet in ("feedback", "reviews") for row in rows(workspace, sheet)]
    assert len(texts) == 600
    assert len(set(texts)) > 0.6 * len(texts)
    assert not any("{" in text for text in texts)


def test_stories_are_heard() -> None:
    """Who waits for the slow team speaks of service, who had trouble in the first month of it; the others go on."""
    plot, rng = choose(STORY_NAMES), np.random.default_rng(7)
    people = draw_people(rng, 20_000, plot)
    inside, _ = draw_feedback(rng, people, np.full(len(people), HORIZON), plot)
    said = list(zip(inside["時間"], inside["客戶編號"], inside["主題"], strict=True))

    def about(topic: str, first: str, last: str, whom: Bools) -> float:
        heard = [of == topic for at, who, of in said if of and who and first <= at < last and whom[int(who[1:]) - 1]]
        return sum(heard) / len(heard)

    slow = people.team == SLOW_TEAM
    assert about("客服", "2025-10", "2026-01", slow) > 2 * about("客服", "2025-10", "2026-01", ~slow)
    assert about("客服", "2025-07", "2025-10", slow) < 2 * about("客服", "2025-07", "2025-10", ~slow)
    new = people.trouble & (people.start > day_of(date(2025, 4, 1)))
    assert about("訂閱開通", "2025-05", "2025-08", new) > 3 * about("訂閱開通", "2025-05", "2025-08", ~people.trouble)


def test_most_cases_need_one_contact(company: Company) -> None:
    con = company(7, STORY_NAMES)
    found = con.execute(
        """
        SELECT count(*) FILTER (contacts = 1) / count(*), count(*)
        FROM request q LEFT JOIN (SELECT request, count(*) AS contacts FROM contact GROUP BY 1) k USING (request)
        WHERE answered >= '2024-01-02' AND resolved IS NOT NULL AND answerer <> '機器人'
        """
    ).fetchone()
    assert found
    assert 0.65 < found[0] < 0.85
    assert found[1] > 1000


def test_a_part_of_the_custom_fields_was_never_filled(workspace: Path) -> None:
    custom = [row for row in rows(workspace, "fields") if row["自訂"] == "是"]
    assert (len(custom), sum(row["填寫率"] == "0.0%" for row in custom)) == custom_fields()


def test_the_ledger_pays_only_with_what_is_claimed(workspace: Path) -> None:
    header, *cells = lines(workspace / "exports" / "finance" / "crm_ledger.xlsx")
    ledger = [dict(zip(header, row, strict=True)) for row in cells]
    cost = sum(float(row["金額"]) for row in ledger if row["收支"] == "成本")
    sure = sum(float(row["金額"]) for row in ledger if row["依據"] in ("實測", "模型推估") and row["收支"] == "效益")
    claimed = sum(float(row["金額"]) for row in ledger if row["依據"] == "自述")
    assert sure < cost < sure + claimed
    assert [row["類別"] for row in ledger if row["依據"] == "未衡量"] == ["品牌聲譽", "競爭力", "滿意度"]
    assert all(row["金額"] == "" for row in ledger if row["依據"] == "未衡量")


def test_new_stories_leave_the_files_of_others_alone(company: Company) -> None:
    """Without voucher and upgrade the customers, their contracts, cases and sales to be decided are the same."""
    with_all, without = (company(7, names) for names in (STORY_NAMES, OTHERS))
    for table in ("contract", "request", "deal", "stage_change", "quota", "contact"):
        content = f"SELECT md5(string_agg(t::VARCHAR, '' ORDER BY t::VARCHAR)) FROM {table} t"
        assert with_all.execute(content).fetchone() == without.execute(content).fetchone(), table

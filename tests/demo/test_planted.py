"""What is planted stands in the files, and nothing of it without the stories: counted by plain SQL over ten seeds."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt

import duckdb
import pytest

from crmeter.demo import STORIES, STORY_NAMES
from tests.demo.conftest import Company
from tests.demo.exported import answering, leaving

SEEDS = range(1, 11)
QUARTERS = [date(year, month, 1) for year in (2024, 2025) for month in (1, 4, 7, 10)]
SIZES = {story.name: story.planted for story in STORIES}


def quarter(name: str) -> tuple[date, date]:
    """First day, and the day after the last."""
    year, number = int(name[:4]), int(name[-1])
    return date(year, 3 * number - 2, 1), date(year + number // 4, 3 * number % 12 + 1, 1)


def deviations(now: tuple[int, int], before: tuple[int, int]) -> float:
    """How many standard errors two shares (of, how many) lie apart."""
    pooled = (now[1] + before[1]) / (now[0] + before[0])
    return (now[1] / now[0] - before[1] / before[0]) / sqrt(pooled * (1 - pooled) * (1 / now[0] + 1 / before[0]))


def risen(con: duckdb.DuckDBPyConnection, name: str, before: str, where: str = "true") -> float:
    return deviations(leaving(con, *quarter(name), where), leaving(con, *quarter(before), where))


@pytest.mark.parametrize("seed", SEEDS)
def test_who_had_trouble_leaves(company: Company, seed: int) -> None:
    told, quiet = company(seed, STORY_NAMES), company(seed, ())
    assert risen(told, "2025-Q3", "2024-Q3") > 3.5
    assert abs(risen(told, "2025-Q3", "2024-Q3", "onboarding = '順利'")) < 3
    assert abs(risen(quiet, "2025-Q3", "2024-Q3")) < 3
    assert abs(risen(quiet, "2025-Q3", "2025-Q2")) < 3
    shares = """
        SELECT count(*) FILTER (onboarding = '不順') / count(*) FROM customer
        WHERE id IN (SELECT customer FROM contract GROUP BY ALL
                     HAVING min(first_day) >= '2025-04-01' AND min(first_day) < '2025-07-01')
    """
    planted = SIZES["onboarding"]
    assert share(told, shares) == pytest.approx(planted.share, abs=0.1)  # type: ignore[union-attr]
    assert share(quiet, shares) == pytest.approx(planted.usual_share, abs=0.08)  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_came_by_group_buy_does_not_stay(company: Company, seed: int) -> None:
    told, quiet = company(seed, STORY_NAMES), company(seed, ())
    for before in ("2024-Q4", "2024-Q1"):
        assert risen(told, "2025-Q1", before) > 3.5
        assert abs(risen(told, "2025-Q1", before, "channel <> '團購'")) < 3
        assert abs(risen(quiet, "2025-Q1", before)) < 3
    surge = "SELECT count(*) FILTER (channel = '團購' AND created BETWEEN '2024-01-07' AND '2024-03-25') FROM customer"
    planted = SIZES["cheap_channel"].surge * 4_000  # type: ignore[union-attr]
    assert share(told, surge) - share(quiet, surge) == pytest.approx(planted, abs=12)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_waits_complains(company: Company, seed: int) -> None:
    told, quiet = company(seed, STORY_NAMES), company(seed, ())
    now, before = quarter("2025-Q4"), quarter("2025-Q3")
    team, others = "team = '海風組'", "team <> '海風組'"
    assert answering(told, *now, team)[1] > 4 * answering(told, *before, team)[1]
    assert answering(told, *now, others)[1] < 2 * answering(told, *before, others)[1]
    assert answering(quiet, *now)[1] < 2 * answering(quiet, *before)[1]
    complaints = [answering(told, *when, team)[2] for when in (now, before)]
    assert (complaints[0] - complaints[1]) / sqrt(sum(complaints)) > 4
    for con, whom in ((told, others), (quiet, "true")):
        complaints = [answering(con, *when, whom)[2] for when in (now, before)]
        assert abs(complaints[0] - complaints[1]) / sqrt(sum(complaints)) < 3


def share(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    found = con.execute(sql).fetchone()
    assert found
    return float(found[0])


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_moves_nothing_but_its_own(company: Company, story: object) -> None:
    """The other two are as without it: their quarters keep their figures to the last customer."""
    name = story.name  # type: ignore[attr-defined]
    alone, quiet = company(7, (name,)), company(7, ())
    if name == "slow_team":
        for first in QUARTERS:
            last = date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)
            assert leaving(alone, first, last) == leaving(quiet, first, last)
    else:
        assert abs(answering(alone, *quarter("2025-Q4"))[1] / answering(quiet, *quarter("2025-Q4"))[1] - 1) < 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_churn_has_no_season(company: Company, seed: int) -> None:
    """Without stories eight quarters share one rate: chi-square below its 0.9999 quantile with 7 degrees of freedom."""
    con = company(seed, ())
    counts = [leaving(con, *quarter(f"{day.year}-Q{day.month // 3 + 1}")) for day in QUARTERS]
    rate = sum(lost for _, lost in counts) / sum(there for there, _ in counts)
    assert sum((lost - rate * there) ** 2 / (there * rate * (1 - rate)) for there, lost in counts) < 29.9


def test_the_new_year_fools_who_does_not_align(company: Company) -> None:
    """February 2025 sells less than February 2024, January more than business grew; day by day from the festival on,
    four weeks before it and four after, both years tell of the same growth as the whole quarter."""

    def sold(first: date, days: int) -> float:
        until = first + timedelta(days=days)
        sql = f"SELECT count(*) FROM booking WHERE kind = '銷貨' AND booked BETWEEN '{first}' AND '{until}'"
        return sum(share(company(seed, ()), sql) for seed in SEEDS)

    grown = sold(date(2025, 1, 1), 90) / sold(date(2024, 1, 1), 91)
    assert 1.1 < grown < 1.5
    assert sold(date(2025, 1, 1), 31) / sold(date(2024, 1, 1), 31) > 1.1 * grown
    assert sold(date(2025, 2, 1), 28) / sold(date(2024, 2, 1), 29) < 0.95
    for days in (-28, 0):
        now, before = (festival + timedelta(days=days) for festival in (date(2025, 1, 29), date(2024, 2, 10)))
        assert sold(now, 28) / sold(before, 28) == pytest.approx(grown, abs=0.2)


def test_attributes_are_independent(company: Company) -> None:
    """Pearson's chi-square of each pair of attributes below 1 + 6 standard errors of its degrees of freedom."""
    con = company(7, ())
    names = ("kind", "segment", "region", "channel", "team", "onboarding")
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            found = con.execute(
                f"""
                WITH pair AS (SELECT {first} AS a, {second} AS b, count(*) AS n FROM customer GROUP BY ALL),
                     expected AS (
                         SELECT a, b, n, sum(n) OVER (PARTITION BY a) * sum(n) OVER (PARTITION BY b)
                                / sum(n) OVER () AS e FROM pair)
                SELECT sum((n - e) ** 2 / e), (count(DISTINCT a) - 1) * (count(DISTINCT b) - 1) FROM expected
                """
            ).fetchone()
            assert found
            assert found[0] < found[1] + 6 * sqrt(2 * found[1]), (first, second)

"""Effects in the demo company: the voucher that worked, the newsletter that did not, the upgrade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmeter.analysis import effects
from crmeter.analysis.effects import Verification
from crmeter.demo.stories import Voucher
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import speaking
from crmeter.reports.charts.draw import svg
from crmeter.reports.charts.effects import picture
from crmeter.stats.effects.verdict import Verdict
from crmeter.warehouse.duck import Warehouse, reading
from tests.demo.believed import RULES

VOUCHER = {
    "kpi": "orders", "method": "trial", "unit": "customers", "by": "arm", "campaign": "2025 老友回購折價券",
    "target": ["A"], "comparison": ["control"], "planned_share": 0.5, "minimum_effect": 0.1,
    "before": {"start": "2025-03-06", "end": "2025-05-06"}, "after": {"start": "2025-05-06", "end": "2025-06-06"},
    "registered_on": "2025-05-01",
}  # fmt: skip
NEWSLETTER = VOUCHER | {
    "campaign": "2025 生豆知識電子報", "registered_on": "2025-08-01",
    "before": {"start": "2025-06-12", "end": "2025-08-12"}, "after": {"start": "2025-08-12", "end": "2025-09-12"},
}  # fmt: skip
UPGRADE = {
    "kpi": "adoption_rate", "method": "interrupted_series", "unit": "series", "minimum_effect": 0.1,
    "before": {"start": "2024-01-01", "end": "2025-03-01"}, "after": {"start": "2025-04-01", "end": "2025-12-01"},
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(warehouse_file: Path) -> Iterator[Warehouse]:
    with reading(warehouse_file) as found:
        yield found


def verified(warehouse: Warehouse, written: dict[str, Any]) -> Verification:
    return effects.verify(warehouse, RULES, effects.design(written, warehouse, RULES))


@pytest.fixture(scope="module")
def voucher(warehouse: Warehouse) -> Verification:
    return verified(warehouse, VOUCHER)


def test_the_voucher_improved_and_its_planted_effect_is_covered(warehouse: Warehouse, voucher: Verification) -> None:
    """Planted (demo/stories.py): 30% of arm A and 12% of arm B buy once more than they would have."""
    assert voucher.judgement.verdict is Verdict.IMPROVED
    planted, smaller = Voucher().buying
    assert voucher.effect.low is not None and voucher.effect.high is not None
    assert voucher.effect.low <= planted <= voucher.effect.high
    weaker = verified(warehouse, VOUCHER | {"target": ["B"]})
    assert weaker.effect.low is not None and weaker.effect.high is not None
    assert weaker.effect.low <= smaller <= weaker.effect.high < voucher.effect.high
    assert weaker.judgement.verdict is not Verdict.WORSE


def test_the_arms_are_those_of_the_touches(warehouse: Warehouse, voucher: Verification) -> None:
    """Counted by plain SQL: people of each arm who are neither merged nor deleted, and their sales in the window."""
    found = warehouse.execute(
        """
        WITH person AS (SELECT DISTINCT coalesce(a.survivor_id, t.customer_id) AS customer_id, t.arm
                        FROM touch t JOIN campaign USING (campaign_id)
                        LEFT JOIN derived.customer_alias a USING (customer_id)
                        WHERE name = '2025 老友回購折價券' AND (a.customer_id IS NULL OR a.survivor_id IS NOT NULL))
        SELECT arm, count(DISTINCT customer_id),
               (SELECT count(*) FROM "order" o LEFT JOIN derived.customer_alias a USING (customer_id)
                JOIN person p ON p.customer_id = coalesce(a.survivor_id, o.customer_id)
                WHERE p.arm = person.arm AND o.kind = 'sale' AND o.subscription_id IS NULL
                  AND o.ordered_on >= DATE '2025-05-06' AND o.ordered_on < DATE '2025-06-06')
        FROM person GROUP BY arm ORDER BY arm
        """
    )
    counted = {arm: (people, sales) for arm, people, sales in found}
    control = counted.get("control") or counted["對照組"]
    assert (voucher.effect.n["treated"], voucher.effect.n["comparison"]) == (counted["A"][0], control[0])
    assert voucher.effect.estimate == pytest.approx(counted["A"][1] / counted["A"][0] - control[1] / control[0])
    assert voucher.total is not None
    assert voucher.total[0] == pytest.approx(voucher.effect.estimate * counted["A"][0])


def test_the_newsletter_is_not_called_improved(warehouse: Warehouse) -> None:
    found = verified(warehouse, NEWSLETTER)
    assert found.effect.p is not None and found.effect.p > 0.05
    assert found.judgement.verdict in (Verdict.NO_DETECTABLE_CHANGE, Verdict.CANNOT_TELL)


def test_the_upgrade_improved_adoption(warehouse: Warehouse) -> None:
    """Planted: from 45% to 95% of the users of all teams but one, within the month that the windows leave out."""
    found = verified(warehouse, UPGRADE)
    assert found.judgement.verdict is Verdict.IMPROVED
    assert found.effect.estimate == pytest.approx(0.35, abs=0.1)
    assert len(found.periods) == 14 + 1 + 8
    assert "few_placebos" in found.effect.warnings  # fourteen months are few, and it says so


def test_what_the_trial_could_show_was_known_before(warehouse: Warehouse) -> None:
    """From the two stretches of 31 days before and more: noise of the orders of these people, not of a formula."""
    design = effects.design(VOUCHER, warehouse, RULES)
    found = effects.detectable(warehouse, RULES, design)
    assert found.detectable.runs == 240
    assert found.detectable.false_alarms is not None and found.detectable.false_alarms < 0.1
    assert found.detectable.effect is not None and 0.1 < found.detectable.effect < 0.2
    assert found.enough is False
    assert found.customers_needed is not None and 500 < found.customers_needed < 1600


def test_a_window_that_is_not_over_is_not_judged(warehouse: Warehouse) -> None:
    later = VOUCHER | {"after": {"start": "2025-12-20", "end": "2026-01-20"}}
    found = verified(warehouse, later)
    assert found.judgement.verdict is Verdict.CANNOT_TELL
    assert found.judgement.reasons == ("window_not_over",)


def test_a_design_says_everything_that_is_wrong_at_once(warehouse: Warehouse) -> None:
    wrong = VOUCHER | {
        "minimum_effect": -1, "target": ["A", "control"], "alpha": 0.5, "kpi": "nps", "registered_on": "2025-05-07",
        "campaign": None, "before": {"start": "2025-03-06", "end": "2025-05-08"},
    }  # fmt: skip
    with pytest.raises(UserError) as raised:
        effects.design(wrong, warehouse, RULES)
    said = str(raised.value)
    assert len(raised.value.problems) == 7
    for part in ("minimum effect", "alpha", "before the window before", "after the start", "taken apart", "control"):
        assert part in said


@pytest.mark.parametrize("lang", ["en", "zh-Hant", "zh-Hans"])
def test_the_picture_says_the_finding(voucher: Verification, lang: str) -> None:
    with speaking(lang):
        drawn = svg(picture(voucher.as_json(), "orders"))
    assert {"en": "improved", "zh-Hant": "改善", "zh-Hans": "改善"}[lang] in drawn
    assert "0.28" in drawn

"""What the KPIs of the designed company are, worked out by hand from the rows (names: tables/*.csv).

The outside witness of both the engine and the independent SQL: nothing here is computed by either.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.world import (
    expected_adoption,
    expected_answers,
    expected_business_hours,
    expected_marketing,
    expected_pipeline,
    expected_programme,
    expected_quality,
    expected_value,
)

Expected = dict[str, Fraction | float | int | None]


def names(text: str) -> tuple[str, ...]:
    """Names of rows, separated by spaces."""
    return tuple(text.split())


# ---------------------------------------------------------------- the third quarter of 2025, 1 July to 30 September
AT_START = names(
    "regular merge_new bought_on_day_365 bought_on_day_366 bought_on_day_367 gone_on_first_day gone_on_last_day "
    "gone_on_closing_day three_spells contract_touching contract_gap_of_a_day contract_ended_on_as_of "
    "contract_planned_end contract_ended_in_period contract_ends_on_closing_day contract_and_shop contained "
    "contract_handed_over contract_in_dollars contract_free_first"
)
LOST = names("gone_on_first_day gone_on_last_day three_spells contract_ended_in_period")
KEPT = [name for name in AT_START if name not in LOST]
NEW = names("first_day closing_day two_orders_same_day foreign_order unknown joined_and_left")
RETURNED = names("returned contract_back_after_years bought_on_day_367 contract_gap_of_a_day")
RETURNED_FROM_OUTSIDE = names("returned contract_back_after_years")  # the other two were customers at the start
ENDED = [*LOST, "bought_on_day_367", "contract_gap_of_a_day", "joined_and_left"]
AT_END = [*KEPT, *(name for name in NEW if name != "joined_and_left"), *RETURNED_FROM_OUTSIDE]
EXPOSED = [*AT_START, *NEW, *RETURNED_FROM_OUTSIDE]
LEFT = [*LOST, "joined_and_left"]

SALES = {  # in TWD
    "on_first_day": 500,
    "shop_with_contract": 350,
    "merge_2": 600,
    "returned_2": 250,
    "same_day_1": 100,
    "same_day_2": 150,
    "day_365_2": 100,
    "day_366_2": 110,
    "day_367_2": 120,
    "merge_3": 800,
    "closing_1": 300,
    "of_unknown": 220,
}
SALES_IN_DOLLARS = ["in_dollars"]
REFUNDED = 200 + 30  # refund_of_earlier_sale, refund_of_one_who_left
INVOICED = 1200 - 100  # invoice_q3, invoice_refund
REVENUE = sum(SALES.values()) - REFUNDED + INVOICED  # 3600 − 230 + 1100
REVENUE_Q2 = 1000 + 800  # regular_2, invoice_q2
REVENUE_YEAR_BEFORE = 3 * 100 + 350 + 400 + 450  # day_365_1 … day_367_1, three_spells_3, gone_last, gone_closing
ORDERS = len(SALES) + len(SALES_IN_DOLLARS)
BUYERS = names(
    "first_day contract_and_shop merge_new returned two_orders_same_day bought_on_day_365 bought_on_day_366 "
    "bought_on_day_367 closing_day unknown foreign_order"
)
BUYERS_AGAIN = ["merge_new", "two_orders_same_day"]
RUNNING = names(  # contracts at the end
    "contract_touching contract_gap_of_a_day contract_ended_on_as_of contract_planned_end "
    "contract_ends_on_closing_day contract_back_after_years contained contract_handed_over contract_in_dollars "
    "contract_free_first"  # and bought_on_day_365, who bought too
)
ACTIVE = [*BUYERS, *RUNNING]

DAYS = {  # of spells inside the quarter, which has 92
    "regular": 92,
    "merge_new": 92,
    "bought_on_day_365": 92,
    "bought_on_day_366": 92,
    "bought_on_day_367": 41 + 50,  # to 10 August, from 12 August
    "gone_on_first_day": 0,
    "gone_on_last_day": 91,
    "gone_on_closing_day": 92,
    "three_spells": 77,  # to 15 September
    "contract_touching": 92,
    "contract_gap_of_a_day": 31 + 60,  # July, from 2 August
    "contract_ended_on_as_of": 92,
    "contract_planned_end": 92,
    "contract_ended_in_period": 45,  # to 14 August
    "contract_ends_on_closing_day": 92,
    "contract_and_shop": 92,
    "contained": 92,
    "contract_handed_over": 92,
    "contract_in_dollars": 92,
    "contract_free_first": 92,
    "first_day": 92,
    "closing_day": 21,  # from 10 September
    "two_orders_same_day": 54,  # from 8 August
    "foreign_order": 37,  # from 25 August
    "unknown": 16,  # from 15 September
    "joined_and_left": 27 + 31 + 4,  # 5 July to 4 September
    "returned": 73,  # from 20 July
    "contract_back_after_years": 30,  # from 1 September
}
CUSTOMER_YEARS = Fraction(sum(DAYS.values())) / Fraction("365.25")  # 2068 days

AT_END_A_YEAR_BEFORE = names(  # customers 365 days before the end, on 1 October 2024
    "bought_on_day_365 bought_on_day_366 bought_on_day_367 gone_before_period gone_on_first_day gone_on_last_day "
    "gone_on_closing_day three_spells contract_touching contract_gap_of_a_day contract_and_shop contained"
)
LOST_IN_A_YEAR = names("gone_before_period gone_on_first_day gone_on_last_day three_spells")
LIFETIME = Fraction(len(AT_END_A_YEAR_BEFORE), len(LOST_IN_A_YEAR))  # years
MARGIN = 1 - Fraction(  # of the sales whose cost is known
    300 + 480 + 150 + 40 + 50 + 60 + 200 + 100, 500 + 800 + 250 + 100 + 110 + 120 + 300 + 220
)

COMPLAINTS = names("complaint_1 complaint_2 nobody merged_1 merged_2 resolved_after no_response")
COMPLAINING = names("regular merge_new joined_and_left")  # exposed; prospect is none of them
FIRST_RESPONSES = {  # hours; bot and no_response have none
    "quick": 1,
    "merged_1": 2,
    "complaint_1": 3,
    "merged_2": 4,
    "complaint_2": 5,
    "resolved_after": 7,
    "nobody": 9,
}
RESOLUTIONS = {
    "bot": 2,
    "quick": 4,
    "merged_1": 6,
    "merged_2": 8,
    "complaint_2": 10,
    "nobody": 20,
    "complaint_1": 24,
    "opened_before": 120,
}
HANDLED = {"quick": 10, "complaint_1": 20, "bot": 30, "nobody": 40, "opened_before": 60}

WON = names(
    "won_at_midnight won_with_contact won_from_lead won_created_only won_no_contact_known won_in_dollars "
    "won_without_amount"
)
DEALS_LOST = names("lost_1 lost_2 lost_3")
AMOUNTS = {
    "won_at_midnight": 400,
    "won_with_contact": 1000,
    "won_from_lead": 2000,
    "won_created_only": 600,
    "won_no_contact_known": 800,
}
CYCLES = {  # days
    "won_in_dollars": 5,
    "won_created_only": 10,
    "won_at_midnight": 20,
    "won_without_amount": 20,
    "won_from_lead": Fraction(61, 2),  # from the creation of its lead: 30 days and 12 hours
    "won_with_contact": 40,
}
LEADS = names("of_deal day_90 day_89 converted_on_closing_day never last_day")
BY_END = names("of_deal day_90 day_89")
WITHIN_90_DAYS = names("of_deal day_89 converted_on_closing_day last_day")

AVERAGE_ORDER_VALUE = Fraction(sum(SALES.values()), len(SALES))
REFUND_RATE = Fraction(REFUNDED, sum(SALES.values()))
CLV = AVERAGE_ORDER_VALUE * (ORDERS / CUSTOMER_YEARS) * (1 - REFUND_RATE) * LIFETIME

QUARTER: Expected = {
    "customers.start": len(AT_START),
    "customers.end": len(AT_END),
    "customers.new": len(NEW),
    "customers.returned": len(RETURNED),
    "customers.ended": len(ENDED),
    "customers.lost": len(LOST),
    "customers.kept": len(KEPT),
    "active_customers": len(ACTIVE),
    "acquisition_rate.end": Fraction(len(NEW), len(AT_END)),
    "acquisition_rate.start": Fraction(len(NEW), len(AT_START)),
    "acquisition_rate.exposed": Fraction(len(NEW), len(EXPOSED)),
    "retention_rate.cohort": Fraction(len(KEPT), len(AT_START)),
    "retention_rate.net": Fraction(len(AT_END) - len(NEW), len(AT_START)),
    "retention_rate.active": Fraction(len(ACTIVE), len(EXPOSED)),
    "churn_rate.cohort": Fraction(len(LOST), len(AT_START)),
    "churn_rate.exposed": Fraction(len(LEFT), len(EXPOSED)),
    "churn_rate.annualised": 1 - Fraction(len(KEPT), len(AT_START)) ** 4,
    "repeat_purchase_rate": Fraction(len(BUYERS_AGAIN), len(BUYERS)),
    "revenue": REVENUE,
    "orders": ORDERS,
    "refund_rate": REFUND_RATE,
    "average_order_value": AVERAGE_ORDER_VALUE,
    "purchase_frequency": ORDERS / CUSTOMER_YEARS,
    "revenue_per_customer": Fraction(REVENUE, len(ACTIVE)),
    "sales_growth.previous": Fraction(REVENUE, REVENUE_Q2) - 1,
    "sales_growth.year": Fraction(REVENUE, REVENUE_YEAR_BEFORE) - 1,
    "clv.revenue": CLV,
    "clv.profit": CLV * MARGIN,
    "cac": Fraction(expected_marketing.SPENT, len(NEW)),
    "csat.mean": Fraction(5 + 4 + 3 + 2 + 1 + 3, 6),  # csat_5 … csat_1, csat_undated
    "csat.top2": Fraction(2, 6),  # csat_5, csat_4
    "nps": 100 * Fraction(2 - 1, 5),  # nps_10, nps_9 against nps_6; nps_8 and nps_7 between
    "complaint_rate": Fraction(len(COMPLAINTS), len(AT_END)),
    "complaining_customers_rate": Fraction(len(COMPLAINING), len(EXPOSED)),
    "first_response_hours.median": 5,  # the fifth of nine; two of them wait for ever
    "first_response_hours.p90": None,  # falls on one that waits for ever
    "first_response_hours.mean": Fraction(sum(FIRST_RESPONSES.values()), len(FIRST_RESPONSES)),
    **expected_business_hours.QUARTER,
    "resolution_hours.median": Fraction(8 + 10, 2),
    "resolution_hours.mean": Fraction(sum(RESOLUTIONS.values()), len(RESOLUTIONS)),
    "resolution_hours.p90": 24 + Fraction(3, 10) * (120 - 24),  # place 0.9 × 7 = 6.3, from 0
    "handle_minutes.mean": Fraction(sum(HANDLED.values()), len(HANDLED)),
    "won_value": sum(AMOUNTS.values()),
    "deals_won": len(WON),
    "deals_lost": len(DEALS_LOST),
    "win_rate": Fraction(len(WON), len(WON) + len(DEALS_LOST)),
    "sales_cycle_days.median": 20,
    "sales_cycle_days.mean": Fraction(sum(CYCLES.values())) / len(CYCLES),
    "average_deal_value": Fraction(sum(AMOUNTS.values()), len(AMOUNTS)),
    "lead_conversion.by_end": Fraction(len(BY_END), len(LEADS)),
    "lead_conversion.matured": Fraction(len(WITHIN_90_DAYS), len(LEADS)),
    **expected_answers.QUARTER,
    **expected_pipeline.QUARTER,
}

# ---------------------------------------------------------------- single values of other periods: why stands beside it
OTHERS: tuple[tuple[date, date, str, Fraction | float | int | None, str], ...] = (
    (date(2020, 1, 1), date(2021, 1, 1), "customers.end", None, "before the first row nothing is known"),
    (date(2020, 1, 1), date(2021, 1, 1), "revenue", None, "before the first row nothing is known"),
    (date(2020, 1, 1), date(2021, 1, 1), "active_customers", None, "before the first row nothing is known"),
    (date(2020, 1, 1), date(2021, 1, 1), "deals_lost", None, "before the first row nothing is known"),
    (date(2025, 11, 1), date(2025, 12, 1), "revenue", None, "after the last order nothing is known"),
    (date(2023, 4, 1), date(2023, 5, 1), "revenue", 0, "between two orders nothing was sold"),
    (date(2023, 4, 1), date(2023, 5, 1), "orders", 0, "between two orders nothing was sold"),
    (date(2023, 4, 1), date(2023, 5, 1), "customers.end", 0, "between two spells nobody is a customer"),
    (date(2025, 7, 2), date(2025, 7, 3), "deals_lost", 0, "an ordinary day"),
    (date(2025, 7, 3), date(2025, 7, 5), "complaint_rate", 0, "days without a complaint"),
    (date(2020, 1, 1), date(2021, 1, 1), "acquisition_rate.end", None, "nothing to divide by"),
    (date(2020, 1, 1), date(2021, 1, 1), "average_order_value", None, "nothing to divide by"),
    (date(2020, 1, 1), date(2021, 1, 1), "win_rate", None, "nothing to divide by"),
    (date(2020, 1, 1), date(2021, 1, 1), "nps", None, "nothing to divide by"),
    (date(2020, 1, 1), date(2021, 1, 1), "cac", None, "nothing to divide by"),
    (date(2022, 10, 1), date(2023, 1, 1), "churn_rate.cohort", None, "history began on 2022-01-05: too short"),
    (date(2022, 10, 1), date(2023, 1, 1), "customers.lost", None, "too short"),
    (date(2022, 10, 1), date(2023, 1, 1), "retention_rate.active", None, "too short"),
    (date(2022, 10, 1), date(2023, 1, 1), "customers.start", 3, "first_sale_ever, three_spells, contract_back…"),
    (date(2023, 1, 1), date(2023, 1, 5), "churn_rate.cohort", 0, "365 days after the first sale is long enough"),
    (date(2023, 1, 1), date(2023, 1, 4), "churn_rate.cohort", None, "one day less is not"),
    (date(2023, 1, 1), date(2023, 4, 1), "customers.lost", 3, "all three: nobody is seen a second year"),
    (date(2023, 1, 1), date(2023, 4, 1), "churn_rate.annualised", 1, "all of them leave"),
    (date(2023, 4, 1), date(2023, 5, 1), "churn_rate.cohort", None, "nobody at the start"),
    (date(2022, 1, 1), date(2026, 1, 1), "customers.returned", 6, "three_spells twice, and the four of the quarter"),
    (date(2024, 6, 1), date(2024, 6, 15), "customers.ended", 1, "three_spells, on 1 June 2024: a leap year"),
    (date(2025, 4, 1), date(2025, 7, 1), "first_response_hours.p90", Fraction("77.2"), "1, 2 and, in July, 96 hours"),
    *expected_business_hours.OTHERS,
    (date(2025, 8, 16), date(2025, 8, 17), "sales_growth.previous", None, "refund_of_earlier_sale: a base below zero"),
    (date(2025, 10, 1), date(2026, 1, 1), "csat.mean", None, "mixed scales"),
    (date(2025, 10, 1), date(2026, 1, 1), "csat.top2", Fraction(1, 2), "4 of 5; 8 of 10 is third best; 3 is short"),
    (date(2025, 10, 1), date(2026, 1, 1), "lead_conversion.matured", Fraction(1, 2), "at_midnight and just_matured"),
    (date(2025, 10, 1), date(2026, 1, 1), "lead_conversion.by_end", Fraction(3, 4), "young leads count here"),
    (date(2025, 10, 1), date(2026, 1, 1), "customers.new", 1, "midnight, on 1 October"),
    (date(2025, 10, 1), date(2026, 1, 1), "refund_rate", Fraction(500, 1600), "refund_after_period"),
    (date(2025, 10, 1), date(2026, 1, 1), "customers.lost", 2, "gone_on_closing_day, contract_ends_on_closing_day"),
    (date(2025, 10, 1), date(2025, 10, 2), "repeat_purchase_rate", 0, "closing_2 is one sale of two customers"),
    (date(2025, 10, 1), date(2025, 10, 11), "churn_rate.annualised", 1 - (21 / 23) ** 36.525, "by days: no grain"),
    *expected_answers.OTHERS,
    *expected_pipeline.OTHERS,
)

QUARTER |= expected_value.quarter(
    revenue=REVENUE,
    years=CUSTOMER_YEARS,
    margin=MARGIN,
    stay=1 - 1 / LIFETIME,
    profit=CLV * MARGIN,
    cac=Fraction(expected_marketing.SPENT, len(NEW)),
)
OTHERS += expected_value.OTHERS
for more in (expected_marketing, expected_programme, expected_adoption, expected_quality):
    QUARTER |= more.QUARTER
    OTHERS += more.OTHERS

# ---------------------------------------------------------------- spells: (started_on, first day not covered or None)
SPELLS: dict[str, list[tuple[date, date | None]]] = {
    "returned": [(date(2023, 8, 1), date(2024, 8, 1)), (date(2025, 7, 20), None)],  # the first over a leap day
    "three_spells": [
        (date(2022, 3, 1), date(2023, 3, 2)),
        (date(2023, 6, 1), date(2024, 6, 1)),
        (date(2024, 9, 15), date(2025, 9, 16)),
    ],
    "merge_new": [(date(2025, 2, 1), None)],
    "merge_old": [],
    "merge_mid": [],
    "deleted": [],
    "merged_into_deleted": [],
    "first_day": [(date(2025, 7, 1), None)],
    "bought_on_day_366": [(date(2024, 8, 10), None)],
    "bought_on_day_367": [(date(2024, 8, 10), date(2025, 8, 11)), (date(2025, 8, 12), None)],
    "gone_before_period": [(date(2024, 6, 29), date(2025, 6, 30))],
    "contract_touching": [(date(2024, 1, 1), None)],
    "contract_gap_of_a_day": [(date(2024, 1, 1), date(2025, 8, 1)), (date(2025, 8, 2), None)],
    "contract_ended_on_as_of": [(date(2025, 1, 15), None)],
    "contract_planned_end": [(date(2025, 3, 1), None)],
    "contract_starts_after_as_of": [],
    "contract_and_shop": [(date(2024, 5, 1), None)],
    "contained": [(date(2024, 1, 1), None)],
    "cancelled_at_once": [],
    "invoice_only": [(date(2025, 1, 1), date(2025, 6, 30))],
    "unknown": [(date(2025, 9, 15), None)],
    "prospect": [],
}

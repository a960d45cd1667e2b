"""What contracts, loyalty and revenue so far of the designed company are, by hand from the rows (names: tables/*.csv).

Of the third quarter of 2025 unless said otherwise.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

Number = Fraction | float | int | None

# ---------------------------------------------------------------- contracts
MONTHLY_AT_START = {  # of customers with a contract on 1 July; in_dollars has no rate
    "contract_touching": 100,
    "contract_gap_of_a_day": 100,
    "contained": 100,
    "contract_and_shop": 100,
    "contract_ends_on_closing_day": 100,
    "contract_ended_on_as_of": 100,
    "contract_ended_in_period": 100,
    "contract_planned_end": 100,
    "contract_handed_over": 100,  # the first ends on 1 July and still runs then, the second begins after it
    "contract_free_first": 0,
}
MONTHLY_AT_END_OF_THEM = {  # on 1 October
    "contract_touching": 150,
    "contract_gap_of_a_day": 100,
    "contained": 100,
    "contract_ends_on_closing_day": 100,
    "contract_ended_on_as_of": 100,
    "contract_planned_end": 100,
    "contract_handed_over": 200,  # the third begins on 1 October, after it
    "contract_free_first": 50,
}
MONTHLY_AT_END_OF_OTHERS = {"contract_back_after_years": 100, "bought_on_day_365": 70}  # no contract at the start
MONTHLY_LOST = {"contract_ended_in_period": 100}  # contract_and_shop has no contract left and is no lost customer

# ---------------------------------------------------------------- loyalty
TENURES = {  # days to 1 October since the running spell began
    "regular": 325,  # 10 November 2024
    "merge_new": 242,  # 1 February, under an older id
    "bought_on_day_365": 417,  # 10 August 2024
    "bought_on_day_366": 417,
    "bought_on_day_367": 50,  # 12 August, the second spell
    "gone_on_closing_day": 366,  # 30 September 2024; gone the day after
    "contract_touching": 639,  # 1 January 2024
    "contract_gap_of_a_day": 60,  # 2 August
    "contract_ended_on_as_of": 259,  # 15 January
    "contract_planned_end": 214,  # 1 March
    "contract_ends_on_closing_day": 365,  # 1 October 2024: a year to the day
    "contract_and_shop": 518,  # 1 May 2024
    "contained": 639,
    "contract_handed_over": 264,  # 10 January
    "contract_in_dollars": 233,  # 10 February
    "contract_free_first": 205,  # 10 March
    "first_day": 92,
    "closing_day": 21,
    "two_orders_same_day": 54,
    "foreign_order": 37,
    "unknown": 16,
    "returned": 73,  # 20 July, not since 2023
    "contract_back_after_years": 30,
}
TENURED = [name for name, days in TENURES.items() if days >= 365]
BOUGHT_IN_A_YEAR = {  # sales in the 365 days to 1 October; gone_closing of 30 September 2024 is a day too old
    "regular": 2,
    "merge_new": 3,
    "first_day": 1,
    "contract_and_shop": 1,
    "returned": 1,
    "two_orders_same_day": 2,
    "bought_on_day_365": 1,
    "bought_on_day_366": 1,
    "bought_on_day_367": 1,
    "closing_day": 1,
    "unknown": 1,
    "foreign_order": 1,
}
REPEAT = Fraction(sum(sales > 1 for sales in BOUGHT_IN_A_YEAR.values()), len(BOUGHT_IN_A_YEAR))
PROMOTERS = Fraction(2, 5)  # nps_10, nps_9 of five
STAYED = Fraction(len(TENURED), len(TENURES))

# ---------------------------------------------------------------- revenue so far, to 1 October
SO_FAR = {  # in TWD; foreign_order has paid in dollars alone
    "gone_before_period": 70 - 30,
    "gone_on_first_day": 80,
    "first_sale_ever": 100,
    "contract_back_after_years": 100,  # an invoice
    "bought_on_day_365": 100 + 100,
    "bought_on_day_366": 100 + 110,
    "bought_on_day_367": 100 + 120,
    "unknown": 220,
    "two_orders_same_day": 100 + 150,
    "closing_day": 300,  # closing_2 falls on 1 October
    "returned": 100 + 250,
    "contract_and_shop": 350,
    "gone_on_last_day": 400,
    "gone_on_closing_day": 450,
    "first_day": 500,  # its refund comes after
    "three_spells": 100 + 100 + 350,
    "regular": 1000 + 1000 - 200,
    "merge_new": 400 + 600 + 800,  # under three ids
    "invoice_only": 77 + 800 + 1200 - 100,
}
IN_ORDER = sorted(SO_FAR.values())
assert len(IN_ORDER) == 19
MEDIAN = IN_ORDER[9]  # the tenth of 19
TOP = sum(IN_ORDER[-2:])  # a tenth of 19 is 1.9: two customers


def quarter(
    *, revenue: int, years: Fraction, margin: Fraction, stay: Fraction, profit: Fraction, cac: Fraction
) -> dict[str, Number]:
    """The values of the quarter, from the parts that other KPIs have too; ``stay`` is the yearly retention."""
    yearly = revenue / years * margin
    return {
        "recurring_revenue": sum(MONTHLY_AT_END_OF_THEM.values()) + sum(MONTHLY_AT_END_OF_OTHERS.values()),
        "revenue_churn": Fraction(sum(MONTHLY_LOST.values()), sum(MONTHLY_AT_START.values())),
        "net_revenue_retention": Fraction(sum(MONTHLY_AT_END_OF_THEM.values()), sum(MONTHLY_AT_START.values())),
        "tenure_days": Fraction(sum(TENURES.values()), len(TENURES)),
        "loyalty_index": 100 * (REPEAT + PROMOTERS + STAYED) / 3,
        "loyalty_index.repeat": REPEAT,
        "loyalty_index.promoters": PROMOTERS,
        "loyalty_index.tenured": STAYED,
        "clv.discounted": yearly * sum((stay / Fraction("1.1")) ** year for year in range(5)),
        "clv.historical_mean": Fraction(sum(SO_FAR.values()), len(SO_FAR)),
        "clv.historical_median": MEDIAN,
        "clv.historical_top_decile_share": Fraction(TOP, sum(SO_FAR.values())),
        "clv_to_cac": profit / cac,
        "cac_payback_months": cac / (yearly / 12),
    }


OTHERS: tuple[tuple[date, date, str, Number, str], ...] = (
    (date(2020, 1, 1), date(2021, 1, 1), "recurring_revenue", None, "before the first contract nothing is known"),
    (date(2023, 4, 1), date(2023, 5, 1), "recurring_revenue", 0, "between two contracts nothing runs"),
    (date(2023, 4, 1), date(2023, 5, 1), "revenue_churn", None, "nothing to divide by"),
    (date(2023, 4, 1), date(2023, 5, 1), "net_revenue_retention", None, "nothing to divide by"),
    (date(2023, 4, 1), date(2023, 5, 1), "tenure_days", None, "nobody is a customer"),
    (date(2023, 1, 1), date(2023, 4, 1), "revenue_churn", 1, "back_1: all of it"),
    (date(2022, 10, 1), date(2023, 1, 1), "revenue_churn", None, "history too short"),
    (date(2022, 10, 1), date(2023, 1, 1), "loyalty_index.tenured", None, "history too short"),
    (date(2025, 7, 1), date(2025, 7, 2), "net_revenue_retention", Fraction(1000, 900), "handed over on 1 July"),
    (date(2025, 9, 30), date(2025, 10, 1), "revenue_churn", 0, "ends_on_closing_day still runs"),
    (date(2025, 10, 1), date(2026, 1, 1), "recurring_revenue", 1170, "handed over on 1 October to the third"),
    (date(2025, 11, 1), date(2025, 12, 1), "clv.historical_median", 300, "after the last order it stays as it is"),
    (date(2020, 1, 1), date(2021, 1, 1), "clv.historical_mean", None, "before the first row nothing is known"),
    (date(2025, 10, 1), date(2026, 1, 1), "loyalty_index.repeat", Fraction(3, 13), "regular_1 is more than a year old"),
)

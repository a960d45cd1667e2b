"""What the campaigns of the designed company did, worked out by hand from the rows (names: tables/*.csv)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

Number = Fraction | float | int | None


def names(text: str) -> tuple[str, ...]:
    """Names of rows, separated by spaces."""
    return tuple(text.split())


# ---------------------------------------------------------------- the third quarter of 2025, 1 July to 30 September
SPENT_ON_CAMPAIGNS = {"letter": 300, "phone": 80, "trial": 50}  # phone_in_dollars has no rate
SPENT = 1000 + 1400 + sum(SPENT_ON_CAMPAIGNS.values())  # first_day, last_day

REACHED = {  # people, each on the day of the first touch that reached them
    "letter": names("merge_new invoice_only midnight"),  # returned and first_day before the quarter; others not at all
    "phone": names("first_day merge_new closing_day regular foreign_order unknown two_orders_same_day"),
    "trial": names("bought_on_day_365 bought_on_day_367 closing_day never"),  # two were left alone
}
RESPONDED = {"letter": ["merge_new"], "phone": ["unknown"], "trial": []}
CONVERTED = {"letter": ["invoice_only"], "phone": ["regular"], "trial": ["bought_on_day_365", "never"]}
PEOPLE = sum(map(len, REACHED.values()))

MARGINS = {  # of the orders that a campaign reached its buyer before
    "on_first_day": 500 - 300,
    "returned_2": 250 - 150,
    "day_365_2": 100 - 40,
    "day_367_2": 120 - 60,
    "refund_of_earlier_sale": -200,
    "merge_3": 800 - 480,
    "closing_1": 300 - 200,
    "of_unknown": 220 - 100,
}
CREDITED = {  # campaign → orders, the campaign of the last and of the first touch; both have merge_3 at half when even
    "last": {
        "letter": names("on_first_day returned_2"),
        "phone": names("refund_of_earlier_sale merge_3 of_unknown"),
        "trial": names("day_365_2 day_367_2 closing_1"),
    },
    "first": {
        "letter": names("on_first_day returned_2 merge_3"),
        "phone": names("refund_of_earlier_sale of_unknown"),
        "trial": names("day_365_2 day_367_2 closing_1"),
    },
}


def roi(way: str, campaign: str) -> Fraction:
    """(margin − spend) ÷ spend of one campaign."""
    margin = sum(MARGINS[order] for order in CREDITED[way][campaign])
    return Fraction(margin, SPENT_ON_CAMPAIGNS[campaign]) - 1


ROI = Fraction(sum(MARGINS.values()), sum(SPENT_ON_CAMPAIGNS.values())) - 1
BY_CAMPAIGN = {
    "campaign_response": {c: Fraction(len(RESPONDED[c]), len(REACHED[c])) for c in REACHED},
    "campaign_conversion": {c: Fraction(len(CONVERTED[c]), len(REACHED[c])) for c in REACHED},
    "campaign_roi.last": {c: roi("last", c) for c in REACHED},
    "campaign_roi.first": {c: roi("first", c) for c in REACHED},
    "campaign_roi.even": {
        "letter": Fraction(200 + 100 + 160, 300) - 1,
        "phone": Fraction(-200 + 120 + 160, 80) - 1,
        "trial": roi("last", "trial"),
    },
    "leads_by_campaign": {"letter": 2, "phone": 1},  # of_deal and last_day; day_90
    "marketing_spend": {**SPENT_ON_CAMPAIGNS, None: 1000 + 1400},
}

QUARTER: dict[str, Number] = {
    "marketing_spend": SPENT,
    "campaign_response": Fraction(2, PEOPLE),
    "campaign_conversion": Fraction(4, PEOPLE),
    "campaign_roi.last": ROI,
    "campaign_roi.first": ROI,  # every order is credited once, however it is
    "campaign_roi.even": ROI,
    # treated 60 + 60 + 100 (closing_2 comes after the quarter); left alone 60, each of two standing for two of four
    "campaign_roi.uplift": Fraction(220 - 2 * 60 - 50, 50),
    "leads_by_campaign": 3,
    "cost_per_lead": Fraction(SPENT, 6),
}

OTHERS: tuple[tuple[date, date, str, Number, str], ...] = (
    (date(2025, 4, 1), date(2025, 7, 1), "campaign_conversion", 0, "three were reached"),
    (date(2025, 4, 1), date(2025, 7, 1), "campaign_roi.last", None, "no campaign cost anything yet"),
    (date(2025, 4, 1), date(2025, 7, 1), "marketing_spend", 888, "day_before"),
    (date(2024, 4, 1), date(2024, 7, 1), "marketing_spend", None, "before the first entry nothing is known"),
    (date(2025, 7, 2), date(2025, 7, 5), "marketing_spend", 0, "days on which nothing was spent"),
    (date(2025, 10, 1), date(2026, 1, 1), "campaign_roi.last", None, "nobody knows what closing_2 cost"),
    (date(2025, 10, 1), date(2026, 1, 1), "leads_by_campaign", 1, "at_midnight"),
    (date(2025, 8, 1), date(2025, 8, 11), "campaign_roi.uplift", Fraction(60 - 50, 50), "the control buys a day later"),
    (date(2025, 9, 1), date(2025, 10, 1), "campaign_roi.uplift", None, "nobody was left alone then"),
)

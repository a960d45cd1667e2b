"""By hand, from the rows: the opportunities open at the end, what became of the stages, and quotas."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

Q4 = (date(2025, 10, 1), date(2026, 1, 1))
AUGUST = (date(2025, 8, 1), date(2025, 9, 1))

OPEN = {  # amounts in TWD, of those that have one
    "open_deal": 7000,
    "won_on_closing_day": 5000,
    "lost_on_closing_day": 1,
    "open_from_contact": 200,
    "open_of_merged": 150,
    "open_in_dollars": None,
    "open_without_amount": None,
}
OPEN_AT_NEW_YEAR = {
    "open_deal": 7000,
    "open_from_contact": 200,
    "open_of_merged": 150,
    "open_on_closing_day": 900,
    "open_undated": 300,  # known to be there now, and only now
    "open_in_dollars": None,
    "open_without_amount": None,
}

FORWARD = {
    "prospect": ["won_with_contact", "won_from_lead", "lost_1", "open_deal", "won_without_amount"],
    "qualify": ["won_with_contact", "won_created_only"],
    "propose": [
        "won_with_contact",
        "won_from_lead",
        "won_on_closing_day",
        "won_no_contact_known",
        "won_without_close",
        "won_created_only",
    ],
    "renew": ["open_of_merged"],
}
NOT_FORWARD = {
    "prospect": ["lost_2"],
    "qualify": ["lost_1", "lost_2"],  # lost; back to prospect
    "propose": ["lost_3"],
    "renew": [],
}
UNDECIDED = {
    "prospect": ["closed_without_outcome"],  # and nobody knows of open_from_contact
    "qualify": ["open_deal"],  # nor of open_in_dollars
    "propose": ["open_without_amount", "open_of_merged"],
    "renew": ["open_from_contact"],
}

WON = 400 + 1000 + 2000 + 600 + 800  # won_at_midnight … won_no_contact_known
QUOTA = 1500 + Fraction(3680 * 92, 184) + 3000  # ann, half of bea's, team b
AUGUST_QUOTA = Fraction(1500 * 31, 92) + Fraction(3680 * 31, 184) + Fraction(3000 * 31, 92)

MEAN_AMOUNT = Fraction(WON, 5)
MEAN_DAYS = Fraction(5 + 10 + 20 + 20 + 40) / 6 + Fraction(61, 2) / 6  # see CYCLES in expected.py
Q4_DAYS = Fraction(30 * 24 - 1, 24)  # won_on_closing_day: 1 September 9:00 to 1 October 8:00

QUARTER = {
    "pipeline_value": sum(amount or 0 for amount in OPEN.values()),
    "pipeline_velocity": len(OPEN) * Fraction(7, 10) * MEAN_AMOUNT / MEAN_DAYS,
    "quota_attainment": Fraction(WON) / QUOTA,
    **{
        f"stage_conversion[{stage}]": Fraction(len(forward), len(forward) + len(NOT_FORWARD[stage]))
        for stage, forward in FORWARD.items()
    },
}
OTHERS = (
    (*Q4, "pipeline_value", sum(amount or 0 for amount in OPEN_AT_NEW_YEAR.values()), "open_undated counts now"),
    (date(2025, 7, 1), date(2025, 7, 2), "pipeline_value", 4001, "won_with_contact, lost_1, lost_2; lost_3 has none"),
    (date(2020, 1, 1), date(2021, 1, 1), "pipeline_value", None, "before the first row nothing is known"),
    (*Q4, "pipeline_velocity", len(OPEN_AT_NEW_YEAR) * Fraction(1, 2) * 5000 / Q4_DAYS, "one of two won, for 5000"),
    (date(2025, 12, 1), date(2026, 1, 1), "pipeline_velocity", None, "nothing was decided"),
    (*AUGUST, "quota_attainment", (600 + 800) / AUGUST_QUOTA, "31 of the 92 and 184 days"),
    (*Q4, "quota_attainment", Fraction(5000, 1840 + 8888), "the other half of bea's, team b"),
    (date(2025, 4, 1), date(2025, 7, 1), "quota_attainment", None, "before the first decision nothing is known"),
    (
        date(2025, 6, 1),
        date(2025, 8, 1),
        "quota_attainment",
        (400 + 1000 + 2000) / (Fraction(1300 * 30, 91) + AUGUST_QUOTA),
        "June of team a, then the owners; July has as many days as August",
    ),
    (*Q4, "stage_conversion[prospect]", 0, "lost_on_closing_day"),
    (*Q4, "stage_conversion[qualify]", None, "lost_2, reopened: undecided"),
)

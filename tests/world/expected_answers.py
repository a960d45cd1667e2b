"""By hand, from the rows: satisfaction of aspects, effort, invitations, and cases settled or left open."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

Q4 = (date(2025, 10, 1), date(2026, 1, 1))

SATISFIED = {"csat_5": 100, "csat_4": 75, "csat_3": 50, "csat_2": 25, "csat_1": 0, "csat_undated": 50}
RESPONDENTS = {  # the mean of each one's answers, rescaled
    "a": Fraction(100 + 50 + 100, 3),  # csi_quality, csi_price, csi_service (10 of 10)
    "b": 75,  # csi_half_quality; csi_half_price has no score
    "a of the other survey": 0,
    "regular on 5 August": Fraction(25 + 75, 2),
    "regular on 6 August": 100,  # csi_next_day
    "merge_new": Fraction(0 + 50, 2),
    "nobody": 100,
    "nobody again": 0,
}
EFFORT = {"ces_1": 1, "ces_4": 4}
ANSWERED = ["csat_5", "csat_4", "csat_3", "csat_1", "csat_undated", "csat_closing_day", "a", "b"]
NOT_ANSWERED = ["csat_unanswered", "c", "invited_at_midnight"]
AT_ONCE = ["opened_before", "quick", "nobody", "merged_1"]
NOT_AT_ONCE = ["complaint_1", "complaint_2", "bot"]  # two interactions; reopened; none. merged_2: nobody knows
OPEN = ["resolved_after", "no_response", "resolved_on_closing_day"]

QUARTER = {
    "csat.index": Fraction(sum(SATISFIED.values()), len(SATISFIED)),
    "csi": Fraction(sum(RESPONDENTS.values())) / len(RESPONDENTS),
    "ces.mean": Fraction(sum(EFFORT.values()), len(EFFORT)),
    "response_rate": Fraction(len(ANSWERED), len(ANSWERED) + len(NOT_ANSWERED)),
    "first_contact_resolution": Fraction(len(AT_ONCE), len(AT_ONCE) + len(NOT_AT_ONCE)),
    "open_cases": len(OPEN),
}
OTHERS = (
    (*Q4, "csat.index", Fraction(75 + Fraction(700, 9) + 100) / 3, "4 of 5, 8 of 10 and 3 of 3: scales may differ"),
    (*Q4, "csi", 0, "csi_closing_day"),
    (*Q4, "ces.mean", None, "mixed scales"),
    (*Q4, "response_rate", 1, "csat_ten, csat_three"),
    (date(2025, 6, 29), date(2025, 7, 1), "response_rate", 1, "csat_2, answered on 1 July"),
    (date(2025, 4, 1), date(2025, 7, 1), "first_contact_resolution", None, "nobody noted what was reopened"),
    (date(2025, 7, 3), date(2025, 7, 4), "first_contact_resolution", 1, "opened_before: its interaction was in June"),
    (date(2025, 6, 1), date(2025, 6, 28), "first_contact_resolution", None, "before the first interaction"),
    (date(2025, 4, 1), date(2025, 7, 1), "open_cases", 2, "opened_before, resolved_on_closing_day"),
    (date(2025, 12, 1), date(2026, 1, 1), "open_cases", 1, "no_response"),
    (date(2020, 1, 1), date(2021, 1, 1), "open_cases", None, "before the first row nothing is known"),
)

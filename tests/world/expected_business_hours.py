"""Response and resolution times in business hours, by hand: Monday to Friday, 9 to 12 and 13 to 18, in Taiwan."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

RESPONSES = {  # of the third quarter; bot and no_response have none
    "quick": 1,
    "merged_1": 2,
    "complaint_1": 3,
    "merged_2": 3,  # 9 to 13, over lunch
    "complaint_2": 0,  # a Saturday
    "resolved_after": 0,  # 29 September, a holiday
    "nobody": 0,  # a Sunday
}
RESOLUTIONS = {
    "bot": 2,
    "quick": 3,
    "merged_1": 5,
    "merged_2": 7,
    "complaint_2": 0,
    "nobody": 0,  # from Sunday to 5 on Monday
    "complaint_1": 8,  # from 9 to 9 on the day after
    "opened_before": 24,  # from Saturday to 9 on Thursday
}
QUARTER: dict[str, Fraction | float | int | None] = {
    "first_response_hours.business_median": 2,  # 0, 0, 0, 1, 2, 3, 3, and two that wait for ever
    "first_response_hours.business_p90": None,
    "first_response_hours.business_mean": Fraction(sum(RESPONSES.values()), len(RESPONSES)),
    "resolution_hours.business_median": Fraction(3 + 5, 2),
    "resolution_hours.business_mean": Fraction(sum(RESOLUTIONS.values()), len(RESOLUTIONS)),
    "resolution_hours.business_p90": 8 + Fraction(3, 10) * (24 - 8),  # place 0.9 × 7 = 6.3, from 0
}

# Of January and February, with Spring Festival from Saturday 25 January to Sunday 2 February; all resolved at once.
FESTIVAL_RESPONSES = {
    "at_lunch": 0,
    "before_opening": Fraction(1, 2),  # 9 to half past 9
    "into_make_up_day": Fraction(3, 4),  # half an hour on Friday, a quarter on Saturday
    "after_closing": 1,  # 9 to 10 on the day after
    "over_lunch": 1,  # half an hour on each side
    "on_make_up_day": Fraction(3, 2),
    "across_festival": 2,  # 17 to 18 on Friday 24 January, 9 to 10 on Monday 3 February
}
_MEAN = Fraction(sum(FESTIVAL_RESPONSES.values())) / len(FESTIVAL_RESPONSES)
_FROM, _TO = date(2025, 1, 20), date(2025, 3, 1)
_ONE_DAY = (date(2025, 1, 21), date(2025, 1, 22))
_MAKE_UP_DAY = (date(2025, 2, 8), date(2025, 2, 9))

OTHERS: tuple[tuple[date, date, str, Fraction | float | int | None, str], ...] = (
    (_FROM, _TO, "first_response_hours.business_median", 1, "the fourth of seven"),
    (_FROM, _TO, "first_response_hours.business_p90", Fraction("1.7"), "place 0.9 × 6 = 5.4, from 0"),
    (_FROM, _TO, "first_response_hours.business_mean", _MEAN, "all seven"),
    (_FROM, _TO, "resolution_hours.business_median", 1, "the fourth of seven"),
    (_FROM, _TO, "resolution_hours.business_mean", _MEAN, "all seven"),
    (_FROM, _TO, "resolution_hours.business_p90", Fraction("1.7"), "place 5.4"),
    (*_ONE_DAY, "first_response_hours.business_mean", Fraction(3, 4), "before_opening and after_closing"),
    (*_MAKE_UP_DAY, "first_response_hours.business_mean", Fraction(3, 2), "on_make_up_day alone"),
)

"""How the CRM of the designed company was used, worked out by hand from the rows (names: tables/*.csv)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

Number = Fraction | float | int | None

# ---------------------------------------------------------------- the third quarter of 2025, 1 July to 30 September
LICENSED = ["ann", "bea", "cem", "dan", "eli", "gil", "ida"]
ACTIONS = {"ann": 3, "dan": 1, "gil": 1, "ida": 3}
ACTIVE_DAYS = {"ann": 2, "dan": 1, "gil": 1, "ida": 2}
FEATURES = {"ann": 2, "dan": 0, "gil": 1, "ida": 2}
WITH_COURSES = ["ann", "bea", "cem", "dan", "eli", "gil"]
TRAINED = ["ann", "eli"]

QUARTER: dict[str, Number] = {
    "adoption_rate": Fraction(len(ACTIONS), len(LICENSED)),
    "features_per_user": Fraction(sum(FEATURES.values()), len(FEATURES)),
    "actions_per_day": Fraction(sum(ACTIONS.values()), sum(ACTIVE_DAYS.values())),
    "training_rate": Fraction(len(TRAINED), len(WITH_COURSES)),
}

OTHERS: tuple[tuple[date, date, str, Number, str], ...] = (
    (date(2024, 1, 1), date(2024, 4, 1), "adoption_rate", None, "before the first action nothing is known"),
    (date(2025, 11, 1), date(2025, 12, 1), "adoption_rate", None, "after the last action nothing is known"),
    (date(2025, 10, 1), date(2026, 1, 1), "adoption_rate", Fraction(1, 7), "cem; gil and fay are gone, hoa has come"),
    (date(2025, 7, 4), date(2025, 7, 6), "actions_per_day", None, "days on which nobody worked"),
    (date(2025, 7, 4), date(2025, 7, 6), "adoption_rate", 0, "days on which nobody worked"),
    (date(2025, 10, 1), date(2026, 1, 1), "training_rate", Fraction(3, 6), "ann, cem and eli; hoa not yet"),
    (date(2024, 1, 1), date(2024, 4, 1), "training_rate", None, "before the first course nothing is known"),
    (date(2025, 11, 1), date(2025, 12, 1), "training_rate", Fraction(3, 6), "what was learnt stays"),
)

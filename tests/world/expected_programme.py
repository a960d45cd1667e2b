"""What the CRM of the designed company was worth, worked out by hand from the rows (names: tables/investment.csv)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from scipy.optimize import brentq

Number = Fraction | float | int | None

# ---------------------------------------------------------------- everything before 1 October 2025
COST = 1000 + 600 + 100  # licence, implementation, maintenance; in_dollars has no rate
BENEFIT = 900 + 800 + 300  # sales, efficiency, last_day; brand and market have no price
FLOWS = {  # years since 1 January 2024 → amount
    Fraction(0): -1000,
    Fraction(182, 366): -600,
    Fraction(1): 900,
    1 + Fraction(181, 365): 800 - 100,
    1 + Fraction(272, 365): 300,
}
LAST = 1 + Fraction(272, 365)


def worth(rate: float) -> float:
    """Σ flow ÷ (1 + rate)^years."""
    return sum(amount / (1 + rate) ** float(years) for years, amount in FLOWS.items())


GROWN = sum(amount * 1.1 ** float(LAST - years) for years, amount in FLOWS.items() if amount > 0)
PAID = sum(-amount / 1.1 ** float(years) for years, amount in FLOWS.items() if amount < 0)

QUARTER: dict[str, Number] = {
    "crm_roi.net": Fraction(BENEFIT - COST, COST),
    "crm_roi.gross": Fraction(BENEFIT, COST),
    "crm_npv": worth(0.1),
    "crm_irr": brentq(worth, 0, 1, xtol=1e-14),  # the signs change once: there is no other
    "crm_mirr": (GROWN / PAID) ** float(1 / LAST) - 1,
    "crm_payback": 12 * (1 + Fraction(181, 365)),  # −1000, −1600, −700, 0: covered to the last dollar
}

OTHERS: tuple[tuple[date, date, str, Number, str], ...] = (
    (date(2023, 10, 1), date(2024, 1, 1), "crm_npv", None, "before the first entry nothing is known"),
    (date(2023, 10, 1), date(2024, 1, 1), "crm_roi.net", None, "before the first entry nothing is known"),
    (date(2024, 1, 1), date(2024, 4, 1), "crm_roi.net", -1, "nothing but the licence"),
    (date(2024, 1, 1), date(2024, 4, 1), "crm_npv", -1000, "on its own day"),
    (date(2024, 1, 1), date(2024, 4, 1), "crm_irr", None, "a cost alone has no rate"),
    (date(2024, 1, 1), date(2024, 4, 1), "crm_mirr", None, "a cost alone has no rate"),
    (date(2025, 4, 1), date(2025, 7, 1), "crm_payback", None, "700 are still missing"),
    (date(2025, 4, 1), date(2025, 7, 1), "crm_roi.gross", Fraction(900, 1600), "all that came before counts"),
    (date(2025, 10, 1), date(2026, 1, 1), "crm_roi.gross", Fraction(BENEFIT + 4000, COST), "what is planned does not"),
)

"""Errors in how new the data are; more of them stand in test_freshness.py and tests/quality/test_arrivals.py."""

from __future__ import annotations

from crmeter.model.populations import arrivals
from tests.world.planting import Planted, swap

QUALITY = (
    Planted(
        "the oldest event says how new the data are",
        swap(arrivals.arrival_rows, (", arrival.newest_at)", ", arrival.first_at)")),
        "freshness_hours[company]",
        "just_matured",
    ),
)

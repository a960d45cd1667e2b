"""Improvement plans: drafted, registered, watched, verified and kept."""

from __future__ import annotations

from typing import Any

from crmeter.app.settings import Workspace


def for_evaluation(workspace: Workspace) -> list[dict[str, Any]]:
    """Every plan as plain values, first to last: id, title, state, kpi, kind, owner, start, end (the day after the
    last), unit, currency, and of its latest verification verdict, effect, low, high, money, deviations (empty or None
    before there is one), verified_at; ``learning`` says what a verified plan teaches: {kpi, kind, do, by, change, low,
    high, relative}, None before."""
    return []

"""What users do in the CRM: the days on which they really worked with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crmeter.kernel.expressions import ir
from crmeter.model.rules import Rules

Tables = Mapping[str, ir.Table]

IDLE_ACTIONS = ("login", "logout")  # nothing is done by these alone


def action_days(tables: Tables, rules: Rules, as_of: date) -> ir.Table:
    """One row per user, day and feature with meaningful actions before ``as_of``, and how many they were.

    Meaningful are the actions the workspace lists, else all but coming and going.
    """
    usage = tables["usage"]
    action = usage.action.strip().lower()
    if rules.meaningful_actions:
        meant = action.isin([name.strip().lower() for name in rules.meaningful_actions])
    else:
        meant = action.notin(IDLE_ACTIONS)
    usage = usage.filter(usage.on < as_of, meant)
    return usage.group_by("user_id", "feature", on=usage.on).agg(actions=usage.count().cast("int64"))

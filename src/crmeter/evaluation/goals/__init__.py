"""Goals: one KPI, a scope, a target and a period, each of the five letters of SMART checked; and how they stand."""

from crmeter.evaluation.goals.goal import Goal, Kind, Wish
from crmeter.evaluation.goals.progress import GoalState, state

__all__ = ["Goal", "GoalState", "Kind", "Wish", "state"]

"""Goals of a workspace: set, followed and closed."""

from __future__ import annotations

from collections.abc import Sequence

from crmeter.app.settings import Workspace
from crmeter.evaluation.goals import Goal

__all__ = ["open_goals"]


def open_goals(workspace: Workspace, scope: Sequence[str] | None = None) -> tuple[Goal, ...]:
    """The goals that are not closed, of one scope (filters as they are written) where one is given."""
    return ()

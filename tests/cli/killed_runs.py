"""A process that does what is due and is killed (kill -9) at one of its steps. Started by test_schedule."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from crmeter.app import running
from crmeter.app.settings import open_workspace
from crmeter.delivery import mail
from crmeter.store.deliveries import DeliveryStore
from crmeter.store.schedules import ScheduleStore

#: every step that leaves something behind, inside the process or outside of it
STEPS = ((DeliveryStore, "interrupted"), (ScheduleStore, "begin"), (ScheduleStore, "finish"),
         (DeliveryStore, "take"), (mail, "send"), (DeliveryStore, "settle"))  # fmt: skip


def run(folder: str, now: str, killed_at: int) -> None:
    """Do what is due; killed before (odd) or after (even) the step of that number."""
    reached = 0

    def watched(step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal reached
            reached += 1
            if reached == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)
            found = step(*given, **named)
            reached += 1
            if reached == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        return call

    for owner, name in STEPS:
        setattr(owner, name, watched(getattr(owner, name)))
    running.run_due(open_workspace(Path(folder), {}), now=datetime.fromisoformat(now))

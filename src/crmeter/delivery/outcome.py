"""What came of handing a message over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """``failed``: certainly not delivered, may be tried again. ``refused``: certainly not, and never will be as it is.
    ``unknown``: it may have arrived, so it must not be sent again without somebody looking."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """``note`` says what the other side said or what went wrong; it holds no secret."""

    result: Result
    note: str = ""

"""What a report needs to know of a KPI beside its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Card(Protocol):
    """A KPI in words, in the language of the report."""

    @property
    def name(self) -> str: ...

    @property
    def question(self) -> str: ...

    @property
    def caution(self) -> str: ...

    @property
    def formula(self) -> str:
        """The formula in words: ``lost customers ÷ customers at the start``."""
        ...


@dataclass(frozen=True)
class BareCard:
    """Stands in for a KPI that the catalogue no longer has: an old evaluation can still be read."""

    name: str
    question: str = ""
    caution: str = ""
    formula: str = ""

"""What a report needs to know of a KPI beside its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Action(Protocol):
    """What to do when a KPI is low, high, rising or falling."""

    @property
    def kind(self) -> str: ...

    @property
    def do(self) -> str: ...


class Card(Protocol):
    """A KPI in words, in the language of the report."""

    @property
    def name(self) -> str: ...

    @property
    def question(self) -> str: ...

    @property
    def shows(self) -> str: ...

    @property
    def reading(self) -> str:
        """How to read it, with a number."""
        ...

    @property
    def caution(self) -> str: ...

    def actions_when(self) -> Mapping[str, Sequence[Action]]:
        """The actions by what calls for them: low, high, falling, rising."""
        ...

    @property
    def formula(self) -> str:
        """The formula in words: ``lost customers ÷ customers at the start``."""
        ...


@dataclass(frozen=True)
class BareCard:
    """Stands in for a KPI that the catalogue no longer has: an old evaluation can still be read."""

    name: str
    question: str = ""
    shows: str = ""
    reading: str = ""
    caution: str = ""
    formula: str = ""

    def actions_when(self) -> Mapping[str, Sequence[Action]]:
        """None is known."""
        return {}

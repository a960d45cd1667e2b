"""The problems found in one mapping, each said with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from crmeter.ingest.mapping.syntax import Node, Place, Text
from crmeter.kernel.errors import Problem, raise_if_any
from crmeter.kernel.messages import t


@dataclass
class Faults:
    """What is wrong with one mapping, in the order in which it was found."""

    text: Text
    found: list[tuple[Place, Problem]] = field(default_factory=list)

    def add(self, where: Place | Node, what: str, why: str = "", next: str = "") -> None:
        """One more problem, at a place or at a node of the syntax tree."""
        place = where if isinstance(where, Place) else self.text.place_of(where)
        problem = Problem(f"{place}: {what}", why, next)
        if (place, problem) not in self.found:
            self.found.append((place, problem))

    def raise_all(self) -> None:
        """Raise one UserError with all of them, from the top of the file down, if there are any."""
        ordered = sorted(self.found, key=lambda entry: (entry[0].line, entry[0].column))
        raise_if_any(problem for _, problem in ordered)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The spelling among ``known`` that ``word`` most likely meant.

    >>> nearest("ordres", ["orders", "customers"])
    'orders'
    """
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to try instead of an unknown ``word``: its nearest spelling, else what there is (at most 20 names)."""
    names = sorted(known)
    close = nearest(word, names)
    if close:
        return t('Did you mean "{name}"?', name=close)
    if not names:
        return ""
    shown = ", ".join(f'"{name}"' for name in names[:20]) + (", …" if len(names) > 20 else "")
    return t("There are: {names}.", names=shown)

"""The change of a KPI by its factors: each factor's part, in the unit of the KPI, and the parts sum to the change."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from crmeter.analysis.drivers.tree import Node
from crmeter.metrics.formulas import View
from crmeter.stats.decomposition import Coalition, Game, within


@dataclass(frozen=True)
class Factor:
    """A factor before and now (None where undefined), and its ``part`` in the change. The parts of its children sum to
    its own."""

    node: Node
    before: float | None
    now: float | None
    children: tuple[Factor, ...] = ()
    part: float = math.nan

    def as_json(self, change: float) -> dict[str, Any]:
        """Plain values, words in the language of the moment."""
        return {
            "kpi": self.node.kpi,
            "name": self.node.words(),
            "unit": self.node.unit and str(self.node.unit),
            "before": self.before,
            "now": self.now,
            "part": self.part,
            "share_of_change": self.part / change if change else None,
            "children": [child.as_json(change) for child in self.children],
        }


def factors(tree: Node, before: View, now: View, values: tuple[float, float]) -> Factor | None:
    """The parts of the change from ``values[0]`` to ``values[1]``; None where the tree does not come out at these, or
    where nothing of it is defined at both ends."""
    whole = _measured(tree, before, now)
    for own, value in zip((whole.before, whole.now), values, strict=True):
        if own is None or not math.isclose(own, value, rel_tol=1e-9, abs_tol=1e-12):
            return None
    together = _together(whole)
    folded = replace(together, children=tuple(replace(child, children=()) for child in together.children))
    for shown in (together, folded):
        leaves: list[Factor] = []
        _collect(shown, leaves)
        try:
            return _with_parts(shown, _game(shown, leaves), leaves) if shown.children else None
        except ArithmeticError:  # some factors as now and the others as before make no value
            continue
    return None


def _measured(node: Node, before: View, now: View) -> Factor:
    children = tuple(_measured(child, before, now) for child in node.children)
    return Factor(node, node.value(before), node.value(now), children)


def _together(factor: Factor) -> Factor:
    """What is undefined at one end is left whole in what is defined at both: no basket where nobody bought."""
    if any(None in (child.before, child.now) for child in factor.children):
        return replace(factor, children=())
    return replace(factor, children=tuple(_together(child) for child in factor.children))


def _collect(factor: Factor, leaves: list[Factor]) -> None:
    if not factor.children:
        leaves.append(factor)
    for child in factor.children:
        _collect(child, leaves)


def _places(factor: Factor, leaves: list[Factor]) -> Coalition:
    own: list[Factor] = []
    _collect(factor, own)
    return frozenset(i for i, leaf in enumerate(leaves) if any(leaf is each for each in own))


def _game(whole: Factor, leaves: list[Factor]) -> Game:
    def value(factor: Factor, changed: Coalition) -> Any:
        if not factor.children:
            place = next(i for i, leaf in enumerate(leaves) if leaf is factor)
            return factor.now if place in changed else factor.before
        found = factor.node.made([value(child, changed) for child in factor.children])
        if found is None:
            raise ArithmeticError(factor.node.words())
        return found

    return lambda changed: value(whole, changed)


def _with_parts(factor: Factor, game: Game, leaves: list[Factor]) -> Factor:
    """``factor`` with its part and those of all below it."""
    groups = [_places(child, leaves) for child in factor.children]
    everyone: Coalition = frozenset().union(*groups) if groups else _places(factor, leaves)
    part = game(everyone) - game(frozenset())
    children = tuple(_with_parts(child, within(game, groups, i), leaves) for i, child in enumerate(factor.children))
    return replace(factor, part=part, children=children)

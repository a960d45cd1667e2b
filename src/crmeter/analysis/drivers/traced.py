"""A KPI that also measures what its tree needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmeter.analysis.drivers.tree import Node
from crmeter.metrics import Kpi
from crmeter.metrics.formulas import Formula


class _Traced:
    """A formula that also measures what its tree needs."""

    def __init__(self, formula: Formula, tree: Node | None) -> None:
        self._formula = formula
        extra = tree.every_measure() if tree else ()
        self.measures = tuple(dict.fromkeys((*formula.measures, *extra)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._formula, name)


def traced(kpi: Kpi, tree: Node | None) -> Kpi:
    """The KPI with the measures of its tree beside its own."""
    return replace(kpi, formula=_Traced(kpi.formula, tree))

"""Every KPI measured by the engine, under the names that the independent SQL gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crmeter.kernel.period import Period
from crmeter.metrics import Kpi, Measurement, Request, Value, measure
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse


class Measured:
    """The values of some KPIs; those that always have a row a stage stand under ``stage_conversion[prospect]``."""

    def __init__(self, warehouse: Warehouse, rules: Rules, kpis: Sequence[Kpi], periods: Sequence[Period]) -> None:
        self._kpis = {kpi.id: kpi for kpi in kpis}
        plain = [kpi for kpi in kpis if not kpi.always_by]
        together = measure(warehouse, rules, Request(plain, periods))
        self._found: dict[str, Measurement] = {kpi.id: together for kpi in plain}
        for kpi in kpis:
            if kpi.always_by:
                self._found[kpi.id] = measure(warehouse, rules, Request([kpi], periods, (kpi.always_by,)))
        for found in self._found.values():  # read while the warehouse is open
            _ = found.warehouse.load, found.warehouse.coverage, found.warehouse.sells_without_contract
            _ = found.warehouse.stage_order

    def value(self, name: str, period: Period) -> Value:
        """The value of ``win_rate`` or of ``stage_conversion[prospect]``."""
        kpi_id, group = re.fullmatch(r"([^\[]*)(?:\[(.*)\])?", name).groups()  # type: ignore[union-attr]
        kpi = self._kpis[kpi_id]
        return self._found[kpi_id].value(kpi, period, kpi.always_by, tuple(group.split("/")) if group else ())

    def values(self, period: Period) -> dict[str, Value]:
        """All of them in a period."""
        found: dict[str, Value] = {}
        for kpi in self._kpis.values():
            names = [f"[{'/'.join(map(str, group))}]" for group in self._groups(kpi, period)] or [""]
            found |= {kpi.id + name: self.value(kpi.id + name, period) for name in names if name or not kpi.always_by}
        return found

    def _groups(self, kpi: Kpi, period: Period) -> list[tuple[str | None, ...]]:
        return self._found[kpi.id].groups(kpi, period, kpi.always_by) if kpi.always_by else []

"""Effects: whether what was done changed what it should, by a design written down before.

>>> from crmeter.analysis import effects
>>> [name for name in ("design", "detectable", "verify") if hasattr(effects, name)]
['design', 'detectable', 'verify']
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.analysis.effects import checks, detection, verification
from crmeter.analysis.effects.designs import Counted, Design, read_design
from crmeter.analysis.effects.detection import Detection
from crmeter.analysis.effects.verification import Verification
from crmeter.kernel.errors import UserError, raise_if_any
from crmeter.kpis.catalogue import BUILT_IN, Catalogue
from crmeter.metrics import Kpi
from crmeter.model.rules import Rules
from crmeter.warehouse.duck import Warehouse

__all__ = ["Counted", "Design", "Detection", "Verification", "design", "detectable", "verify"]


def design(written: Mapping[str, Any], warehouse: Warehouse, rules: Rules, catalogue: Catalogue = BUILT_IN) -> Design:
    """The design that plain values say, checked. UserError with everything that is wrong with it."""
    found = read_design(written)
    raise_if_any(checks.problems(found, _kpi(found, catalogue), warehouse, rules))
    return found


def detectable(warehouse: Warehouse, rules: Rules, design: Design, catalogue: Catalogue = BUILT_IN) -> Detection:
    """The smallest effect that the design can show, and what it would take to show its minimum effect: by running it on
    the history before its start, where nothing was done."""
    kpi = _kpi(design, catalogue)
    return detection.detect(warehouse, rules, design, kpi, checks.good_direction(design, kpi, rules))


def verify(warehouse: Warehouse, rules: Rules, design: Design, catalogue: Catalogue = BUILT_IN) -> Verification:
    """The effect by the registered method, its placebos, and the verdict."""
    kpi = _kpi(design, catalogue)
    return verification.run(warehouse, rules, design, kpi, checks.good_direction(design, kpi, rules))


def _kpi(design: Design, catalogue: Catalogue) -> Kpi:
    found = catalogue.find(design.kpi)
    if found is None:
        raise UserError(catalogue.unknown(design.kpi))
    return found

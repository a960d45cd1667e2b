"""How an error is planted: one small change to the code of a function of ours, for the length of one test."""

from __future__ import annotations
import __future__

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pytest

from crmeter.kpis import CATALOGUE
from crmeter.metrics import Kpi
from crmeter.metrics.formulas import Formula
from crmeter.model.cells import CELL_COLUMNS

Plant = Callable[[pytest.MonkeyPatch], None]
QUARTER = (date(2025, 7, 1), date(2025, 10, 1))


@dataclass(frozen=True)
class Planted:
    """An error somebody could make. ``kpi`` over ``period`` catches it, because of ``row``.

    ``derives``: whether it changes what is derived at loading (spells, who is who), not what is measured; or which of
    the derived tables.
    """

    error: str
    plant: Plant
    kpi: str
    row: str
    period: tuple[date, date] = QUARTER
    derives: bool | tuple[str, ...] = False


def swap(function: Callable[..., Any], *changes: tuple[str, str]) -> Plant:
    """Replace pieces of the source of ``function``, wherever it is referred to from."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        source = textwrap.dedent(inspect.getsource(function))
        source = re.sub(r"\A(@.*\n)+", "", source)  # what decorates it stays as it is
        for old, new in changes:
            assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {function.__qualname__}"
            source = source.replace(old, new)
        code = compile(source, f"<planted in {function.__name__}>", "exec", __future__.annotations.compiler_flag, True)
        made: dict[str, Any] = {}
        exec(code, function.__globals__, made)
        monkeypatch.setattr(function, "__code__", made[function.__name__].__code__)

    return plant


def both(*plants: Plant) -> Plant:
    """An error that takes several changes."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        for each in plants:
            each(monkeypatch)

    return plant


def swap_property(owner: type, name: str, *changes: tuple[str, str]) -> Plant:
    """Replace pieces of the source of a property; where it was worked out before, it is worked out anew."""
    found = inspect.getattr_static(owner, name)
    function = found.func if isinstance(found, cached_property) else found.fget
    assert inspect.isfunction(function)

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        swap(function, *changes)(monkeypatch)
        monkeypatch.setattr(owner, name, property(function))

    return plant


def formula(kpi_id: str, wrong: Formula) -> Plant:
    """Compute a KPI by another formula."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        kpi = next(kpi for kpi in CATALOGUE if kpi.id == kpi_id)
        other = replace(kpi, formula=wrong)
        worked_out = [name for name, value in vars(Kpi).items() if isinstance(value, cached_property)]
        for name in ("formula", *worked_out):  # what is worked out of it goes with it
            monkeypatch.setitem(vars(kpi), name, getattr(other, name))

    return plant


def cell(name: str, value: Callable[[Any], Any]) -> Plant:
    """Compute a column of the customer cells in another way."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        wrong = replace(CELL_COLUMNS[name], value=value)
        monkeypatch.setitem(CELL_COLUMNS, name, wrong)  # type: ignore[arg-type]

    return plant

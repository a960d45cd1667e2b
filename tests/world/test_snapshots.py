"""The snapshot of the designed company: every value of the catalogue as measuring gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from crmeter.app import snapshots
from crmeter.app.measuring import measure
from crmeter.app.ready import Ready
from crmeter.app.settings import Workspace
from crmeter.kernel.period import Grain
from crmeter.kpis import FAMILIES
from crmeter.kpis.catalogue import Catalogue
from crmeter.snapshots.snapshot import Answered, Snapshot, write
from tests.world.same import same

NUMBERS = ("value", "numerator", "denominator", "low", "high")
SEGMENT = ("customer.segment",)


def made(
    workspace: Workspace, window: Mapping[Grain, int], recent: Mapping[Grain, int], split: Sequence[str]
) -> tuple[list[Answered], Snapshot]:
    """What a snapshot was made of, and that snapshot. Of few periods, for each costs time."""
    seen: list[Answered] = []

    def watched(place: object, key: object, about: object, answers: Sequence[Answered]) -> None:
        seen.extend(answers)
        write(place, key, about, answers)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "WINDOW", window)
        patch.setattr(snapshots, "RECENT", recent)
        patch.setattr(snapshots, "write", watched)
        asked = replace(workspace, dimensions=tuple(split))
        told = snapshots.make(asked, again=True)
        assert told["made"] and told["answers"] == len(seen)
        assert not snapshots.make(asked)["made"]  # it holds just that
    found = Ready(workspace).snapshot()
    assert found is not None
    snapshots.remove(workspace)  # who opened it reads on
    return seen, found


def agree(measured: Sequence[Answered], snapshot: Snapshot, workspace: Workspace) -> None:
    """What was measured stands there bit for bit, and is what somebody measures who asks for one period alone. Hours
    and the like are added up by several threads in no fixed order, so that a number may differ in its last digits from
    one measurement to the next; nothing else may."""
    for each in measured:
        held = snapshot.answer(each.kpi, each.period, each.by)
        assert held is not None and json.dumps(json.loads(held)) == json.dumps(each.values)
    for period, by in sorted({(each.period, tuple(each.by)) for each in measured}):
        ids = [each.kpi for each in measured if (each.period, each.by) == (period, by)]
        asked = measure(workspace, ids, start=period.start, end=period.end, grain=period.grain, by=by)
        found = [value for id in ids for value in json.loads(snapshot.answer(id, period, by) or "")]
        assert len(found) == len(asked) > 0
        for one, other in zip(found, asked, strict=True):
            assert list(one) == list(other)
            for name in one:
                alike = same(one[name], other[name]) if name in NUMBERS else one[name] == other[name]
                assert alike, (one["kpi"], by, name)


def test_every_value_of_the_catalogue_is_as_measured(workspace: Workspace) -> None:
    measured, snapshot = made(workspace, {Grain.QUARTER: 0}, {}, ("no_such",))
    assert {each.kpi for each in measured} == {kpi.id for kpi in workspace.catalogue.kpis}
    assert sum(value["value"] is not None for each in measured for value in each.values) > 40
    agree(measured, snapshot, workspace)


def test_values_by_a_dimension_are_as_measured(workspace: Workspace) -> None:
    """Of amounts, rates and quantiles: those of two families, which every kind of scan is made for."""
    few = {"customers": FAMILIES["customers"][:4], "service": FAMILIES["service"][:8]}
    asked = replace(workspace, own_kpis=Catalogue(few))
    measured, snapshot = made(asked, {Grain.QUARTER: 1}, {Grain.QUARTER: 0}, SEGMENT)
    assert {each.by for each in measured} == {(), SEGMENT} and any(len(each.values) > 1 for each in measured)
    agree(measured, snapshot, asked)

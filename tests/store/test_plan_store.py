"""Plans in the store: their states, what the database refuses, two who do the same thing at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crmeter.improvement.states import State
from crmeter.kernel.errors import UserError
from crmeter.store.plans import Done, PlanStore

AT = "2025-10-01T08:00:00Z"
VERIFICATION = {"number": 1, "at": AT, "load": 3, "verdict": "improved", "checksum": "c"}


def done(action: str, **details: object) -> Done:
    return Done(action, "Lin", AT, details)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.db"


@pytest.fixture
def store(path: Path) -> PlanStore:
    return PlanStore(f"sqlite:///{path}")


def test_a_plan_goes_through_its_states_and_all_of_it_is_remembered(store: PlanStore) -> None:
    plan = store.add({"title": "Help"}, "Lin", AT)
    assert (plan.id, plan.state, plan.registration) == ("P1", State.DRAFT, None)
    store.change("P1", done("registered"), content={"title": "Help!"}, registration={"seal": 1})
    store.change("P1", done("started", on="2025-11-01"))
    store.change("P1", done("step", number=1))
    store.change("P1", done("verified"), verification=VERIFICATION)
    plan = store.change("P1", done("closed", note="done"))
    assert plan.state is State.CLOSED
    assert (plan.content, plan.registration) == ({"title": "Help!"}, {"seal": 1})
    assert [(e.number, e.action) for e in plan.history] == list(
        enumerate(["drafted", "registered", "started", "step", "verified", "closed"], start=1)
    )
    again = store.change("P1", done("verified"), verification={**VERIFICATION, "number": 2, "load": 4})
    assert again.state is State.CLOSED  # held to later data, and still closed
    assert [v["load"] for v in again.verifications] == [3, 4]


@pytest.mark.parametrize("action", ["started", "verified", "closed", "step", "monitored"])
def test_what_the_state_does_not_allow_is_refused_and_changes_nothing(store: PlanStore, action: str) -> None:
    store.add({"title": "Help"}, "Lin", AT)
    with pytest.raises(UserError, match="draft"):
        store.change("P1", done(action))
    assert [event.action for event in store.get("P1").history] == ["drafted"]


def test_an_unknown_plan_names_the_nearest(store: PlanStore) -> None:
    store.add({}, "Lin", AT)
    with pytest.raises(UserError, match="The nearest is P1"):
        store.get("P11")


def test_ids_count_on_past_ten(store: PlanStore) -> None:
    assert [store.add({}, "Lin", AT).id for _ in range(11)][-2:] == ["P10", "P11"]
    assert [plan.id for plan in store.list()][-2:] == ["P10", "P11"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE plan SET registration = '{\"seal\":2}'",
        "UPDATE plan SET content = '{}'",
        "DELETE FROM plan",
        "UPDATE plan_event SET who = 'Wang' WHERE number = 2",
        "DELETE FROM plan_event WHERE number = 2",
        "INSERT OR REPLACE INTO plan_event VALUES ('P1', 2, 'x', 'x', 'x', '{}')",
        "UPDATE plan_verification SET verdict = 'worse'",
        "DELETE FROM plan_verification",
        "INSERT OR REPLACE INTO plan_verification VALUES ('P1', 1, 'x', 9, 'worse', '{}', 'c')",
    ],
)
def test_what_was_sealed_cannot_be_changed_by_sql(store: PlanStore, path: Path, change: str) -> None:
    store.add({"title": "Help"}, "Lin", AT)
    store.change("P1", done("registered"), registration={"seal": 1})
    store.change("P1", done("started"))
    store.change("P1", done("verified"), verification=VERIFICATION)
    before = store.get("P1")
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.Error):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(change)
    assert store.get("P1") == before


def test_of_two_who_register_at_once_one_does(store: PlanStore) -> None:
    store.add({}, "Lin", AT)

    def register(who: str) -> str:
        try:
            store.change("P1", Done("registered", who, AT, {}), registration={"by": who})
        except UserError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(register, ["Lin", "Wang", "Chen", "Hu"]))
    assert found == ["done", "refused", "refused", "refused"]
    assert len(store.get("P1").history) == 2

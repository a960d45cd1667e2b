"""What was known at each load can be told at any later time: against a plain dictionary of the same story."""

from __future__ import annotations

from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.model.table import Table
from crmeter.model.tables.quota import QUOTA
from crmeter.model.tables.task import TASK
from crmeter.warehouse import schema
from crmeter.warehouse.history import known_at, merge

Rows = dict[Any, tuple[str, str | None]]  # key → (source, content)

SOURCES = ("a", "b")


def stage(con: duckdb.DuckDBPyConnection, table: Table, rows: Rows, place: int) -> None:
    """Put ``rows`` where merge finds them; where they stand in their file differs from load to load."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in table.stored)
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged ({columns}, _source VARCHAR, _file VARCHAR, _row BIGINT)")
    for number, (key, (source, content)) in enumerate(rows.items(), place):
        named = dict(zip(KEYS[table.name], key, strict=True)) | {CONTENT[table.name]: content}
        names = ", ".join(f'"{name}"' for name in named)
        marks = ", ".join("?" * len(named))
        con.execute(
            f"INSERT INTO staged ({names}, _source, _file, _row) VALUES ({marks}, ?, ?, ?)",
            [*named.values(), source, f"{place}.csv", number],
        )


KEYS = {"task": ("task_id",), "quota": ("owner_id", "team")}
CONTENT = {"task": "owner_id", "quota": "currency"}


def known(con: duckdb.DuckDBPyConnection, table: Table, load: int) -> Rows:
    keys = ", ".join(KEYS[table.name])
    rows = con.execute(f"SELECT {keys}, _source, {CONTENT[table.name]} FROM {known_at(con, table, load)}").fetchall()
    found = {row[:-2]: (row[-2], row[-1]) for row in rows}
    assert len(found) == len(rows), "a key is known twice"
    return found


@st.composite
def stories(draw: st.DrawFn, keys: list[Any]) -> list[tuple[list[str], Rows]]:
    """Loads: the sources that each covers, and the rows that each of them delivers."""
    story = []
    for _ in range(draw(st.integers(1, 6))):
        covered = draw(st.sampled_from([["a"], ["b"], ["a", "b"]]))
        contents = st.tuples(st.sampled_from(covered), st.sampled_from([None, "x", "y"]))
        story.append((covered, draw(st.dictionaries(st.sampled_from(keys), contents, max_size=len(keys)))))
    return story


def tell(table: Table, story: list[tuple[list[str], Rows]]) -> None:
    con = duckdb.connect()
    schema.create(con)
    states: list[Rows] = [{}]
    for load, (covered, given_rows) in enumerate(story, 1):
        before = states[-1]
        others = {key: row for key, row in before.items() if row[0] not in covered}
        rows = {key: row for key, row in given_rows.items() if key not in others}
        stage(con, table, rows, load)
        counts = merge(con, table, "staged", load, covered)
        for source in covered:
            own = {key for key, row in rows.items() if row[0] == source}
            was = {key: row for key, row in before.items() if row[0] == source}
            count = counts[source]
            assert count.unchanged == sum(was.get(key) == rows[key] for key in own)
            assert count.changed == sum(key in was and was[key] != rows[key] for key in own)
            assert count.accepted == len(own) - count.unchanged
            assert count.gone == len(set(was) - own)
        states.append({**others, **rows})
        again = merge(con, table, "staged", load + 100, covered)
        assert all((c.accepted, c.changed, c.gone) == (0, 0, 0) for c in again.values())
    for load, state in enumerate(states):
        assert known(con, table, load) == state
    con.close()


@settings(max_examples=25)
@given(stories([("1",), ("2",), ("3",)]))
def test_any_story_can_be_told_again(story: list[tuple[list[str], Rows]]) -> None:
    tell(TASK, story)


@settings(max_examples=15)
@given(stories([("ann", "North"), ("ann", None), (None, "North"), (None, None)]))
def test_parts_of_a_joint_key_may_be_missing(story: list[tuple[list[str], Rows]]) -> None:
    tell(QUOTA, story)


def test_a_row_that_returns_is_new_and_its_absence_stays_known() -> None:
    con = duckdb.connect()
    schema.create(con)
    ann: Rows = {("1",): ("a", "ann")}
    for load, rows in enumerate([ann, {}, ann], 1):
        stage(con, TASK, rows, load)
        merge(con, TASK, "staged", load, ["a"])
    assert [known(con, TASK, load) for load in range(4)] == [{}, ann, {}, ann]
    assert con.execute("SELECT _load, _until FROM history.task").fetchall() == [(1, 2)]

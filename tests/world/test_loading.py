"""What ingest makes of the designed company's files: the same rows as written, spells, horizon, account."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from crmeter.app.settings import Workspace
from crmeter.model.tables import BY_NAME
from crmeter.warehouse.duck import Warehouse
from tests.world import expected
from tests.world.rows import AS_OF, FOLDER, loaded, read

TABLES = sorted(path.stem for path in FOLDER.glob("*.csv"))


@pytest.mark.parametrize("table", [*TABLES, "arrival"])
def test_rows_are_loaded_as_they_were_written(warehouse: Warehouse, table: str) -> None:
    columns = ", ".join(f'"{name}"' for name, _ in BY_NAME[table].stored)
    select = f'SELECT {columns} FROM main."{table}" ORDER BY ALL'
    with loaded() as by_hand:
        written = by_hand.execute(select).fetchall()
    # ingest takes the spaces around a text away; rows that come without ingest may keep them
    trimmed = [tuple(cell.strip() if isinstance(cell, str) else cell for cell in row) for row in written]
    assert warehouse.execute(select) == trimmed


def test_the_horizon_is_the_day_after_the_newest_event_and_no_planned_date(warehouse: Warehouse) -> None:
    assert warehouse.load.as_of == AS_OF


def test_history_starts_with_the_first_sale_and_no_invoice(warehouse: Warehouse) -> None:
    assert warehouse.load.history_start == date(2022, 1, 5)


@pytest.mark.parametrize("customer", sorted(expected.SPELLS))
def test_spells(warehouse: Warehouse, customer: str) -> None:
    found = warehouse.execute(
        "SELECT started_on, ended_on, number FROM derived.spell WHERE customer_id = ? ORDER BY started_on", [customer]
    )
    assert found == [(*spell, number) for number, spell in enumerate(expected.SPELLS[customer], start=1)]


def test_everything_read_is_accepted_and_the_unknown_customer_is_counted(workspace: Workspace) -> None:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        read_rows = dict(con.execute('SELECT "table", read FROM meta.load_table').fetchall())
        refused = con.execute("SELECT count(*) FROM meta.quarantine").fetchone()
        implied = con.execute("SELECT count FROM meta.note WHERE kind = 'implied_customers'").fetchall()
    assert read_rows == {table: len(read(table)) for table in TABLES}
    assert refused == (0,)
    assert implied == [(1,)]

"""A warehouse of another version is said to be one, and the next load derives its tables anew."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from crmeter.app.ingesting import ingest
from crmeter.app.measuring import measure
from crmeter.app.settings import open_workspace
from crmeter.kernel.errors import UserError


def test_other_derived_tables_are_said_and_made_anew(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "orders.csv").write_text("id,who,day,amount\n1,ann,2025-03-01,10\n", "utf-8")
    (tmp_path / "mappings" / "shop").mkdir(parents=True)
    select = "SELECT id AS order_id, who AS customer_id, day AS ordered_at, amount, 'TWD' AS currency, 'sale' AS kind"
    (tmp_path / "mappings" / "shop" / "order.sql").write_text(f"{select} FROM orders", "utf-8")
    workspace = '[workspace]\nname = "w"\ncurrency = "TWD"\ntimezone = "UTC"\n'
    settings = f'{workspace}[sources.shop]\nkind = "files"\npath = "exports/*"\n'
    (tmp_path / "crmeter.toml").write_text(settings, "utf-8")
    opened = open_workspace(tmp_path)
    first = ingest(opened)
    with duckdb.connect(str(opened.warehouse)) as con:
        con.execute("ALTER TABLE derived.spell DROP COLUMN spells")
        con.execute("UPDATE derived.format SET format = 0")
    with pytest.raises(UserError, match="another version"):
        measure(opened, ["orders"], period="2025-03")
    second = ingest(opened)
    assert (second.is_new, second.load) == (True, first.load + 1)
    [value] = measure(opened, ["orders"], period="2025-03")
    assert value["value"] == 1
    assert not ingest(opened).is_new

"""A report of ads as a real connector writes it, from ``crmeter new`` to spend by channel.

The witness is the file, added up by the standard library.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crmeter.app.founding import found
from crmeter.app.ingesting import ingest
from crmeter.app.settings import open_workspace

from .workspace import by, one

WHOLE = {"start": date(2025, 1, 1), "end": date(2026, 1, 1)}


def test_a_report_of_ads_is_spend_by_channel(tmp_path: Path, shared_data: Path) -> None:
    report = shared_data / "marketing_spend" / "ad_report_schema.csv"
    spent: dict[str, Decimal] = defaultdict(Decimal)
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        spent[row["platform"]] += Decimal(row["spend"])
    found(tmp_path / "ads", [report], currency="USD", timezone="UTC")
    opened = open_workspace(tmp_path / "ads", {})
    read = {count.table: (count.read, count.accepted) for count in ingest(opened).tables}
    assert read["spend"] == (len(rows), len(rows))
    assert read["campaign"] == (len({row["campaign_id"] for row in rows}),) * 2
    assert one(opened, "marketing_spend", **WHOLE)["value"] == pytest.approx(float(sum(spent.values())), abs=1e-9)
    told = {name: value["value"] for name, value in by(opened, "marketing_spend", "channel", **WHOLE).items()}
    assert told == pytest.approx({name: float(amount) for name, amount in spent.items()}, abs=1e-9)

"""Alerts that were given are kept, and written over as they go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from crmeter.store.alerts import AlertStore, StoredAlert

ALERT = StoredAlert(
    "nps", "month", date(2025, 10, 1), "below", 5.0, date(2025, 10, 1), None, {"2025-10-01": {"p": 0.001}}
)


def test_kept_and_written_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    AlertStore(url).keep(ALERT)
    over = replace(ALERT, ended_on=date(2025, 12, 1), documents={**ALERT.documents, "2025-12-01": {"p": 0.4}})
    AlertStore(url).keep(over)
    assert AlertStore(url).list("month") == (over,)
    assert AlertStore(url).list("week") == ()

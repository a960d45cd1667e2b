"""crmeter forecast and crmeter alerts, on a company whose sales have a season and break off in its last month."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmeter.app.composing import compose
from crmeter.app.settings import open_workspace
from crmeter.app.settings.workspace import RecipientSettings
from crmeter.cli.main import run
from tests.cli.conftest import Call, write_company

MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024, 2025) for month in range(1, 13)]
SALES = {month: 20 + (10 if month.endswith("-11") else 0) + place * place % 5 for place, month in enumerate(MONTHS)}


@pytest.fixture(scope="module")
def seasonal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each month 20 to 24 orders of 100, 10 more in November; in December 2025 only 4."""
    folder = write_company(tmp_path_factory.mktemp("seasonal"))
    rows = ["id,customer,day,amount,kind"]
    for month, count in {**SALES, "2025-12": 4}.items():
        rows += [f"{month}-{n},{1 + n % 2},{month}-{1 + n % 28:02d},100,sale" for n in range(count)]
    rows.append("last,1,2025-12-31,100,sale")
    (folder / "exports" / "orders.csv").write_text("\n".join(rows) + "\n", "utf-8")
    assert run(["ingest", "-C", str(folder)]) == 0
    return folder


def test_json(crmeter: Call, seasonal: Path) -> None:
    answer = crmeter("forecast", "orders", "-C", seasonal, "--periods", "2", "--format", "json")
    found = json.loads(answer.out)
    (series,) = found["series"]
    assert answer.code == 0 and len(series["forecast"]) == 2
    for row in series["forecast"]:
        assert 0 <= row["low_95"] <= row["low_80"] <= row["value"] <= row["high_80"] <= row["high_95"]
    models = {trial["model"]: trial for trial in series["backtest"]["models"]}
    assert {"seasonal_naive", "last"} <= set(models) and models[series["baseline"]]["against_baseline"] == 1
    assert series["history"][-1]["value"] == 5 and series["forecast"][0]["start"] == "2026-01-01"


def test_table_chart_and_refusals(crmeter: Call, seasonal: Path, loaded: Path, tmp_path: Path) -> None:
    answer = crmeter("forecast", "orders", "-C", seasonal, "--periods", "1", "--lang", "zh-Hant")
    assert answer.code == 0 and "80% 區間" in answer.out and "MASE" in answer.out and "January" not in answer.out
    drawn = tmp_path / "orders.svg"
    assert crmeter("forecast", "orders", "-C", seasonal, "--periods", "1", "--format", "chart", "-o", drawn).code == 0
    assert drawn.read_text("utf-8").startswith("<svg")
    short = crmeter("forecast", "revenue", "-C", loaded)
    assert short.code == 1 and "it needs 21 periods with a value" in short.err
    assert "cannot be forecast" in crmeter("forecast", "orders", "-C", seasonal, "--periods", "99").err


def test_an_alert_is_told_once(crmeter: Call, seasonal: Path, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    shutil.copytree(seasonal, folder)
    with (folder / "crmeter.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[alerts]\nkpis = ["orders", "revenue"]\n')
    found = json.loads(crmeter("alerts", "-C", folder, "--format", "json").out)
    assert {alert["kpi"] for alert in found["alerts"]} == {"orders", "revenue"}
    orders = next(alert for alert in found["alerts"] if alert["kpi"] == "orders")
    assert (orders["kind"], orders["verdict"], orders["value"]) == ("new", "worse", 5) and orders["low"] > 5
    again = json.loads(crmeter("alerts", "-C", folder, "--format", "json").out)
    assert again["alerts"] == [] and {each["kpi"] for each in again["ongoing"]} == {"orders", "revenue"}
    quiet = crmeter("alerts", "-C", folder, "--period", "2025-11")
    assert quiet.code == 0 and "Nothing new" in quiet.out  # November is high each year
    assert crmeter("alerts", "-C", folder, "--period", "2026-01").code == 1


def test_an_alert_is_sent_once_to_whom_it_concerns(seasonal: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(seasonal, tmp_path / "watched"))
    with (folder / "crmeter.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[alerts]\nkpis = ["orders"]\n')
    here, now = open_workspace(folder, {}), datetime(2026, 1, 2, tzinfo=UTC)
    document = {"what": "alerts", "language": "en"}
    boss, service = (RecipientSettings(name, "mail", audience=name) for name in ("sales", "service"))
    draft = compose(here, document, boss, frozenset(), now)
    assert draft is not None and draft.subject == "Acme: alerts (1)" and "Orders is 5 in December 2025" in draft.text
    assert compose(here, document, boss, frozenset(draft.about), now) is None
    assert compose(here, document, service, frozenset(), now) is None  # orders are not for service
    # somebody looked at the alerts before (they were just now): it is still sent to whom it was not
    again = compose(here, document, boss, frozenset(), now)
    assert again is not None and again.about == draft.about

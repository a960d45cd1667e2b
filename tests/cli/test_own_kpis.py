"""A composed KPI is one like any other on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call, write_company

OWN = """
[kpis.spend_per_buyer]
ratio = ["revenue", "buyers"]
unit = "money"
better = "up"
name = { en = "Spend per buyer", zh-Hant = "每位買家營收" }
question = "What does a buyer spend?"

[targets.spend_per_buyer]
value = 200
"""


def test_it_is_measured_listed_explained_and_evaluated(crmeter: Call, tmp_path: Path) -> None:
    company = write_company(tmp_path / "acme")
    with (company / "crmeter.toml").open("a", encoding="utf-8") as settings:
        settings.write(OWN)
    assert crmeter("ingest", "-C", company).code == 0
    words = ("kpi", "spend_per_buyer", "-C", company, "--period", "2025-Q3", "--format", "json")
    [value] = json.loads(crmeter(*words).out)
    # in the third quarter Ann bought 100 and 200, Bob 50
    assert (value["value"], value["numerator"], value["denominator"], value["n"]) == (175, 350, 2, 2)
    assert value["currency"] == "TWD" and value["status"] == "small_sample" and len(value["definition"]) == 12
    # two customers of 300 and 50: the error of their mean is that of two values, 125
    assert round(value["high"] - value["value"], 1) == 245.0  # 1.96 × 125
    [vip] = [v for v in json.loads(crmeter(*words, "--by", "segment").out) if v["by"]["segment"] == "vip"]
    assert vip["value"] == 300
    [bob] = json.loads(crmeter(*words, "--where", "segment != 'vip'").out)
    assert bob["value"] == 50
    assert "每位買家營收" in crmeter("kpi", "spend_per_buyer", "-C", company, "--lang", "zh-Hant").out
    listed = json.loads(crmeter("kpis", "-C", company, "--family", "own", "--format", "json").out)
    assert [kpi["id"] for kpi in listed] == ["spend_per_buyer"]
    explained = crmeter("kpi", "explain", "spend_per_buyer", "-C", company)
    assert explained.code == 0 and "customers with at least one sale" in explained.out and "SQL" not in explained.out
    assert crmeter("evaluate", "-C", company, "--period", "2025-Q4").code == 0
    document = json.loads(crmeter("report", "2025-Q4-1", "-C", company, "--format", "json").out)
    [judged] = [kpi for kpi in document["kpis"] if kpi["kpi"] == "spend_per_buyer"]
    assert judged["family"] == "own" and judged["comparisons"]["target"]["target"] == 200
    assert "Spend per buyer" in crmeter("report", "2025-Q4-1", "-C", company, "--format", "md").out
    near = crmeter("kpi", "spend_per_buyr", "-C", company)
    assert near.code == 1 and "spend_per_buyer" in near.err


def test_elsewhere_there_is_none(crmeter: Call, company: Path) -> None:
    assert crmeter("kpi", "explain", "spend_per_buyer", "-C", company).code == 1
    assert crmeter("kpis", "-C", company, "--family", "own").code == 1

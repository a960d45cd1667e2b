"""crmeter cohorts on the small company: Ann and Bob come in July and August 2025 and are followed to the end of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


def test_table_and_json(crmeter: Call, loaded: Path) -> None:
    answer = crmeter("cohorts", "--measure", "revenue", "--format", "json", "-C", loaded)
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    # July: Ann, 100, then 200 more in September, 400 in October, 1 in December; August: Bob, 50, 50 back in November
    assert [(c["cohort"], c["customers"], [cell["value"] for cell in c["cells"]]) for c in found["cohorts"]] == [
        ("2025-07", 1, [100, 100, 300, 700, 700, 701]),
        ("2025-08", 1, [50, 50, 50, 0, 0]),
    ]
    assert [cell["period_value"] for cell in found["cohorts"][0]["cells"]] == [100, 0, 200, 400, 0, 1]
    # (100 + 50) ÷ 2, + 0, + (200 + 0) ÷ 2, + 400 ÷ 2, + (0 − 50) ÷ 2, + 1 of July alone
    assert [each["value"] for each in found["all"]] == [75, 75, 175, 350, 350, 351]
    assert all(c["may_be_older"] and c["status"] == "small_sample" for c in found["cohorts"])
    said = crmeter("cohorts", "-C", loaded).out
    assert "July 2025 °" in said and "1 *" in said and "The data begins on 2025-07-01" in said


def test_rows_and_charts(crmeter: Call, loaded: Path, tmp_path: Path) -> None:
    answer = crmeter("cohorts", "--by", "quarter", "--format", "csv", "-C", loaded)
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [(row["cohort"], row["age"], row["value"], row["status"]) for row in rows] == [
        ("2025-Q3", "0", "1.0", "small_sample"),
        ("2025-Q3", "1", "1.0", "small_sample"),
    ]
    picture = crmeter("cohorts", "--by", "quarter", "--format", "chart", "--lang", "zh-Hant", "-C", loaded).out
    assert picture.startswith("<svg") and "沒有同期群與其他同期群的差異超出隨機波動" in picture
    assert "2025 年第 3 季" in picture and "100%" in picture


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--where", "segment = none"], "There are no customers to follow."),
        (["--where", "segmnt = vip"], "cannot be split or filtered by “segmnt”"),
    ],
)
def test_what_cannot_be_followed_is_said(crmeter: Call, loaded: Path, words: list[str], said: str) -> None:
    answer = crmeter("cohorts", *words, "-C", loaded)
    assert answer.code == 1 and said in answer.err

"""KPIs composed in crmeter.toml are checked when it is read: everything wrong at once, with the nearest spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmeter.app.settings import Workspace, open_workspace
from crmeter.kernel.errors import UserError
from crmeter.kpis import CATALOGUE

LEAST = '[workspace]\ncurrency = "TWD"\ntimezone = "Asia/Taipei"\n'
RATIO = """
[kpis.complaints_per_order]
ratio = ["complaints", "orders"]
unit = "ratio"
better = "down"
name = { en = "Complaints per order", zh-Hant = "每單客訴數" }
question = "How many complaints come with an order?"
synonyms = ["CPO"]
minimum_sample = 50
"""


def opened(folder: Path, text: str) -> Workspace:
    (folder / "crmeter.toml").write_text(LEAST + text, "utf-8")
    return open_workspace(folder, {})


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        opened(folder, text)
    return [str(problem) for problem in caught.value.problems]


def test_a_workspace_without_any_has_the_built_in_catalogue(tmp_path: Path) -> None:
    assert opened(tmp_path, "").catalogue.kpis == CATALOGUE


def test_a_composed_kpi_stands_beside_the_others(tmp_path: Path) -> None:
    catalogue = opened(tmp_path, RATIO).catalogue
    assert catalogue.kpis[:-1] == CATALOGUE
    kpi = catalogue.kpis[-1]
    assert (kpi.id, str(kpi.unit), str(kpi.better), kpi.minimum_sample) == ("complaints_per_order", "ratio", "down", 50)
    assert catalogue.find("CPO") is kpi and catalogue.find("每單客訴數") is kpi
    assert catalogue.family_of[kpi.id] == "own"


def test_a_language_that_is_not_given_falls_back(tmp_path: Path) -> None:
    catalogue = opened(tmp_path, RATIO).catalogue
    names = [catalogue.card("complaints_per_order", lang).name for lang in ("zh-Hant", "zh-Hans", "en")]
    assert names == ["每單客訴數", "每單客訴數", "Complaints per order"]
    card = catalogue.card("complaints_per_order", "zh-Hans")
    assert card.question.endswith("?") and "÷" in card.formula and card.math == "Σ complaints ÷ Σ purchases"
    assert card.as_json()["sql"] == "" and card.example and card.inputs.keys() >= {"case", "order"}


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """
        [kpis.Bad]
        ratio = ["complaint", "orders"]
        unit = "ratios"
        better = "lower"
        name = { fr = "Non" }
        [kpis.none]
        unit = "count"
        better = "up"
        name = "None"
        question = "?"
        [kpis.both]
        sum = ["orders", "deals_wonn"]
        difference = ["orders"]
        unit = "count"
        better = "up"
        name = "Both"
        question = "?"
        [kpis.typo]
        ratio = ["complaint", "order"]
        unit = "ratio"
        better = "up"
        name = "Typo"
        question = "?"
        [kpis.mixed]
        sum = ["revenue", "orders"]
        unit = "money"
        better = "up"
        name = "Mixed"
        question = "?"
        [kpis.each]
        ratio = ["revenue", "orders"]
        unit = "ratio"
        better = "up"
        name = "Each"
        question = "?"
        [kpis.orders]
        ratio = ["revenue", "revenue"]
        unit = "ratio"
        better = "up"
        name = "Taken"
        question = "?"
        """,
    )
    for place, said in (
        ("“Bad”", "lower-case"),
        ("[kpis.Bad] unit", "“ratio”"),
        ("[kpis.Bad] better", "up, down, none"),
        ("[kpis.Bad] name", "zh-Hant"),
        ("[kpis.Bad] question is missing", ""),
        ("[kpis.none] needs one of ratio, sum, difference, and has 0", "Write for example"),
        ("[kpis.both] difference", "two names"),
        ("no KPI or measure “complaint”", "“complaints”"),
        ("no KPI or measure “order”", "“orders”"),
        ("no KPI or measure “deals_wonn”", "“deals_won”"),
        ("“orders” is in count; the KPI is to be in money", ""),
        ("[kpis.each]", 'unit = "money"'),
        ("[kpis.orders]: there is a KPI or a measure of this name already", ""),
        ("[kpis.orders]: the same is named twice", ""),
    ):
        assert any(place in problem and said in problem for problem in found), (place, found)


def test_kpis_made_of_one_another_are_told(tmp_path: Path) -> None:
    text = "".join(
        f'[kpis.{one}]\nratio = ["{other}", "orders"]\nunit = "ratio"\nbetter = "up"\nname = "x"\nquestion = "?"\n'
        for one, other in (("first", "second"), ("second", "first"))
    )
    [problem] = problems(tmp_path, text)
    assert "first, second are made of one another" in problem


def test_no_expression_is_run(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, RATIO.replace('"orders"', '"orders + 1; DROP TABLE main.customer"'))
    assert "no KPI or measure" in problem

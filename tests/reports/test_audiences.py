"""Five readers, five selections: each sees its KPIs, its findings and the answers to its questions."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.reports.audiences import AUDIENCES, among
from crmeter.reports.renderers import render
from crmeter.reports.sections import SECTIONS
from tests.reports import sample
from tests.reports.page import parse

KPIS = Path(__file__).parents[2] / "src" / "crmeter" / "kpis"


def catalogue() -> set[str]:
    """Every id of the catalogue, read from its files."""
    found = set()
    for path in KPIS.glob("*/*.texts.toml"):
        measure = path.name.removesuffix(".texts.toml")
        variants = tomllib.loads(path.read_text("utf-8"))
        found |= {measure if variant == "value" else f"{measure}.{variant}" for variant in variants}
    return found


@pytest.mark.parametrize("name", AUDIENCES)
def test_what_an_audience_names_is_in_the_catalogue_and_is_shown(name: str) -> None:
    audience, ids = AUDIENCES[name], catalogue()
    families = {path.name for path in KPIS.iterdir() if path.is_dir()}
    assert set(audience.families) <= families
    assert set(audience.without) <= {section.name for section in SECTIONS} - {"findings", "scorecard", "opening"}
    family = {path.name.removesuffix(".texts.toml"): path.parent.name for path in KPIS.glob("*/*.texts.toml")}
    for measure in (*audience.measures, *(m for question in audience.questions for m in question.measures)):
        matching = [kpi for kpi in ids if among(kpi, (measure,))]
        assert matching, f"{measure} is no KPI"
        assert all(audience.shows(kpi, family[kpi.partition(".")[0]]) for kpi in matching), f"{measure} is not shown"


@pytest.mark.parametrize("name", AUDIENCES)
def test_a_report_for_an_audience_is_cut_to_it(name: str) -> None:
    cut = json.loads(render(sample.document(), "json", "en", sample.cards("en"), name))
    whole = sample.document()
    shown = {kpi["kpi"] for kpi in cut["kpis"]}
    assert shown == {k["kpi"] for k in whole["kpis"] if AUDIENCES[name].shows(k["kpi"], k["family"])}
    assert {finding["kpi"] for finding in cut["findings"]} == {f["kpi"] for f in whole["findings"]} & shown
    assert set(cut["texts"]["kpis"]) == shown
    told = render(whole, "md", "en", sample.cards("en"), name).decode()
    ids = [kpi["kpi"] for kpi in whole["kpis"]]
    assert {kpi for kpi in ids if f"`{kpi}`" in told} == shown
    for question in AUDIENCES[name].questions:
        with speaking("en"):
            asked = question.ask()
        answerable = question.answer or any(among(kpi, question.measures) for kpi in shown)
        assert (f"### {asked}\n" in told) is bool(answerable), asked


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_opening_page_answers_in_words_and_numbers(lang: str) -> None:
    told = render(sample.document(), "md", lang, sample.cards(lang), "management").decode()
    with speaking(lang):
        title, actions = SECTIONS[0].title(), AUDIENCES["management"].questions[-2].ask()
        opening = told.partition(f"## {title}\n")[2].partition("\n## ")[0]
    assert sample.cards(lang)["churn_rate.cohort"].name in opening and "6.2%" in opening
    assert opening.count("\n### ") >= 6 and "NT$49,871,789" in opening
    advised = [action.do for when in ("rising", "high") for action in
               sample.cards(lang)["churn_rate.cohort"].told.get(when, ())]  # fmt: skip
    assert any(do in opening.partition(actions)[2] for do in advised), "churn rose, its card says what to do"


def test_links_of_a_page_without_definitions_lead_somewhere() -> None:
    page = parse(render(sample.document(), "html", "en", sample.cards("en"), "management").decode())
    ids = {element.attributes["id"] for element in page.all() if "id" in element.attributes}
    assert {link.attributes["href"][1:] for link in page.all("a")} <= ids
    assert not [e for e in page.all("section") if e.attributes.get("id") == "definitions"]


@pytest.mark.parametrize("name", ["wang@example.com", "Ann <a.b@c.co>", "0912-345-678", "+886912345678", "13912345678"])
def test_what_looks_like_a_person_is_not_told(name: str) -> None:
    told = render(sample.document(member=name), "md", "en", sample.cards("en")).decode()
    assert name not in told and "(personal, not shown)" in told


@pytest.mark.parametrize("name", ["VIP@2025", "2025-10-01", "12345678901234", "South"])
def test_other_names_are_told(name: str) -> None:
    assert name in render(sample.document(member=name), "md", "en", sample.cards("en")).decode()

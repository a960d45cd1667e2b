"""Every KPI has its complete card in three languages, and what the card says fits what the KPI counts."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest

from crmeter.kernel.messages import LANGUAGES
from crmeter.kpis import CATALOGUE, FAMILY_OF
from crmeter.kpis.cards import card, cards
from crmeter.kpis.texts import IncompleteCard, missing, read, texts
from crmeter.metrics import Better, Kpi, Unit

BY_ID = {kpi.id: kpi for kpi in CATALOGUE}
CHURN = BY_ID["churn_rate.cohort"]
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@pytest.fixture(params=CATALOGUE, ids=lambda kpi: kpi.id)
def kpi(request: pytest.FixtureRequest) -> Kpi:
    found: Kpi = request.param
    return found


def test_every_kpi_has_its_complete_card_in_every_language(kpi: Kpi) -> None:
    assert list(missing(kpi, read(FAMILY_OF[kpi.id], kpi.measure).get(kpi.variant, {}))) == []


def test_as_many_cards_as_kpis_and_languages() -> None:
    found = {(kpi, lang) for lang in LANGUAGES for kpi in cards(lang)}
    assert len(found) == 3 * len(CATALOGUE) == 3 * len(BY_ID)


def test_what_is_missing_is_named_with_kpi_and_language() -> None:
    told = copy.deepcopy(dict(read("customers", "churn_rate")["cohort"]))
    told["en"]["reading"] = " "
    del told["zh-Hans"]["caution"]
    told["zh-Hant"]["actions"] = [a for a in told["zh-Hant"]["actions"] if a["when"] != "rising"]
    said = "\n".join(missing(CHURN, told))
    assert "churn_rate.cohort is incomplete in en: reading." in said
    assert "churn_rate.cohort is incomplete in zh-Hans: caution." in said
    assert "churn_rate.cohort is incomplete in zh-Hant: actions for rising." in said
    assert "other actions" in said


@pytest.mark.parametrize(
    "action", [{"when": "late", "kind": "service", "do": "x"}, {"when": "high", "kind": "magic", "do": "x"}, {}]
)
def test_an_action_of_no_known_kind_is_none(action: dict[str, str]) -> None:
    told = copy.deepcopy(dict(read("customers", "churn_rate")["cohort"]))
    for lang in LANGUAGES:
        told[lang]["actions"].append(action)
    assert len(list(missing(CHURN, told))) == len(LANGUAGES)


def test_an_unknown_key_is_a_mistake_not_a_text() -> None:
    told = copy.deepcopy(dict(read("customers", "churn_rate")["cohort"]))
    told["en"]["warning"] = "Look out."
    assert list(missing(CHURN, told)) == ["The card of churn_rate.cohort has what no card has in en: warning."]


def test_a_kpi_without_a_card_does_not_load() -> None:
    with pytest.raises(IncompleteCard, match=r"churn_rate\.of_nobody is incomplete in zh-Hant: name, question"):
        texts(replace(CHURN, id="churn_rate.of_nobody"), "customers", "en")


def test_a_kpi_without_a_good_direction_has_actions_both_ways_or_none(kpi: Kpi) -> None:
    if kpi.better is Better.NONE:
        whens = {str(action.when) for action in card(kpi.id, "en").actions}
        assert not whens or {"rising", "falling"} <= whens


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_and_questions_tell_kpis_apart(lang: str) -> None:
    told = cards(lang).values()
    assert len({each.name for each in told}) == len({each.question for each in told}) == len(CATALOGUE)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_synonym_is_no_name_of_another_kpi(lang: str) -> None:
    names = {each.name.casefold(): each.id for each in cards(lang).values()}
    for each in cards(lang).values():
        for synonym in each.synonyms:
            assert names.get(synonym.casefold(), each.id) == each.id, synonym
        assert len(set(each.synonyms)) == len(each.synonyms)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_example_tells_the_numbers_and_the_result(kpi: Kpi, lang: str) -> None:
    told = card(kpi.id, lang)
    said = [number.replace(",", "") for number in _NUMBER.findall(told.example)]
    for number in kpi.example.given.values():
        assert any(shows(text, number) for text in said), f"{number} is not in {told.example!r}"
    scales = (1, 100) if kpi.unit is Unit.SHARE else (1,)
    assert any(shows(text, kpi.example.value * scale) for text in said for scale in scales), told.example


def shows(text: str, number: float) -> bool:
    """Whether a number as printed is this number, rounded to the places that it shows."""
    places = len(text.partition(".")[2])
    exact = abs(number)
    return abs(float(text) - exact) <= (0.5 * 10**-places if places else 1e-9) * (1 + 1e-9)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reading_has_a_number(kpi: Kpi, lang: str) -> None:
    assert re.search(r"\d", card(kpi.id, lang).reading)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_sentences(kpi: Kpi, lang: str) -> None:
    told, stop = card(kpi.id, lang), "." if lang == "en" else "。"
    sentences = [told.shows, told.reading, told.caution, told.example, *(action.do for action in told.actions)]
    assert all(sentence.endswith(stop) and sentence == sentence.strip() for sentence in sentences)
    assert told.question.endswith("?" if lang == "en" else "？")
    assert not told.name.endswith(stop)


def test_a_card_reads_only_tables_that_there_are(kpi: Kpi) -> None:
    from crmeter.model.tables import TABLES

    columns = {table.name: {column.name for column in table.columns} for table in TABLES}
    found = card(kpi.id, "en").inputs
    assert found
    assert all(set(read) <= columns[table] for table, read in found.items())


def test_what_cards_read_by_hand() -> None:
    """From the definitions: a spell rests on contracts and on sales; a cycle on three instants of two tables."""
    assert card("churn_rate.cohort", "en").inputs == {
        "order": ("customer_id", "ordered_at", "kind", "subscription_id"),
        "subscription": ("customer_id", "started_at", "ended_at"),
    }
    assert card("sales_cycle_days.mean", "en").inputs == {
        "lead": ("lead_id", "created_at"),
        "opportunity": ("customer_id", "lead_id", "created_at", "first_contact_at", "closed_at", "outcome"),
    }
    assert card("handle_minutes.mean", "en").inputs == {"case": ("customer_id", "resolved_at", "handle_minutes")}
    assert "cost" in card("clv.profit", "en").inputs["order"]
    assert "cost" not in card("clv.revenue", "en").inputs["order"]


def test_notation_by_hand() -> None:
    written = {id: card(id, "en").math for id in BY_ID}
    assert written["churn_rate.cohort"] == "Σ lost ÷ Σ customers_start"
    assert written["churn_rate.annualised"] == "1 − (1 − Σ lost ÷ Σ customers_start)ᵏ"
    assert written["retention_rate.net"] == "(Σ customers_end − Σ new) ÷ Σ customers_start"
    assert written["sales_growth.year"] == "Σ revenue ÷ Σ revenue[P−1a] − 1"
    assert written["csat.mean"] == "Σ csat_score ÷ n(csat_score)"
    assert written["first_response_hours.p90"] == "Q₀.₉(first_response_hours; ∅ ↦ ∞)"
    assert written["nps"] == "100 · (Σ promoters − Σ detractors) ÷ Σ nps_answers"
    assert written["complaining_customers_rate"] == "Σ exposed·complaining ÷ Σ exposed"


def test_symbols_say_what_the_notation_names() -> None:
    named = {symbol.name: symbol.words for symbol in card("sales_growth.previous", "en").symbols}
    assert named == {"revenue": "revenue, less refunds", "revenue[P−1]": "revenue, less refunds of the period before"}
    assert [s.name for s in card("churn_rate.annualised", "zh-Hant").symbols] == ["lost", "customers_start", "k"]


def test_every_name_in_a_notation_is_explained(kpi: Kpi) -> None:
    told = card(kpi.id, "en")
    if not told.texts.math:
        assert {symbol.name.partition("[")[0] for symbol in told.symbols} <= set(re.findall(r"\w+", told.math)) | {"k"}
        assert all(symbol.words for symbol in told.symbols)


def test_json_holds_everything_once() -> None:
    told = card("nps", "zh-Hant").as_json()
    assert told["name"] == "淨推薦值（NPS）"
    assert told["example"]["value"] == 30
    assert [each["number"] for each in told["example"]["given"]] == [50, 20, 100]
    assert {action["when"] for action in told["actions"]} == {"low", "falling"}
    assert all(told[key] for key in told if key != "tiers")  # which only the values that tiers rest on have

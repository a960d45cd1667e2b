"""The HTML report: self-contained, complete, readable without colour or sight, inert whatever the data holds."""

from __future__ import annotations

import re
from functools import cache

import pytest

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.reports import numbers, words
from crmeter.reports.renderers import render
from tests.reports import sample
from tests.reports.page import Element, parse

PAYLOAD = """</text><script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'+alert(1)+'"""


@cache
def report(lang: str, complete: bool = True) -> tuple[str, Element]:
    html = render(sample.document(complete=complete), "html", lang, sample.cards(lang)).decode()
    return html, parse(html)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fetched_from_elsewhere(lang: str) -> None:
    html, page = report(lang)
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "form", "base")
    for element in page.all():
        for name, value in element.attributes.items():
            assert not name.startswith("on"), f"{element.tag} has the handler {name}"
            if name in ("href", "src", "xlink:href", "action", "srcset"):
                assert value.startswith("#"), f"{element.tag} points to {value}"
    style = page.all("style")[0].children[0]
    assert isinstance(style, str)
    assert "url(" not in style and "@import" not in style and "<" not in style
    assert "http://" not in html and "https://" not in html
    policy = [m.attributes["content"] for m in page.all("meta") if "http-equiv" in m.attributes]
    assert policy and policy[0].startswith("default-src 'none'")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_value_stands_there_with_its_interval_and_comparisons(lang: str) -> None:
    _, page = report(lang)
    rows = {row.attributes["id"]: row.text for row in page.all("tr") if "id" in row.attributes}
    for kpi in sample.document()["kpis"]:
        value, unit = kpi["value"], kpi["unit"]
        text = rows["kpi-" + re.sub(r"[^a-z0-9]+", "-", kpi["kpi"])]
        with speaking(lang):
            wanted = [numbers.amount(value["value"], unit, "TWD"), kpi["kpi"]]
            wanted.append(numbers.interval(value["low"], value["high"], unit, "TWD"))
            for kind in ("previous", "year"):
                found = kpi["comparisons"][kind]
                wanted.append(numbers.amount(found["base"]["value"], unit, "TWD"))
                wanted.append(words.icon(found["verdict"]) + " " + words.verdict(found["verdict"]))
                if found["change"] is not None:
                    wanted.append(numbers.change(found["change"], unit, "TWD"))
                    wanted.append(numbers.change_interval(found["low"], found["high"], unit, "TWD"))
        for piece in wanted:
            assert " ".join(piece.split()) in text, f"{kpi['kpi']}: {piece!r} is not in {text!r}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_summary_names_the_weaknesses_and_strengths_with_numbers(lang: str) -> None:
    _, page = report(lang)
    summary = next(e for e in page.all("section") if e.attributes.get("id") == "summary")
    points = [s for s in summary.all("section") if "points" in s.attributes["class"]]
    assert [len(p.all("li")) for p in points] == [3, 3]
    for item in (item for p in points for item in p.all("li")):
        assert re.search(r"\d", item.text)
    assert len(summary.all("dd")) == len(words.VERDICTS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_structure_for_keyboard_and_screen_reader(lang: str) -> None:
    _, page = report(lang)
    root = page.all("html")[0]
    assert root.attributes["lang"] == {"zh-Hant": "zh-Hant-TW", "zh-Hans": "zh-Hans-CN", "en": "en"}[lang]
    ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link.attributes["href"][1:] in ids, f"{link.attributes['href']} leads nowhere"
    for element in page.all():
        for name in (element.attributes.get("aria-labelledby") or "").split():
            assert name in ids
    assert page.all("a")[0].attributes["class"] == "skip"
    assert [len(page.all(tag)) for tag in ("h1", "main", "title")] >= [1, 1, 1]
    assert all(th.attributes.get("scope") in ("col", "row") for th in page.all("th"))
    for svg in page.all("svg"):
        if svg.attributes.get("aria-hidden") == "true":
            continue
        assert svg.attributes["role"] == "img"
        assert svg.all("title")[0].text and svg.all("desc")[0].text


def test_charts_carry_the_finding_in_their_title() -> None:
    _, page = report("zh-Hant")
    titles = [figure.all("strong")[0].text for figure in page.all("figure")]
    assert any(re.search(r"客戶流失率升至 6\.\d%，較前一季高 \d\.\d 個百分點", title) for title in titles)
    assert len(page.all("figure")) >= 10


@pytest.mark.parametrize(
    ("lang", "undefined", "small", "progress"),
    [
        ("zh-Hant", "無法計算", "樣本過少", "期間未結束"),
        ("zh-Hans", "无法计算", "样本过少", "期间未结束"),
        ("en", "undefined", "small sample", "period in progress"),
    ],
)
def test_what_a_reader_must_be_warned_of(lang: str, undefined: str, small: str, progress: str) -> None:
    _, page = report(lang)
    rows = {row.attributes["id"]: row.text for row in page.all("tr") if "id" in row.attributes}
    with speaking(lang):
        assert undefined in rows["kpi-clv-profit"] and words.reason("missing_input") in rows["kpi-clv-profit"]
    assert small in rows["kpi-lead-conversion-matured"]
    assert progress not in page.text
    _, open_page = report(lang, complete=False)
    assert open_page.text.count(progress) > 3


@pytest.mark.parametrize("lang", ["zh-Hant", "zh-Hans"])
def test_no_english_is_left_in_chinese_reports(lang: str) -> None:
    _, page = report(lang, complete=False)
    for element in page.all("code"):
        element.children = []
    text = page.text
    for data in ("Demo & Co.", "marketplace", "web", "store", "South", "North", "East", "Enterprise", "Retail"):
        text = text.replace(data, " ")
    # KPI is the term of the words page in all three languages
    said = {"CRM", "KPI", "NPS", "CAC", "CLV", "CSAT", "AHT", "CES", "NT", "sha"}
    left = set(re.findall(r"[A-Za-z]{2,}", text)) - said
    assert not left


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_from_the_data_stay_text(lang: str) -> None:
    document = sample.document(member=PAYLOAD, scope=(f"customer.segment = '{PAYLOAD}'",))
    document["workspace"]["name"] = PAYLOAD
    document["findings"][1]["segments"][0]["by"] = {f"customer.{PAYLOAD}": PAYLOAD}
    document["data"]["notes"].append({"kind": PAYLOAD, "table": PAYLOAD, "count": 1})
    cards = dict(sample.cards(lang))
    cards["nps"] = sample.SampleCard(*[PAYLOAD] * 6, {"low": [sample.SampleAction(PAYLOAD, PAYLOAD)]})
    html = render(document, "html", lang, cards).decode()
    page = parse(html)
    assert not page.all("script", "img")
    assert not [e for e in page.all() if any(name.startswith("on") for name in e.attributes)]
    assert "{{ 7*7 }}" in page.text and "alert(1)" in page.text
    drawn = " ".join(text.text for svg in page.all("svg") for text in svg.all("text"))
    assert "<script>" in drawn, "the chart lost the name of the segment"


def test_a_document_with_nothing_to_tell_still_reads() -> None:
    document = sample.document()
    document |= {"findings": [], "kpis": [], "data": {"tables": [], "notes": []}}
    page = parse(render(document, "html", "en", {}).decode())
    assert "Nothing got worse beyond noise." in page.text


def test_a_kpi_without_a_card_is_shown_by_its_id() -> None:
    assert "active_customers" in parse(render(sample.document(), "html", "en", {}).decode()).text


def test_unknown_formats_and_languages_are_refused() -> None:
    with pytest.raises(UserError, match="html, md, json, pdf"):
        render(sample.document(), "odt", "en", {})
    with pytest.raises(UserError, match="management, sales"):
        render(sample.document(), "html", "en", {}, "finance")
    with pytest.raises(UserError, match="zh-Hant"):
        render(sample.document(), "html", "fr", {})

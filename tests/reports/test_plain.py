"""The report as Markdown and JSON."""

from __future__ import annotations

import json
import re

import pytest

from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.reports import numbers
from crmeter.reports.renderers import render
from crmeter.reports.renderers.markdown import escape
from tests.reports import sample


@pytest.mark.parametrize("lang", LANGUAGES)
def test_json_is_the_sealed_document_plus_texts(lang: str) -> None:
    document = sample.document()
    told = json.loads(render(document, "json", lang, sample.cards(lang)))
    texts = told.pop("texts")
    assert told == document
    assert texts["lang"] == lang
    assert set(texts["kpis"]) == {kpi["kpi"] for kpi in document["kpis"]}
    assert texts["kpis"]["nps"]["name"] == sample.cards(lang)["nps"].name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_markdown_tables_are_whole_and_hold_every_value(lang: str) -> None:
    md = render(sample.document(), "md", lang, sample.cards(lang)).decode()
    widths: list[int] = []
    for line in md.splitlines():
        if not line.startswith("|"):
            widths = []
            continue
        widths.append(len(re.findall(r"(?<!\\)\|", line)))
        assert widths[-1] == widths[0], line
    for kpi in sample.document()["kpis"]:
        with speaking(lang):
            said = numbers.amount(kpi["value"]["value"], kpi["unit"], "TWD")
        row = next(line for line in md.splitlines() if line.startswith("|") and f"`{kpi['kpi']}`" in line)
        assert f"**{said}**" in row
    assert sample.document()["seal"]["checksum"] in md


def test_markdown_keeps_names_from_the_data_inert() -> None:
    md = render(sample.document(member="a|b\n# <b>*x*</b> `c` [d](e)"), "md", "en", sample.cards("en")).decode()
    assert r"a\|b \# &lt;b&gt;\*x\*&lt;/b&gt; \`c\` \[d\](e)" in md


@pytest.mark.parametrize(
    ("text", "said"),
    [("R&D", "R&D"), ("&lt;", "&amp;lt;"), ("p < 0.001", "p < 0.001"), ("<i", "&lt;i"), ("_a_", r"\_a\_")],
)
def test_escaping_for_markdown(text: str, said: str) -> None:
    assert escape(text) == said

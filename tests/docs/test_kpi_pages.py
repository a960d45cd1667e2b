"""The pages of the catalogue, as a reader sees them: rendered, and read as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from crmeter.kernel.messages import speaking, t
from crmeter.kpis import FAMILIES
from crmeter.kpis.cards import card
from crmeter.reports import words

DOCS = Path(__file__).resolve().parents[2] / "docs" / "kpis"
ENDINGS = {"en": "", "zh-Hant": ".zh-Hant", "zh-Hans": ".zh-Hans"}


class Text(HTMLParser):
    """The text of a page without that of code, the headings, and the targets of links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.strong: list[str] = []
        self.links: list[str] = []
        self.said = ""
        self._inside: list[str] = []
        self.feed(MarkdownIt().enable("table").render(page))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]
        if tag == "h2":
            self.headings.append("")
        if tag == "strong":
            self.strong.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "h2" in self._inside:
            self.headings[-1] += data
        if "strong" in self._inside:
            self.strong[-1] += data
        if "code" not in self._inside:
            self.said += data


@pytest.fixture(scope="module", params=[(family, lang) for family in FAMILIES for lang in ENDINGS], ids="-".join)
def page(request: pytest.FixtureRequest) -> tuple[str, str, Text]:
    family, lang = request.param
    return family, lang, Text((DOCS / f"{family}{ENDINGS[lang]}.md").read_text("utf-8"))


def test_every_card_stands_on_its_page_under_its_name(page: tuple[str, str, Text]) -> None:
    family, lang, text = page
    assert text.headings == [card(kpi.id, lang).name for kpi in FAMILIES[family]]


def test_every_card_has_its_headings(page: tuple[str, str, Text]) -> None:
    family, lang, text = page
    with speaking(lang):
        always = [t("What it shows"), t("How to read it"), t("What to be careful of"), t("How it is computed"),
                  t("Example"), t("What it needs")]  # fmt: skip
        to_do = t("What to do")
    assert {heading: text.strong.count(heading) for heading in always} == dict.fromkeys(always, len(FAMILIES[family]))
    assert text.strong.count(to_do) == sum(bool(card(kpi.id, lang).actions) for kpi in FAMILIES[family])


def test_what_is_said_stands_there_and_no_mark_is_left(page: tuple[str, str, Text]) -> None:
    """A sign of Markdown that Chinese punctuation keeps from closing would be left in the text."""
    family, lang, text = page
    for kpi in FAMILIES[family]:
        told = card(kpi.id, lang)
        for part in (told.question, told.shows, told.reading, told.caution, told.example, told.formula):
            assert part in text.said
        for action in told.actions:
            with speaking(lang):
                assert f"{words.action_kind(action.kind)}{t(': ')}{action.do}" in text.said
    assert not re.search(r"\*|`|\]\(|^#", text.said, re.M)


def test_links_lead_somewhere(page: tuple[str, str, Text]) -> None:
    *_, text = page
    assert all((DOCS / link).resolve().is_file() for link in text.links)

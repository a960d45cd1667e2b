"""A section that brings blocks alone: HTML and Markdown write every kind of them, and nothing of it is markup."""

from __future__ import annotations

import pytest

from crmeter.kernel.messages import speaking
from crmeter.reports import blocks as b
from crmeter.reports import sections
from crmeter.reports.reading import Reading
from crmeter.reports.renderers import html, markdown, render
from crmeter.reports.section import Section
from tests.reports import sample
from tests.reports.documents import TEXT, parts, squeezed
from tests.reports.page import parse

HOSTILE = "<script>=1+1</script> *x* |"


def everything() -> tuple[b.Block, ...]:
    """One of each block, each with a word of its own and a name that would be markup."""
    chart = b.Chart(
        HOSTILE, "waterfall", ["a1", "a2", "a3"], [b.Series("s", [5.0, -2.0, 3.0])], "count", subtitle="w01"
    )
    lines = b.Chart("w02", "line", ["p1", "p2"], [b.Series("x1", [1.0, None]), b.Series("x2", [0.5, 0.7])], "share")
    bars = b.Chart("w03", "column", ["c1"], [b.Series("x", [2.0], tones=["bad"])], "money", "TWD", target=1.5)
    lying = b.Chart("w04", "bar", ["l1", "l2"], [b.Series("x", [-2.0, None])], "points")
    table = b.Table(
        [b.Column("w05"), b.Column("w06", "share", below="w07")],
        [["w08", b.Cell("w09", 0.5, lines=("w10",), marks=("w11",), code="w12")], [HOSTILE, HOSTILE]],
        "w13",
    )
    return (
        b.Group("first", [b.Paragraph("under no heading")]),
        b.Heading("w14", icon="✓"),
        b.Paragraph("w15", lead="w16"),
        b.Note("w17", lead="w18"),
        b.Bullets([b.Item("w19", "w20", ("w21",)), HOSTILE], numbered=True),
        b.Terms([("w22", "w23")]),
        b.Tiles([b.Tile("w24", "w25", "?")]),
        b.Group("w26", [table, chart, lines, bars, lying], ("w27",), "w28", number=1),
    )


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> None:
    made = (Section("made", lambda: "w29", lambda reading: everything()), Section("none", lambda: "no", lambda r: ()))
    monkeypatch.setattr(sections, "SECTIONS", made)


WORDS = [f"w{n:02d}" for n in range(1, 30)]


@pytest.mark.usefixtures("only")
def test_html_says_all_of_it() -> None:
    with speaking("en"):
        page = parse(html.render(Reading(sample.document(), {}), "en"))
    assert not [word for word in WORDS if word not in page.text]
    assert page.text.count("<script>") >= 4 and not page.all("script")
    assert len(page.all("figure")) == 4 and len(page.all("section")) == 1
    assert [len(row.all("th", "td")) for row in page.all("tr")] == [2, 2, 2]


@pytest.mark.usefixtures("only")
def test_markdown_says_all_of_it() -> None:
    with speaking("en"):
        text = markdown.render(Reading(sample.document(), {}), "en")
    assert not [word for word in WORDS if word not in text]
    assert "<script>" not in text and "\n### ✓ w14" in text and "\n#### 1. w26" in text


@pytest.mark.usefixtures("only")
@pytest.mark.parametrize("form", ["pdf", "docx", "pptx", "xlsx"])
def test_documents_say_all_of_it(form: str) -> None:
    content = render(sample.document(), form, "en", {})
    told = squeezed(TEXT[form](content))
    if form == "xlsx":  # a number is a number: what stands around it is a comment on its cell, its text is not needed
        told += "".join(text.decode() for name, text in parts(content).items() if "comments" in name)
    assert [word for word in WORDS if word not in told] == (["w09"] if form == "xlsx" else [])
    assert squeezed("<script>") in told

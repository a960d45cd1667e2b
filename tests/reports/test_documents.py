"""Reports as PDF, Word, PowerPoint and Excel: what the evaluation holds stands in each, in each language."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pptx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import LANGUAGES, speaking
from crmeter.reports import fonts, numbers, words
from crmeter.reports.renderers import render
from tests.reports import sample
from tests.reports.documents import TEXT, parts, sheets, squeezed, stamps

BINARY = ("pdf", "docx", "pptx", "xlsx")
SEALED = (2026, 1, 2, 3, 4, 4)  # the sample was sealed a second later, in UTC; ZIP archives count in twos


def small(**more: Any) -> dict[str, Any]:
    """The sample with the KPIs that matter to a test: every unit, an undefined value, a small sample, two findings."""
    document = sample.document(**more)
    kept = ("churn_rate.cohort", "clv.profit", "revenue", "cac", "nps", "first_response_hours.median",
            "handle_minutes.mean", "win_rate", "sales_cycle_days.median", "lead_conversion.matured")  # fmt: skip
    document["kpis"] = [kpi for kpi in document["kpis"] if kpi["kpi"] in kept]
    document["findings"] = [f for f in document["findings"] if f["kpi"] in ("churn_rate.cohort", "revenue")]
    return document


@cache
def made(form: str, lang: str) -> bytes:
    return render(small(), form, lang, sample.cards(lang))


@cache
def text(form: str, lang: str) -> str:
    return TEXT[form](made(form, lang))


READ = (*(("pdf", lang) for lang in LANGUAGES), *((form, lang) for form in ("docx", "pptx") for lang in LANGUAGES[:2]))


@pytest.mark.parametrize(("form", "lang"), READ)
def test_every_value_stands_there_as_people_read_it(form: str, lang: str) -> None:
    told = squeezed(text(form, lang))
    for kpi in small()["kpis"]:
        with speaking(lang):
            said = numbers.amount(kpi["value"]["value"], kpi["unit"], "TWD")
            base = kpi["comparisons"]["previous"]["base"]["value"]
            before = numbers.amount(base, kpi["unit"], "TWD")
        name = sample.cards(lang)[kpi["kpi"]].name
        for wanted in (said, before, name):
            assert squeezed(wanted) in told, f"{kpi['kpi']}: {wanted}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_holds_the_numbers_of_the_document_not_words(lang: str) -> None:
    with speaking(lang):
        title = words.t("Scorecard")
    rows = next(rows for name, rows in sheets(made("xlsx", lang)).items() if name == title)
    by_id = {row[1]: row for row in rows if len(row) > 1}
    for kpi in small()["kpis"]:
        value, row = kpi["value"], by_id[kpi["kpi"]]
        with speaking(lang):
            undefined = words.status("undefined")
        wanted = ((value["value"], undefined), (value["low"], ""), (value["high"], ""), (value["n"], ""))
        for cell, (number, otherwise) in zip(row[4:8], wanted, strict=True):
            assert cell == (otherwise if number is None else pytest.approx(number, rel=1e-15))
        change = kpi["comparisons"]["previous"]["change"]
        assert row[9] == ("" if change is None else pytest.approx(change, rel=1e-15))  # Excel keeps 16 digits


@pytest.mark.parametrize("form", BINARY)
@pytest.mark.parametrize("lang", ("zh-Hant", "zh-Hans"))
def test_texts_are_in_the_language_of_the_reader(form: str, lang: str) -> None:
    other = "zh-Hans" if lang == "zh-Hant" else "zh-Hant"
    told = squeezed(text(form, lang))
    for word in ("Scorecard", "Weaknesses", "In quarantine", "undefined", "all customers"):
        with speaking(lang):
            own = words.t(word)
        with speaking(other):
            foreign = words.t(word)
        assert squeezed(own) in told, word
        assert own == foreign or squeezed(foreign) not in told, word
    for word in ("Weaknesses", "Strengths", "quarter before", "interval", "Rows"):
        assert word not in told


@pytest.mark.parametrize("form", BINARY)
def test_the_same_evaluation_gives_the_same_bytes(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")  # another time, for what reads it
    assert render(small(), form, "zh-Hant", sample.cards("zh-Hant")) == made(form, "zh-Hant")
    if form == "pdf":
        about = PdfReader(io.BytesIO(made(form, "zh-Hant"))).metadata
        assert about is not None and about["/CreationDate"].startswith("D:20260102030405")
        return
    assert stamps(made(form, "zh-Hant")) == {SEALED}
    cores = [content for name, content in parts(made(form, "zh-Hant")).items() if name.endswith("docProps/core.xml")]
    dates = {date for core in cores for date in re.findall(rb"<dcterms:\w+[^>]*>([^<]*)<", core)}
    assert dates == {b"2026-01-02T03:04:05Z"} and len(cores) == (5 if form == "pptx" else 1)


@pytest.mark.parametrize(
    ("lang", "family", "tag"),
    [("zh-Hant", "NotoSansTC", "zh-TW"), ("zh-Hans", "NotoSansSC", "zh-CN"), ("en", "NotoSansTC", "en-US")],
)
def test_a_pdf_holds_its_fonts_and_can_be_read_aloud(lang: str, family: str, tag: str) -> None:
    reader = PdfReader(io.BytesIO(made("pdf", lang)))
    used: dict[str, Any] = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr]
            (below,) = font.get_object()["/DescendantFonts"]
            used[str(below.get_object()["/BaseFont"])] = below.get_object()["/FontDescriptor"].get_object()
    assert used and all("/FontFile2" in about or "/FontFile3" in about for about in used.values())
    assert any(family in name for name in used) and all("NotoSans" in name for name in used)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == tag
    assert [item for item in reader.outline if not isinstance(item, list)]
    first, *others = (page.extract_text() for page in reader.pages)
    assert all("晨光 Demo & Co." in page for page in (first, *others)), "the running head"
    for number, page in enumerate((first, *others), 1):
        assert re.search(rf"\b{number}\b\D+\b{len(reader.pages)}\b", page), "the number of the page"


@pytest.mark.parametrize("lang", ["zh-Hant"])
def test_a_word_document_has_headings_repeated_table_heads_and_described_pictures(lang: str) -> None:
    document = docx.Document(io.BytesIO(made("docx", lang)))
    with speaking(lang):
        wanted = [words.t(title) for title in ("Summary", "Findings", "Scorecard", "Data", "Definitions")]
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [title for title in headings if title in wanted] == wanted
    tables = [table for table in document.tables if len(table.rows) > 1]
    assert tables and all(t.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for t in tables)
    pictures = document.inline_shapes
    assert len(pictures) == 4 and all(shape._inline.docPr.get("descr") for shape in pictures)
    named = {style.element.rPr.rFonts.get(qn("w:eastAsia")) for style in document.styles if style.name in (
        "Normal", "Heading 1", "Heading 2", "Title")}  # fmt: skip
    assert named == {"Microsoft JhengHei"}
    assert "PAGE" in document.sections[0].footer._element.xml


@pytest.mark.parametrize("lang", ["zh-Hans"])
def test_one_finding_a_slide_with_a_chart_that_can_be_edited(lang: str) -> None:
    slides = pptx.Presentation(io.BytesIO(made("pptx", lang))).slides
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    document = small()
    churn = next(kpi for kpi in document["kpis"] if kpi["kpi"] == "churn_rate.cohort")
    name = sample.cards(lang)["churn_rate.cohort"].name
    (place,) = [i for i, title in enumerate(titles) if title.startswith(f"✕ {name}")]
    with speaking(lang):
        assert numbers.amount(churn["value"]["value"], "share") in titles[place]
        certainty = numbers.p_value(churn["comparisons"]["previous"]["p"])
    charts = [shape.chart for shape in slides[place].shapes if shape.has_chart]
    assert list(charts[0].plots[0].series[0].values) == [value["value"] for value in churn["trend"]]
    assert len(charts[0].plots[0].series) == 2, "the target is a line of its own"
    assert b"errBars" in charts[0].part.blob
    parts_of = document["findings"][0]["segments"]
    assert list(charts[1].plots[0].series[1].values) == [part["now"]["value"] for part in parts_of]
    notes = slides[place].notes_slide.notes_text_frame.text
    assert certainty in notes and "marketplace" in notes
    frames = [shape for slide in slides for shape in slide.shapes if shape.has_chart]
    assert len(frames) == 4 and all(shape._element.nvGraphicFramePr.cNvPr.get("descr") for shape in frames)
    typeface = 'a:ea typeface="Microsoft YaHei"' if lang == "zh-Hans" else 'a:ea typeface="Microsoft JhengHei"'
    assert typeface in slides[place].shapes.title._element.xml


def test_behind_every_chart_of_a_workbook_stand_its_data() -> None:
    xml = parts(made("xlsx", "en"))
    charts = [content for name, content in xml.items() if "/charts/chart" in name]
    assert len(charts) == 4
    rows = sheets(made("xlsx", "en"))
    for chart in charts:
        for reference in re.findall(rb"<c:val><c:numRef><c:f>([^<]+)</c:f>", chart):
            sheet, column, first, last = re.fullmatch(r"'?([^'!]+)'?!\$([A-Z])\$(\d+):\$\2\$(\d+)",
                                                      reference.decode()).groups()  # type: ignore[union-attr]  # fmt: skip
            held = [rows[sheet][row - 1][ord(column) - 65] for row in range(int(first), int(last) + 1)]
            assert held and all(isinstance(cell, float) or cell == "" for cell in held)
    setups = [content for name, content in xml.items() if name.startswith("xl/worksheets/sheet")]
    assert all((b'paperSize="9"' in sheet and b"fitToWidth" in sheet) or b"fitToPage" in sheet for sheet in setups)


HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+cmd|' /C calc'!A0",
    '#import "@preview/x:1.0.0": * $ #panic("x") @label <tag> */ \\',
    "<script>alert(1)</script><w:p/>&amp;",
    "a" * 3_000,
    "長" * 1_500,
    "😀👩‍👩‍👧 \u202eevil\u202c שלום مرحبا \x00\x07\x1b",
)


@pytest.mark.parametrize("form", BINARY)
def test_names_from_the_data_do_nothing_but_stand_there(form: str) -> None:
    document = small(member=HOSTILE[0], scope=(f"customer.segment = '{HOSTILE[2]}'",))
    parts_of = document["findings"][0]["segments"]
    for part, name in zip(parts_of, HOSTILE[1:], strict=False):
        for each in (part, part["now"], part["before"]):
            each["by"] = {f"customer.{name}": name}
    document["workspace"]["name"] = HOSTILE[6]
    document["data"]["notes"].append({"kind": HOSTILE[5], "table": HOSTILE[3], "count": 1, "text": HOSTILE[4]})
    cards = dict(sample.cards("en"))
    cards["revenue"] = sample.SampleCard(*[HOSTILE[0]] * 6, {"low": [sample.SampleAction(HOSTILE[2], HOSTILE[3])]})
    content = render(document, form, "en", cards)
    told = squeezed(TEXT[form](content))
    assert squeezed(HOSTILE[3]) in told and squeezed("#panic") in told
    if form == "pdf":
        assert len(PdfReader(io.BytesIO(content)).pages) < 20 and "?" in told
        return
    assert HOSTILE[6][0] in told
    formulas = [name for name, xml in parts(content).items() if "worksheets/sheet" in name and b"<f>" in xml]
    assert not formulas
    links = [name for name, xml in parts(content, ".rels").items() if b'TargetMode="External"' in xml]
    assert not links


@pytest.mark.parametrize("form", BINARY)
def test_a_document_with_nothing_to_tell_still_reads(form: str) -> None:
    document = sample.document() | {"findings": [], "kpis": [], "data": {"tables": [], "notes": []}}
    assert "Nothing got worse beyond noise." in TEXT[form](render(document, form, "en", {}))


@pytest.mark.parametrize("form", ("pdf", "docx"))
def test_without_fonts_it_is_said_how_to_get_them(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(UserError, match="make install"):
        render(small(), form, "en", sample.cards("en"))

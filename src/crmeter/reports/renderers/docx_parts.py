"""What Word documents need beyond what python-docx has a word for: fonts of East Asia, fields, repeated headings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from lxml.etree import SubElement  # type: ignore[import-untyped]

from crmeter.kernel.messages import language, t
from crmeter.reports.blocks import Tone
from crmeter.reports.charts.plain import COLOUR_OF
from crmeter.reports.charts.theme import COLOURS
from crmeter.reports.legible import clean
from crmeter.reports.renderers import office

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIZES = {"Title": 24, "Heading 1": 17, "Heading 2": 13.5, "Heading 3": 11.5, "Heading 4": 10.5}
_STYLES = ("Normal", *_SIZES, "List Paragraph", "Header", "Footer")


def set_up(document: Any, title: str, about: str, moment: datetime) -> None:
    """Page, styles, properties, the running head and the number of the page at the foot."""
    core = document.core_properties
    core.title, core.subject, core.author, core.last_modified_by = title[:255], about[:255], "crmeter", "crmeter"
    core.created = core.modified = moment.replace(tzinfo=None)
    core.comments, core.language = "", office.TAGS[language()]
    for name in _STYLES:
        _write_font(document.styles[name])
    normal = document.styles["Normal"]
    normal.font.size = Pt(10)
    normal.paragraph_format.space_after = Pt(4)
    for name, size in _SIZES.items():
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), True, False
        style.font.color.rgb = RGBColor.from_string(COLOURS["ink"][1:].upper())
        style.paragraph_format.keep_with_next = True
    listed = document.styles["List Paragraph"].paragraph_format  # the sign of an entry stands out to the left
    listed.left_indent, listed.first_line_indent, listed.space_after = Mm(6), Mm(-6), Pt(3)
    listed.tab_stops.add_tab_stop(Mm(6))
    for name in ("Header", "Footer"):
        document.styles[name].font.size = Pt(8)
        document.styles[name].font.color.rgb = RGBColor.from_string(COLOURS["muted"][1:].upper())
    for border in document.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header.paragraphs[0].add_run(f"{title} · {about}")
    _write_pages(section.footer.paragraphs[0])


def _write_font(style: Any) -> None:
    """A style's fonts by name: those of the theme would be others for Chinese on each machine."""
    style.font.name = office.font()
    properties = style.element.get_or_add_rPr()
    made = properties.find(qn("w:rFonts"))
    for key in list(made.attrib):
        del made.attrib[key]
    for key in ("ascii", "hAnsi", "cs"):
        made.set(qn(f"w:{key}"), office.font())
    made.set(qn("w:eastAsia"), office.east_asian())
    tag = OxmlElement("w:lang")
    tag.set(qn("w:val"), "en-US")
    tag.set(qn("w:eastAsia"), "zh-CN" if language() == "zh-Hans" else "zh-TW")
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(tag)


def _write_pages(paragraph: Any) -> None:
    """“Page 2 of 9”, with the numbers as fields that Word fills in."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    said = t("Page {page} of {pages}", page="\0", pages="\1")
    for sign in "\0\1":
        said = said.replace(sign, f"\2{sign}\2")
    for piece in said.split("\2"):
        if piece in ("\0", "\1"):
            _write_field(paragraph, "PAGE" if piece == "\0" else "NUMPAGES")
        else:
            paragraph.add_run(piece)


def _write_field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def add_run(paragraph: Any, said: str, size: float | None, tone: Tone, *, bold: bool = False) -> None:
    """Text in a paragraph, written as elements: through python-docx each of some thousand runs takes a millisecond.

    The spaces at its ends are kept: they part it from its neighbours.
    """
    run = SubElement(paragraph._p, _W + "r")
    strong, painted = bold or tone == "strong", tone not in ("plain", "strong")
    if strong or painted or size is not None:
        look = SubElement(run, _W + "rPr")
        if strong:
            SubElement(look, _W + "b")
        if painted:
            SubElement(look, _W + "color", {_W + "val": ink_of(tone)})
        if size is not None:
            SubElement(look, _W + "sz", {_W + "val": str(round(size * 2))})
    text = SubElement(run, _W + "t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    ends = (" " if said[:1].isspace() else "", " " if said[-1:].isspace() else "")
    text.text = clean(said).join(ends) if clean(said) else " " * bool(said)


def add_break(paragraph: Any) -> None:
    """A new line in the same paragraph."""
    SubElement(SubElement(paragraph._p, _W + "r"), _W + "br")


def add_tab(paragraph: Any) -> None:
    """To where the text of a list begins."""
    SubElement(SubElement(paragraph._p, _W + "r"), _W + "tab")


def ink_of(tone: Tone) -> str:
    """The colour of a tone as Word has it."""
    return (COLOURS["muted"] if tone == "muted" else COLOUR_OF[tone])[1:].upper()


def framed(paragraph: Any, ink: str) -> None:
    """A line to the left of a paragraph."""
    borders = OxmlElement("w:pBdr")
    borders.append(_line("w:left", ink, 18, "6"))
    paragraph._p.get_or_add_pPr().append(borders)


def _line(tag: str, ink: str, size: int, space: str = "0") -> Any:
    line = OxmlElement(tag)
    for key, value in (("val", "single"), ("sz", str(size)), ("space", space), ("color", ink[1:])):
        line.set(qn(f"w:{key}"), value)
    return line


def rule(table: Any, *, box: bool = False) -> None:
    """Thin lines between the rows, around every cell with ``box``."""
    borders = OxmlElement("w:tblBorders")
    sides = ("top", "left", "bottom", "right", "insideH", "insideV") if box else ("top", "bottom", "insideH")
    for side in sides:
        borders.append(_line(f"w:{side}", COLOURS["line"], 4))
    table._tbl.tblPr.append(borders)


def finish(table: Any, parts: Sequence[float], wide: int) -> None:
    """Widths by their parts; the first row is repeated on every page, and no row is broken."""
    table.autofit = False
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, part in zip(row.cells, parts, strict=True):
            cell.width = Emu(int(wide * part / sum(parts)))
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
    for column, part in zip(table.columns, parts, strict=True):
        column.width = Emu(int(wide * part / sum(parts)))


def describe(shape: Any, title: str, said: str) -> None:
    """The alternative text of a picture."""
    properties = shape._inline.docPr
    properties.set("descr", said or title)
    properties.set("title", title)

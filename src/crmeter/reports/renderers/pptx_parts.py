"""What slides need beyond what python-pptx has a word for: fonts of East Asia, the number of the slide, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from lxml.etree import SubElement  # type: ignore[import-untyped]
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from crmeter.kernel.messages import language
from crmeter.reports.blocks import Tone
from crmeter.reports.charts.plain import COLOUR_OF
from crmeter.reports.charts.theme import COLOURS
from crmeter.reports.legible import clean
from crmeter.reports.renderers import office

WIDTH, HEIGHT, EDGE = Inches(13.333), Inches(7.5), Inches(0.6)
INNER = Emu(WIDTH - 2 * EDGE)
TOP = Inches(1.55)  # below the title
BOTTOM = Inches(6.95)  # above the foot
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_TITLE_ONLY = 5  # the layout of python-pptx's own template
_SIGNS = 86  # places of a title of two lines in the larger size; characters of East Asia take two
_SMALLEST = 0.8  # how far letters are made smaller so that all of a text is on one slide
Line = tuple[str, float, Tone, bool]  # text, size in points, tone, bold
_EA = re.compile(
    rb'(<a:(?:major|minor)Font>.*?<a:latin typeface=")[^"]*("[^>]*/>\s*<a:ea typeface=")[^"]*(")', re.DOTALL
)


def presentation(title: str, about: str, moment: datetime) -> Any:
    """An empty presentation on wide slides, in the fonts of the language."""
    made = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    core = made.core_properties
    core.title, core.subject, core.author, core.last_modified_by = title[:255], about[:255], "crmeter", "crmeter"
    core.created = core.modified = moment.replace(tzinfo=None)
    core.language = office.TAGS[language()]
    theme = made.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    named = rf"\g<1>{office.font()}\g<2>{office.east_asian()}\g<3>".encode()
    theme._blob = _EA.sub(named, theme.blob)
    return made


def slide(made: Any, title: str, foot: str, icon: str = "", tone: Tone = "plain") -> Any:
    """A slide with its title behind an icon, and at its foot what the report is of and the number of the slide."""
    page = made.slides.add_slide(made.slide_layouts[_TITLE_ONLY])
    shape = page.shapes.title
    shape.left, shape.top, shape.width, shape.height = EDGE, Inches(0.4), INNER, Inches(1.05)
    frame = shape.text_frame
    frame.word_wrap = True
    said = shortened(title, 2 * _SIGNS)
    large = places(said) <= _SIGNS
    if icon:
        add_run(frame.paragraphs[0], icon, 26 if large else 21, tone, bold=True)
        frame.paragraphs[0].add_run().text = " "
    add_run(frame.paragraphs[0], said, 26 if large else 21, bold=True)
    frame.paragraphs[0].alignment = 1
    _write_foot(page, foot)
    return page


def _write_foot(page: Any, foot: str) -> None:
    box = page.shapes.add_textbox(EDGE, Inches(7.0), INNER, Inches(0.3))
    box.text_frame.word_wrap = True
    paragraph = box.text_frame.paragraphs[0]
    add_run(paragraph, f"{shortened(foot, 120)} · ", 10, "muted")
    field = parse_xml(
        f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
        f'<a:rPr lang="{office.TAGS[language()]}" sz="1000"><a:solidFill><a:srgbClr val="{COLOURS["muted"][1:]}"/>'
        f"</a:solidFill></a:rPr><a:t>{len(page.part.package.presentation_part.presentation.slides)}</a:t></a:fld>"
    )
    paragraph._p.append(field)


def add_run(paragraph: Any, said: str, size: float, tone: Tone = "plain", *, bold: bool = False) -> None:
    """Text in a paragraph, with the fonts of Latin and of East Asia named; written as elements, since a run costs some
    milliseconds through python-pptx."""
    run = SubElement(paragraph._p, _A + "r")
    about = {"lang": office.TAGS[language()], "altLang": "en-US", "sz": str(round(size * 100)), "b": str(int(bold))}
    look = SubElement(run, _A + "rPr", about)
    SubElement(SubElement(look, _A + "solidFill"), _A + "srgbClr", {"val": ink_of(tone)[1:].upper()})
    SubElement(look, _A + "latin", {"typeface": office.font()})
    SubElement(look, _A + "ea", {"typeface": office.east_asian()})
    SubElement(run, _A + "t").text = clean(said)


def add_east_asian(properties: Any) -> None:
    """The font of Chinese characters, after that of Latin ones as the schema wants it."""
    made = parse_xml(f'<a:ea {nsdecls("a")} typeface="{office.east_asian()}"/>')
    latin = properties.find(qn("a:latin"))
    if latin is None:
        properties.append(made)
    else:
        latin.addnext(made)


def ink_of(tone: Tone) -> str:
    """The colour of a tone."""
    return {"plain": COLOURS["ink"], "muted": COLOURS["muted"]}.get(tone, COLOUR_OF[tone])


def colour_of(ink: str) -> Any:
    """``#18212d`` as PowerPoint has it."""
    made: Any = RGBColor
    return made(*bytes.fromhex(ink[1:]))


def add_lines(page: Any, area: Sequence[int], lines: Iterable[Line]) -> None:
    """Paragraphs in a box: text, size, tone, bold."""
    box = page.shapes.add_textbox(*area)
    frame = box.text_frame
    frame.word_wrap = True
    for number, (said, size, tone, bold) in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size * 0.4)
        add_run(paragraph, said, size, tone, bold=bold)


def fitted(lines: Sequence[Line], wide: int, high: int) -> tuple[list[Line], list[Line]]:
    """The lines that a box holds, smaller where all of them fit then, and those for the next slide: one at least."""
    heights = [_tall(line, wide) for line in lines]
    scale = min(1.0, Emu(high).pt / max(sum(heights), 1.0))
    if scale >= _SMALLEST:
        return [(said, size * scale, tone, bold) for said, size, tone, bold in lines], []
    used, end = 0.0, 0
    while end < len(lines) and (end == 0 or used + heights[end] <= Emu(high).pt):
        used += heights[end]
        end += 1
    return list(lines[:end]), list(lines[end:])


def _tall(line: Line, wide: int) -> float:
    """How high a text is in a box, in points: letters are half as wide as high, characters of East Asia as wide."""
    said, size, *_ = line
    rows = -(-places(said) * size * 0.53 // (Emu(wide).pt - 14))
    return float(size * (1.2 * max(rows, 1) + 0.4))


def add_notes(page: Any, lines: Sequence[str]) -> None:
    """What the speaker needs to answer questions."""
    said = "\n".join(clean(line) for line in lines if line)
    if said:
        frame = page.notes_slide.notes_text_frame
        frame.text = f"{frame.text}\n{said}" if frame.text else said


def places(text: str) -> int:
    """How many places a text takes; characters of East Asia take two."""
    return sum(2 if ord(sign) > 0x2E80 else 1 for sign in text)


def shortened(text: str, most: int) -> str:
    """The text in ``most`` places, cut with an ellipsis."""
    plain, used = clean(text), 0
    for end, sign in enumerate(plain):
        used += 2 if ord(sign) > 0x2E80 else 1
        if used > most:
            return plain[: max(end - 1, 0)].rstrip() + "…"
    return plain

"""Documents read back by libraries that had no part in writing them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pptx
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

SPACE = re.compile(r"[\s\u200b]+")


def squeezed(text: str) -> str:
    """Without white space and places to break a word: a page breaks lines where it wants."""
    return SPACE.sub("", text)


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def docx_text(content: bytes) -> str:
    return "\n".join(docx_lines(docx.Document(io.BytesIO(content))))


def docx_lines(document: Any) -> Iterator[str]:
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        for row in table.rows:
            yield from (cell.text for cell in row.cells)


def pptx_text(content: bytes) -> str:
    """What stands on the slides and in the notes."""
    found = []
    for slide in pptx.Presentation(io.BytesIO(content)).slides:
        found += [shape.text_frame.text if shape.has_text_frame else cells(shape) for shape in slide.shapes]
        found += [slide.notes_slide.notes_text_frame.text] if slide.has_notes_slide else []
    return "\n".join(found)


def cells(shape: Any) -> str:
    if not shape.has_table:
        return ""
    return "\n".join(cell.text_frame.text for row in shape.table.rows for cell in row.cells)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def xlsx_text(content: bytes) -> str:
    return "\n".join(str(cell) for rows in sheets(content).values() for row in rows for cell in row)


TEXT = {"pdf": pdf_text, "docx": docx_text, "pptx": pptx_text, "xlsx": xlsx_text}


def parts(archive: bytes, ending: str = ".xml") -> dict[str, bytes]:
    """The parts of an Office file whose names end so, those of workbooks within it too."""
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".xlsx"):
                found |= {f"{name}/{inner}": text for inner, text in parts(content, ending).items()}
            elif name.endswith(ending):
                found[name] = content
    return found


def stamps(archive: bytes) -> set[tuple[int, ...]]:
    """The times that stand in an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        return {entry.date_time for entry in source.infolist()}

"""The catalogues of the two Chinese languages hold every text, and only those."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from crmeter.kernel.messages import catalogue

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crmeter_messages_script", ROOT / "scripts" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_nothing_is_wrong_with_the_catalogues(messages: ModuleType) -> None:
    assert messages.problems() == []


def test_texts_of_templates_and_code_are_found(messages: ModuleType) -> None:
    found = messages.texts()
    assert "Skip to content" in found  # a template's
    assert "“{name}” is not a period." in found  # the kernel's
    assert len(found) > 300


@pytest.mark.parametrize(
    ("text", "said", "wrong"),
    [
        ("{count} rows", "{n} 列", "placeholders"),
        ("Rows", "Rows", "not Chinese"),
        ("Rows, columns", "列,欄", "half-width"),
        ("KPI", "KPI", ""),
        ("{a}: {b}", "{a}：{b}", ""),
    ],
)
def test_what_is_held_to_be_wrong(messages: ModuleType, text: str, said: str, wrong: str) -> None:
    found = " ".join(messages._wrong(text, said))
    assert (wrong in found) if wrong else not found


def test_the_two_languages_are_not_conversions_of_one_another() -> None:
    hant, hans = catalogue("zh-Hant"), catalogue("zh-Hans")
    assert hant["95% interval"] == "95% 信賴區間" and hans["95% interval"] == "95% 置信区间"
    assert hant["Rows"] == "列數" and hans["Rows"] == "行数"
    assert set(hant) == set(hans)

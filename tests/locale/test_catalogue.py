"""The catalogues of the two Chinese languages hold every text, and only those."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
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


CHARACTERS = {"zh-Hant": "big5", "zh-Hans": "gb2312"}
OTHER_WORDS = {
    "zh-Hant": (
        "數據",
        "文件夾",
        "默認",
        "加載",
        "信息",
        "軟件",
        "網絡",
        "字段",
        "置信",
        "渠道",
        "用戶",
        "通過電話",
        "通過郵件",
        "通過網",
        "批量",
    ),
    "zh-Hans": ("资料夹", "档案", "预设", "载入", "资讯", "软体", "网路", "栏位", "信赖区间", "通路", "使用者", "透过"),
}


def chinese(lang: str) -> Iterator[str]:
    """Every Chinese text of a language: the faces' and reports', and those beside the KPIs."""
    yield from catalogue(lang).values()
    for path in sorted((ROOT / "src" / "crmeter" / "kpis").glob("*/*.texts.toml")):
        for variant in tomllib.loads(path.read_text("utf-8")).values():
            for said in variant[lang].values():
                yield from [said] if isinstance(said, str) else (part for each in said for part in written(each))


def written(listed: str | dict[str, str]) -> list[str]:
    """The texts of one member of a list: a synonym, or what an action says to do."""
    return [] if isinstance(listed, str) else [listed["do"]]


@pytest.mark.parametrize("lang", CHARACTERS)
def test_each_language_is_written_in_its_own_characters_and_words(lang: str) -> None:
    """Big5 holds no simplified characters and GB 2312 no traditional ones: an outside witness for both."""
    for text in chinese(lang):
        for sign in re.findall(r"[\u4e00-\u9fff]", text):
            try:
                sign.encode(CHARACTERS[lang])
            except UnicodeEncodeError:
                pytest.fail(f"{sign} in {text!r} is no character of {lang}")
        for word in OTHER_WORDS[lang]:
            assert word not in text, f"{word} in {text!r} is the word of the other side"


@pytest.mark.parametrize("lang", CHARACTERS)
def test_chinese_texts_have_chinese_punctuation(lang: str, messages: ModuleType) -> None:
    for text in chinese(lang):
        assert messages.full_width(text) == text
        assert "您" not in text

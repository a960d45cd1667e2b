"""Messages: which language is spoken, and errors that hold all problems."""

from __future__ import annotations

import pytest

from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import catalogue, closest, default_language, language, speaking, t


@pytest.mark.parametrize(
    "tag, expected",
    [
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh_CN", "zh-Hans"),
        ("zh-Hans", "zh-Hans"),
        ("en-GB", "en"),
        ("C.UTF-8", "en"),
        ("fr_FR", None),
    ],
)
def test_tags(tag: str, expected: str | None) -> None:
    assert closest(tag) == expected


def test_the_setting_comes_before_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("CRMETER_LANG", "zh-Hant")
    assert default_language() == "zh-Hant"
    monkeypatch.delenv("CRMETER_LANG")
    assert default_language() == "zh-Hans"


def test_speaking_is_for_the_block_alone() -> None:
    before = language()
    with speaking("zh-Hans"):
        assert t("customers at the end") == catalogue("zh-Hans")["customers at the end"] != "customers at the end"
        with speaking("en"):
            assert t("customers at the end") == "customers at the end"
        assert language() == "zh-Hans"
    assert language() == before


def test_values_are_filled_in_and_braces_of_values_stay() -> None:
    assert t("“{name}” is not a period.", name="{x}") == "“{x}” is not a period."


def test_chinese_meets_letters_with_a_space_and_chinese_without() -> None:
    text = "From {start}, as known on {end}."
    with speaking("zh-Hant"):
        written = catalogue("zh-Hant")[text]
        assert " {start} " in written  # the space that figures and letters need stands in the catalogue
        assert "從 2025-05 起" in t(text, start="2025-05", end="2026")
        assert "從 2025 年 5 月起" in t(text, start="2025 年 5 月", end="2026")
        assert "從昨天起" in t(text, start="昨天", end="2026")
    with speaking("en"):
        assert t("{count} rows", count="五") == "五 rows"


def test_all_problems_at_once() -> None:
    raise_if_any([])
    with pytest.raises(UserError) as caught:
        raise_if_any([Problem("one", "why", "next"), Problem("two")])
    assert str(caught.value) == "one\nwhy\nnext\n\ntwo"
    assert [p.what for p in caught.value.problems] == ["one", "two"]

"""Texts and code keep to the words of docs/concepts/words.md."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from crmeter.kernel.messages import catalogue
from crmeter.kpis.cards import cards

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "crmeter"
BANNED_MODULES = {"util", "utils", "helper", "helpers", "common", "manager", "handler", "handlers", "misc"}
BANNED_NAMES = {"recency", "frequency", "clv", "T"}
OTHERWISE_USED = {"管道"}  # a channel that brings customers is 通路, one to complain through is 管道
EVERYDAY = {"period", "cannot tell"}  # a term on its own, an everyday word inside others
CHINESE = {"zh-Hant": 1, "zh-Hans": 2}
# Words of the other side, said in the characters of this one.
ELSEWHERE = {"zh-Hant": {"留存率", "首次響應", "生命週期價值"}, "zh-Hans": {"终身价值", "首次回应", "信赖区间", "营收"}}
SLIPS = {
    "zh-Hant": re.compile(
        "[后几里于云价伙体余厂听据愿机极确种筑网适郁御征采灵胜]|(?<!若)干(?!擾|預|涉)|標准|准[時確備]|[計規企]划|"
        "[複製]制|制[作造]|關系|联系|聯系|[每本上下一]周|周期"
    ),
    "zh-Hans": re.compile("[後乾徵於]|[答回]覆|藉[口由著此]|(?<![显土])著(?![名作])"),
}


def terms() -> list[list[str]]:
    """The rows of the table of terms: en, zh-Hant, zh-Hans, synonyms."""
    text = (ROOT / "docs" / "concepts" / "words.md").read_text("utf-8").partition("## In the code")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def standard(lang: str) -> list[str]:
    """The standard terms of a language, each by itself, the longest first."""
    parts = {part.strip() for row in terms() for part in re.split("[/、:]", row[CHINESE[lang]])}
    return sorted((part for part in parts if len(part) > 1), key=len, reverse=True)


def short(lang: str) -> set[str]:
    """Terms bare of the customer, as they are said for the second time: 流失率 for 客戶流失率."""
    return {re.sub("^(客戶|客户)", "", term) for term in standard(lang)}


def banned_synonyms(lang: str) -> set[str]:
    """Chinese synonyms that are no standard term of ``lang``."""
    listed = {word.strip() for row in terms() for word in re.split("[,、]", row[3])}
    chinese = {word for word in listed if re.search(r"[\u4e00-\u9fff]", word)}
    return chinese - OTHERWISE_USED - {*standard(lang)} - short(lang)


def pairs() -> list[tuple[str, str, str]]:
    """(en, zh-Hant, zh-Hans) of each term by itself, the longest English first."""
    found = []
    for row in terms():
        columns = [[part.strip() for part in re.split(" / ", cell)] for cell in row[:3]]
        assert len({len(column) for column in columns}) == 1, f"unequal numbers of terms in {row}"
        found += [(re.sub(r" \(.*?\)", "", en).lower(), hant, hans) for en, hant, hans in zip(*columns, strict=True)]
    return sorted((pair for pair in found if pair[0] not in EVERYDAY), key=lambda pair: -len(pair[0]))


def untold(english: str, chinese: str, column: int, among: list[tuple[str, str, str]]) -> list[str]:
    """Terms that an English text has and its translation does not say by their standard word."""
    left, found = english.lower(), []
    for pair in among:
        pattern = rf"\b{re.escape(pair[0])}s?\b"
        if re.search(pattern, left):
            left = re.sub(pattern, "#", left)
            bare = re.sub("^(客戶|客户)", "", pair[column])
            if pair[column] not in chinese and bare not in chinese:
                found.append(pair[column])
    return found


def texts(lang: str) -> dict[str, str]:
    """Every text of ours in a language, by where it stands."""
    found = {f"{lang}.po: {key}": said for key, said in catalogue(lang).items()}
    for path in sorted(SOURCE.glob("kpis/*/*.texts.toml")):
        for variant, languages in tomllib.loads(path.read_text("utf-8")).items():
            for key, said in languages.get(lang, {}).items():
                if isinstance(said, str):
                    found[f"{path.name}: {variant}.{key}"] = said
            for number, action in enumerate(languages.get(lang, {}).get("actions", []), 1):
                found[f"{path.name}: {variant}.actions {number}"] = action["do"]
    return found


@pytest.mark.parametrize("lang", CHINESE)
def test_chinese_texts_use_the_standard_terms(lang: str) -> None:
    banned = banned_synonyms(lang) | {"您"} | ELSEWHERE[lang]
    assert len(banned) > 20
    wrong = []
    for where, said in texts(lang).items():
        for term in standard(lang):
            said = said.replace(term, "#")
        wrong += [f"{where}: {word}" for word in sorted(banned) if word in said]
    assert not wrong


@pytest.mark.parametrize("lang", CHINESE)
def test_names_of_kpis_say_each_term_by_its_word(lang: str) -> None:
    english, told = cards("en"), cards(lang)
    wrong = {id: untold(english[id].name, told[id].name, CHINESE[lang], pairs()) for id in told}
    assert {id: words for id, words in wrong.items() if words} == {}


@pytest.mark.parametrize("lang", CHINESE)
def test_messages_say_terms_of_two_words_or_more_by_their_word(lang: str) -> None:
    """A single English word often means something else; of terms of several words it is known what they mean."""
    among = [pair for pair in pairs() if " " in pair[0]]
    wrong = {en: untold(en, said, CHINESE[lang], among) for en, said in catalogue(lang).items()}
    assert {en: words for en, words in wrong.items() if words} == {}
    assert [en for en, said in catalogue(lang).items() if "KPI" in en and "KPI" not in said] == []


@pytest.mark.parametrize("lang", CHINESE)
def test_characters_of_the_other_script_that_both_encodings_hold(lang: str) -> None:
    """Big5 and GB 2312 (tests/locale) let these pass: they are characters of both, of another word in one of them."""
    wrong = [f"{where}: {found}" for where, said in texts(lang).items() for found in SLIPS[lang].findall(said)]
    assert not wrong


def test_a_slip_into_the_other_script_is_seen() -> None:
    assert SLIPS["zh-Hant"].findall("以后几里之內，標准的價值") == ["后", "几", "里", "標准"]
    assert SLIPS["zh-Hans"].findall("於期末乾净地答覆，看著") == ["於", "乾", "答覆", "著"]
    assert not SLIPS["zh-Hant"].search("核准、若干、計畫、製作、週期、系統、關係")
    assert not SLIPS["zh-Hans"].search("覆盖、显著、批准、干净、系统")


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_names_in_the_code_say_what_they_mean(path: Path) -> None:
    assert not BANNED_MODULES & {*path.relative_to(SOURCE).parts, path.stem}
    named = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            named.add(node.id)
        elif isinstance(node, ast.arg):
            named.add(node.arg)
    assert not BANNED_NAMES & named

"""Texts and code keep to the words of docs/concepts/words.md."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from crmeter.kernel.messages import catalogue

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "crmeter"
BANNED_MODULES = {"util", "utils", "helper", "helpers", "common", "manager", "handler", "handlers", "misc"}
BANNED_NAMES = {"recency", "frequency", "clv", "T"}
OTHERWISE_USED = {"管道"}  # a channel that brings customers is 通路, one to complain through is 管道
CHINESE = {"zh-Hant": 1, "zh-Hans": 2}


def terms() -> list[list[str]]:
    """The rows of the table of terms: en, zh-Hant, zh-Hans, synonyms."""
    text = (ROOT / "docs" / "concepts" / "words.md").read_text("utf-8").partition("## In the code")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def banned_synonyms(lang: str) -> set[str]:
    """Chinese synonyms that are no part of a standard term of ``lang``."""
    standard = "\n".join(row[CHINESE[lang]] for row in terms())
    listed = {word.strip() for row in terms() for word in re.split("[,、]", row[3])}
    return {word for word in listed if re.search(r"[\u4e00-\u9fff]", word) and word not in standard} - OTHERWISE_USED


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
    banned = banned_synonyms(lang) | {"您"}
    assert len(banned) > 10
    wrong = [f"{where}: {word}" for where, said in texts(lang).items() for word in banned if word in said]
    assert not wrong


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

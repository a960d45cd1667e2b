"""The texts of crmeter and their translations.

``python scripts/messages.py`` lists what is wrong: texts without a translation, translations without a text,
placeholders that differ, translations that are no Chinese. Exit 1 if anything is.
``python scripts/messages.py merge FILE.tsv…`` adds translations (English, zh-Hant, zh-Hans, tab separated, ``\\n``
for a line break) and drops those whose text is gone.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "crmeter"
LOCALE = SOURCE / "locale"
LANGUAGES = ("zh-Hant", "zh-Hans")
# What is the same in every language: punctuation and names.
SAME = re.compile(r"[^A-Za-z]*|KPI|CRM|HTML|JSON|SQL")
DECLARING = ("metrics/measures.py", "kpis/worked.py", "quality/rule.py")  # say declared texts
_TEMPLATE = re.compile(r"""(?<![\w.])t\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_FIELD = re.compile(r"{(\w*)[^{}]*}")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff」』”][,;:?!]|[,;:?!][\u4e00-\u9fff]|[\u4e00-\u9fff]\(|\)[\u4e00-\u9fff]")


def texts() -> dict[str, str]:
    """Every text that the source passes to ``t``, with the first place where it stands."""
    found = dict(_declared())
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix == ".py":
            said = _in_python(path)
        elif path.suffix in (".html", ".md") and path.is_file():
            said = iter(ast.literal_eval(match) for match in _TEMPLATE.findall(path.read_text("utf-8")))
        else:
            continue
        for text in said:
            found.setdefault(text, path.relative_to(ROOT).as_posix())
    return found


def _in_python(path: Path) -> Iterator[str]:
    for first in _first_arguments(path):
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _first_arguments(path: Path) -> Iterator[ast.expr]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t" and node.args:
            yield node.args[0]


def _declared() -> Iterator[tuple[str, str]]:
    """Texts that stand in declarations and reach ``t`` as values: the words of what is counted."""
    sys.path.insert(0, str(ROOT / "src"))
    from crmeter.model.cells import CELL_COLUMNS
    from crmeter.model.populations import POPULATIONS
    from crmeter.quality.rules import RULES

    yield from ((column.words, "src/crmeter/model/cells.py") for column in CELL_COLUMNS.values() if column.words)
    for population in POPULATIONS.values():
        yield from ((words, "src/crmeter/model/populations") for words in population.adds.values() if words)
    yield from ((rule.says, "src/crmeter/quality/rules.py") for rule in RULES)


def not_literal() -> list[str]:
    """Calls of ``t`` whose text cannot be seen here and so cannot be checked, but for those of declared texts."""
    return [
        f"{path.relative_to(ROOT)}:{first.lineno}: the first argument of t() must be a literal text"
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).as_posix() not in DECLARING
        for first in _first_arguments(path)
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str))
    ]


def read(lang: str) -> dict[str, str]:
    """The translations of one language, as the program reads them."""
    sys.path.insert(0, str(ROOT / "src"))
    from crmeter.kernel import messages

    messages.catalogue.cache_clear()
    return dict(messages.catalogue(lang))


def write(lang: str, entries: dict[str, str], places: dict[str, str]) -> None:
    """One .po file, sorted by place and text so that it changes only where texts do."""
    blocks = [f'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n']
    for text in sorted(entries, key=lambda text: (places[text], text)):
        blocks.append(f"#: {places[text]}\nmsgid {_quoted(text)}\nmsgstr {_quoted(entries[text])}\n")
    (LOCALE / f"{lang}.po").write_text("\n".join(blocks), "utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{escaped}"'


def problems() -> list[str]:
    """Everything that is wrong with the catalogues, in words."""
    wanted, found = texts(), not_literal()
    for lang in LANGUAGES:
        have = read(lang)
        found += [f"{lang}: no translation of {text!r} ({place})" for text, place in wanted.items() if text not in have]
        for text, said in have.items():
            if text not in wanted:
                found.append(f"{lang}: no text {text!r} any more")
            found += [f"{lang}: {text!r}: {wrong}" for wrong in _wrong(text, said)]
    return found


def _wrong(text: str, said: str) -> Iterator[str]:
    if sorted(set(_FIELD.findall(text))) != sorted(set(_FIELD.findall(said))):
        yield f"other placeholders in {said!r}"
    if not _CJK.search(said) and not SAME.fullmatch(_FIELD.sub("", text)):
        yield f"not Chinese: {said!r}"
    if _HALF_WIDTH.search(_FIELD.sub("", said)):
        yield f"half-width punctuation beside Chinese: {said!r}"


def merge(paths: list[Path]) -> None:
    """Take translations from tab-separated files; the texts of the source decide what stays."""
    places = texts()
    given: dict[str, tuple[str, str]] = {}
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip():
                continue
            parts = [part.replace("\\n", "\n").replace("\\t", "\t") for part in line.split("\t")]
            if len(parts) != 3:
                raise SystemExit(f"{path}:{number}: want three columns, found {len(parts)}")
            given[parts[0]] = (full_width(parts[1]), full_width(parts[2]))
    for i, lang in enumerate(LANGUAGES):
        entries = read(lang) | {text: said[i] for text, said in given.items() if said[i]}
        write(lang, {text: said for text, said in entries.items() if text in places}, places)


def full_width(said: str) -> str:
    """Chinese punctuation where half-width signs stand beside Chinese.

    >>> full_width("檔案已損壞,或不是資料庫({reason})。")
    '檔案已損壞，或不是資料庫（{reason}）。'
    """
    for half, full in zip(",;:?!", "，；：？！", strict=True):
        said = re.sub(rf"(?<=[\u4e00-\u9fff」』”）]){re.escape(half)} ?", full, said)
        said = re.sub(rf"{re.escape(half)} ?(?=[\u4e00-\u9fff])", full, said)
    return re.sub(r" ?\(([^()]*)\)", lambda m: f"（{m[1]}）" if _beside_chinese(said, m) else m[0], said)


def _beside_chinese(said: str, match: re.Match[str]) -> bool:
    around = said[max(match.start() - 1, 0) : match.start()] + match[1] + said[match.end() : match.end() + 1]
    return bool(_CJK.search(around))


def main() -> int:
    if sys.argv[1:2] == ["merge"]:
        merge([Path(name) for name in sys.argv[2:]])
    found = problems()
    print("\n".join(found) or "All texts are translated.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Surveys: one row for each answer to one question, from one column for all or one column for each question."""

from __future__ import annotations

from dataclasses import replace

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item, among, literal
from crmeter.ingest.propose.matching import recognised
from crmeter.ingest.propose.profile import Evidence, Profile
from crmeter.ingest.propose.vocabulary import key, question, words
from crmeter.kernel.messages import t


def complete(draft: Draft) -> None:
    """Settle questions, scales and keys."""
    asked = questions(draft)
    by_row = draft.raw_of("instrument") or draft.raw_of("aspect")
    if asked and not (by_row and draft.raw_of("score")):
        _wide(draft, asked)
    else:
        _long(draft)
    if "survey_id" not in draft.items:
        draft.items["survey_id"] = Item(literal(draft.raw.name), (), 0.7, t("the name of the file"))
    _key(draft)


def questions(draft: Draft) -> list[str]:
    """The raw columns whose header asks a question and whose values are scores."""
    return [name for name in draft.raw.columns if question(name) and is_score(draft.evidence, draft.raw.name, name)]


def is_score(evidence: Evidence, table: str, column: str) -> bool:
    """Whether a column holds scores: small numbers, or satisfaction in words."""
    profile = evidence.profiles[table][column]
    small = profile.numbers >= 0.9 and profile.high is not None and profile.high <= 100 and profile.distinct <= 101
    return (small and profile.dates < 0.5) or bool(_worded(evidence, table, column))


def _worded(evidence: Evidence, table: str, column: str) -> dict[str, int]:
    """Satisfaction in words → 1 to 5, if that is what all values are."""
    known = {key(word): place for place, row in enumerate(words()["scales"]["csat"], 1) for word in row}
    values = evidence.values(table, column)
    return {v: known[key(v)] for v in values} if values and all(key(v) in known for v in values) else {}


def _wide(draft: Draft, asked: list[str]) -> None:
    """One SELECT for each question. Only the first keeps rows without a score: one invitation, not several."""
    for name in [n for n, item in draft.items.items() if item.raw and item.raw[0] in asked]:
        del draft.items[name]
    several = len(asked) > 1
    for place, column in enumerate(asked):
        items = _question(draft, column, several)
        if place == 0:
            draft.items |= items
        else:
            draft.branches.append(items)
            draft.branch_where.append([(f"trim({quoted(column)}::VARCHAR) <> ''", t("answered"))])
    if several:
        draft.notes.append(t("Each of {columns} is a question of its own.", columns=", ".join(f'"{n}"' for n in asked)))


def _question(draft: Draft, column: str, several: bool) -> dict[str, Item]:
    instrument = question(column) or "csat"
    low, high, confidence, why = _scale(draft.profiles[column], instrument)
    score, worded = quoted(column), _worded(draft.evidence, draft.raw.name, column)
    if worded:
        whens = " ".join(f"WHEN {literal(value)} THEN {literal(str(place))}" for value, place in worded.items())
        score = f"CASE {quoted(column)} {whens} ELSE {quoted(column)} END"
        low, high, confidence, why = 1, 5, 0.85, t("satisfaction in words, from 1 to 5")
    asks = t("the header asks for it")
    items = {
        "instrument": Item(literal(instrument), (), 0.92, asks),
        "score": Item(score, (column,), confidence, asks),
        "scale_min": Item(str(low), (), confidence, why),
        "scale_max": Item(str(high), (), confidence, why),
    }
    if several:
        items["aspect"] = Item(literal(column), (), 0.9, t("the header is the question"))
    return items


def _scale(profile: Profile, instrument: str) -> tuple[int, int, float, str]:
    """The ends of the scale as the scores show them: lowest, highest, confidence, why."""
    low, high = profile.low, profile.high
    if instrument == "nps":
        fits = low is None or high is None or (low >= 0 and high <= 10)
        return 0, 10, 0.95 if fits else 0.3, t("NPS is asked from 0 to 10")
    if low is None or high is None:
        return 1, 5, 0.4, t("no score was given yet: 1 to 5 is assumed")
    seen = t("scores go from {low} to {high}", low=f"{low:g}", high=f"{high:g}")
    for top in (5, 7, 10, 100):
        if high <= top:
            bottom = 0 if low < 1 else 1
            return bottom if top < 100 else 0, top, 0.85 if high == top and low == bottom else 0.6, seen
    return 0, round(high), 0.3, seen


def _long(draft: Draft) -> None:
    """One score column: what was asked stands in another column, in the file's name, or shows in the scores."""
    column = draft.raw_of("score")
    if not column:
        return
    meant = _instruments(draft)
    if meant:
        _by_instrument(draft, column, meant)
        return
    draft.items.pop("instrument", None)
    guessed, confidence, why = _guess(draft, column)
    found = _question(draft, column, False)
    low, high, sure, said = _scale(draft.profiles[column], guessed)
    if _worded(draft.evidence, draft.raw.name, column):
        low, high, sure, said = 1, 5, 0.85, t("satisfaction in words, from 1 to 5")
    draft.items["score"].expression = found["score"].expression
    draft.items["instrument"] = Item(literal(guessed), (), confidence, why)
    draft.items["scale_min"] = Item(str(low), (), min(sure, confidence), said)
    draft.items["scale_max"] = Item(str(high), (), min(sure, confidence), said)
    if confidence < 0.6:
        draft.notes.append(
            t("Whether this is satisfaction or recommendation (NPS) shows only in the scores: check it.")
        )


def _instruments(draft: Draft) -> dict[str, dict[str, str]]:
    """Raw column → value → instrument, for the column whose values say what each row's score is of."""
    for name in ("instrument", "aspect", "survey_id"):
        column = draft.raw_of(name)
        if not column:
            continue
        values = draft.evidence.values(draft.raw.name, column)
        found = recognised(draft.table, "instrument", values)
        found |= {value: asked for value in values if value not in found and (asked := question(value))}
        if found and len(found) == len(values):
            return {column: found}
    return {}


def _by_instrument(draft: Draft, score: str, meant: dict[str, dict[str, str]]) -> None:
    column, instruments = next(iter(meant.items()))
    name = quoted(column)
    groups: dict[str, list[str]] = {}
    for value, instrument in instruments.items():
        groups.setdefault(instrument, []).append(value)
    said = ", ".join(f"{value} = {instrument}" for value, instrument in list(instruments.items())[:4])
    whens = " ".join(f"WHEN {among(name, spelled)} THEN '{instrument}'" for instrument, spelled in groups.items())
    draft.items["instrument"] = Item(f"CASE {whens} ELSE {name} END", (column,), 0.92, said)
    for end, place in (("scale_min", 0), ("scale_max", 1)):
        parts, confidence, why = [], 0.95, ""
        for instrument, spelled in groups.items():
            scale = _scale(_of_rows(draft, score, among(name, spelled)), instrument)
            parts.append(f"WHEN {among(name, spelled)} THEN {scale[place]}")
            confidence, why = min(confidence, scale[2]), scale[3]
        draft.items[end] = Item(f"CASE {' '.join(parts)} END", (column,), confidence, why)


def _of_rows(draft: Draft, score: str, condition: str) -> Profile:
    """The profile of a score column with the ends of those rows only."""
    row = draft.evidence.con.execute(
        f"SELECT min(try_cast({quoted(score)} AS DOUBLE)), max(try_cast({quoted(score)} AS DOUBLE))"
        f" FROM {draft.evidence.name(draft.raw.name)} WHERE {condition}"
    ).fetchone()
    assert row is not None
    return replace(draft.profiles[score], low=row[0], high=row[1])


def _guess(draft: Draft, column: str) -> tuple[str, float, str]:
    """What one column of scores is of: its header, the file's name, else the scores."""
    for text, confidence in ((column, 0.92), (draft.raw.name, 0.85)):
        asked = question(text)
        if asked:
            return asked, confidence, t('"{name}" says so', name=text)
    profile = draft.profiles[column]
    if profile.high is not None and profile.low is not None and 5 < profile.high <= 10 and profile.low < 1:
        return "nps", 0.5, t("scores from 0 to 10 look like NPS")
    return "csat", 0.5, t("scores that do not go from 0 to 10 look like satisfaction")


def _key(draft: Draft) -> None:
    """A key for each answer, where several come from one row."""
    item = draft.items.get("response_id")
    if item is None:
        expression = "_file || ':' || _row"
        why = t("no key in the file: the row's place stands in, and changes when the file does")
        item = draft.items["response_id"] = Item(expression, (), 0.3, why)
    if not draft.branches:
        return
    if "submission_id" not in draft.items:
        draft.items["submission_id"] = Item(item.expression, item.raw, item.confidence, t("answers given together"))
    asked = [draft.items, *draft.branches]
    base = item.expression
    for place, items in enumerate(asked, 1):
        own = f"{base} || {literal(f'-{place}')}"
        items["response_id"] = Item(own, item.raw, item.confidence, t("{why}; numbered by question", why=item.why))


def within(draft: Draft) -> bool:
    """Whether a table of cases or orders also has scores: a second mapping of the same rows."""
    return draft.table.name in ("case", "order") and any(name in draft.free() for name in questions(draft))

"""Which raw column stands for which canonical column: the header says, the values agree or not."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item
from crmeter.ingest.propose.profile import Evidence, Profile
from crmeter.ingest.propose.vocabulary import SURE, Meaning, choices, key, meanings, says
from crmeter.ingest.source import RawTable
from crmeter.kernel.messages import t
from crmeter.model.table import Column, Kind, Table

CLOSE = 0.12  # two candidates this near are both possible
_LEAST = 0.3
_AMBIGUOUS = 0.55
_CONFIRMED = 1.06

# Canonical columns that one raw column may fill together.
_SHARED = (
    frozenset({"stage", "outcome"}),
    frozenset({"customer_id", "name"}),
    frozenset({"customer_id", "email"}),
    frozenset({"lead_id", "email"}),
    frozenset({"closed_at", "expected_close_on"}),
    frozenset({"response_id", "submission_id"}),
    frozenset({"campaign_id", "name"}),
    frozenset({"user_id", "name"}),
    frozenset({"side", "category"}),
    frozenset({"stage", "kind"}),
)

CHOICES = {
    ("opportunity", "outcome"): "outcome",
    ("order", "kind"): "order_kind",
    ("case", "kind"): "case_kind",
    ("case", "first_response_by"): "first_response_by",
    ("customer", "kind"): "kind",
    ("survey_response", "instrument"): "instrument",
}


@dataclass(frozen=True)
class Candidate:
    """A raw column that may stand for a canonical one."""

    column: str
    raw: str
    score: float
    why: str


def match(table: Table, raw: RawTable, evidence: Evidence) -> Draft:
    """The best raw column for each canonical column of ``table``."""
    draft = Draft(table, raw, evidence)
    found = candidates(table, raw, evidence)
    taken: dict[str, set[str]] = {}
    for candidate in sorted(found, key=lambda c: -c.score):
        if candidate.column in draft.items or candidate.score < _LEAST:
            continue
        fills = taken.setdefault(candidate.raw, set())
        if fills and not any(fills | {candidate.column} <= shared for shared in _SHARED):
            continue
        fills.add(candidate.column)
        draft.items[candidate.column] = Item(quoted(candidate.raw), (candidate.raw,), candidate.score, candidate.why)
    _note_rivals(draft, found)
    return draft


def _note_rivals(draft: Draft, found: list[Candidate]) -> None:
    """Where another free column is nearly as good, both are named and nothing is sure."""
    for column, item in draft.items.items():
        if draft.table.column(column).kind is Kind.KEY and item.confidence >= 0.85:
            continue  # any key does
        rivals = [
            c
            for c in found
            if c.column == column and c.raw not in draft.used() and c.score >= max(item.confidence - CLOSE, _LEAST)
        ]
        rivals = [c for c in rivals if not draft.profiles[c.raw].empty]
        if rivals:
            item.others = tuple(dict.fromkeys(c.raw for c in rivals))
            item.confidence = min(item.confidence, _AMBIGUOUS)


def candidates(table: Table, raw: RawTable, evidence: Evidence) -> list[Candidate]:
    """Every raw column for every canonical column that its header or its values allow."""
    found: list[Candidate] = []
    profiles = evidence.profiles[raw.name]
    for name in raw.columns:
        for meaning in meanings(table.name, name):
            column = table.column(meaning.column)
            if profiles[name].empty and meaning.clarity < 0.8:
                continue
            factor, said = fit(table, column, profiles[name], evidence)
            why = t("the header says so") if meaning.clarity > 0.8 else t("the header may say so")
            score = min(_clarity(table, meaning, name) * factor, 0.98)
            found.append(Candidate(column.name, name, score, t("{why}, {said}", why=why, said=said) if said else why))
    return found


def _clarity(table: Table, meaning: Meaning, header: str) -> float:
    """How clearly the header says it; of two amounts of an order the one without tax is meant."""
    if (table.name, meaning.column) != ("order", "amount"):
        return meaning.clarity
    if any(says(header, word) for word in ("未税", "不含税", "税前", "excl tax", "excluding tax", "net")):
        return max(meaning.clarity, SURE)
    return meaning.clarity * (0.8 if any(says(header, word) for word in ("含税", "gross", "incl tax")) else 1.0)


def fit(table: Table, column: Column, profile: Profile, evidence: Evidence) -> tuple[float, str]:
    """By how much the values raise or lower what the header says, and what to say of them."""
    if profile.empty and column.kind is not Kind.KEY:
        return 0.55, t("but the column is empty")
    if column.kind is Kind.KEY:
        if evidence.unique(profile.table, profile.column):
            return 1.1, t("every row has its own value")
        return 0.75, t("but its values repeat or are missing")
    if column.kind in (Kind.INSTANT, Kind.DATE):
        return _fit_date(profile)
    if column.kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        return _share(profile.numbers, t("its values are numbers"), t("but not all values are numbers"))
    if column.kind is Kind.CURRENCY:
        return _share(profile.currencies, t("its values are currency codes"), t("but they are no currency codes"))
    if column.kind is Kind.FLAG:
        return _share(profile.flags, t("its values are yes and no"), t("but they are not yes and no"))
    if column.kind is Kind.CHOICE:
        return _fit_choice(table, column, profile, evidence)
    return _fit_text(column, profile)


def _share(share: float, good: str, bad: str) -> tuple[float, str]:
    if share >= 0.9:
        return _CONFIRMED, good
    return (share if share >= 0.5 else 0.1), bad


def _fit_date(profile: Profile) -> tuple[float, str]:
    if profile.dates >= 0.9:
        return _CONFIRMED, t("its values are dates")
    if max(profile.serials, profile.epochs) >= 0.9:
        return 0.95, t("its values can be read as dates")
    return (profile.dates if profile.dates >= 0.5 else 0.1), t("but not all values are dates")


def _fit_text(column: Column, profile: Profile) -> tuple[float, str]:
    if profile.dates >= 0.9 and profile.integers < 0.9:
        return 0.1, t("but its values are dates")
    if column.name == "email":
        return (_CONFIRMED, t("its values are addresses")) if profile.emails >= 0.8 else (0.75, "")
    if column.name in ("name", "industry", "region", "gender") and profile.numbers >= 0.9:
        return 0.5, t("but its values are numbers")
    return 1.0, ""


def _fit_choice(table: Table, column: Column, profile: Profile, evidence: Evidence) -> tuple[float, str]:
    values = evidence.values(profile.table, profile.column)
    if column.name == "outcome" and profile.flags >= 0.9:
        return (1.0, t("its values are yes and no")) if is_won_flag(profile.column) else (0.1, "")
    if column.name == "kind" and table.name == "order" and not values:
        return 0.1, ""
    known = recognised(table, column.name, values)
    if not known:
        return 0.3, t("but none of its values is known")
    said = ", ".join(f"{value} = {choice}" for value, choice in list(known.items())[:4])
    return (1.0 if len(known) < len(values) else _CONFIRMED), said


def is_won_flag(header: str) -> bool:
    """Whether a yes/no column says that a deal was won."""
    return any(says(header, word) for word in ("won", "赢单", "成交"))


def recognised(table: Table, column: str, values: list[str]) -> dict[str, str]:
    """The values whose meaning is known, with the canonical choice each means."""
    own = {key(choice): choice for choice in table.column(column).choices}
    known = own | choices(CHOICES.get((table.name, column), f"{table.name}_{column}"))
    return {value: known[key(value)] for value in values if key(value) in known}

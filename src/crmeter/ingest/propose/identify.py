"""Which canonical table a raw table holds."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.ingest.propose.draft import Draft
from crmeter.ingest.propose.matching import match
from crmeter.ingest.propose.profile import Evidence
from crmeter.ingest.propose.spends import CHANNELS, wide_columns
from crmeter.ingest.propose.surveys import questions
from crmeter.ingest.propose.vocabulary import key as vocabulary_key
from crmeter.ingest.propose.vocabulary import named, says, tables, words
from crmeter.ingest.source import RawTable
from crmeter.kernel.messages import t
from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME

_LEAST = 0.5

# Canonical columns that only one kind of export has: finding one clearly is worth more than a shared one.
_TELLING = {
    "customer": {"email": 0.1, "phone": 0.1, "industry": 0.15, "gender": 0.1, "birth_year": 0.1, "segment": 0.1},
    "order": {"order_id": 0.25, "ordered_at": 0.15, "amount": 0.1, "product": 0.05},
    "subscription": {"monthly_amount": 0.25, "subscription_id": 0.2, "started_at": 0.1, "ended_at": 0.1},
    "lead": {"lead_id": 0.25, "converted_at": 0.2, "qualified_at": 0.15, "lost_reason": 0.05},
    "opportunity": {"outcome": 0.2, "stage": 0.2, "opportunity_id": 0.2, "closed_at": 0.1, "expected_close_on": 0.15},
    "case": {"case_id": 0.2, "first_response_at": 0.2, "resolved_at": 0.15, "priority": 0.15, "kind": 0.1},
    "survey_response": {"score": 0.25, "response_id": 0.15, "survey_id": 0.1, "instrument": 0.15, "comment": 0.05},
    "campaign": {"campaign_id": 0.2, "name": 0.1, "started_on": 0.1, "target_segment": 0.15},
    "touch": {"touch_id": 0.2, "campaign_id": 0.15, "kind": 0.2, "arm": 0.1, "at": 0.05},
    "spend": {"amount": 0.2, "spent_on": 0.05, "channel": 0.1, "campaign_id": 0.1, "category": 0.1},
    "feedback": {"feedback_id": 0.2, "text": 0.15, "sentiment": 0.15, "voice": 0.1, "source": 0.05},
    "stage": {"position": 0.25, "stage": 0.15, "kind": 0.1, "pipeline": 0.05},
    "stage_change": {"entered_at": 0.2, "stage": 0.15, "opportunity_id": 0.15},
    "quota": {"amount": 0.2, "period_start": 0.15, "period_end": 0.05},
    "interaction": {"interaction_id": 0.2, "kind": 0.1, "direction": 0.15, "minutes": 0.1, "at": 0.05},
    "crm_user": {"user_id": 0.1, "role": 0.15, "licensed_from": 0.15, "team": 0.05},
    "usage": {"usage_id": 0.15, "action": 0.2, "feature": 0.1, "object_kind": 0.1, "at": 0.05},
    "training": {"course": 0.25, "completed_at": 0.15, "level": 0.05},
    "course": {"course": 0.2, "role": 0.2, "level": 0.1},
    "crm_field": {"field": 0.2, "filled_share": 0.25, "object_kind": 0.1, "custom": 0.1},
    "task": {"task_id": 0.2, "due_on": 0.2, "done_at": 0.1, "automated": 0.1},
    "investment": {"side": 0.25, "category": 0.1, "evidence": 0.2, "entry_id": 0.05},
    "event": {"event_id": 0.15, "title": 0.2, "kind": 0.1, "at": 0.05},
    "fx_rate": {"rate": 0.25, "from_currency": 0.15, "to_currency": 0.15},
    "figures": {"input": 0.2, "value": 0.15, "period_start": 0.1, "period_end": 0.1},
    "benchmark": {"kpi": 0.2, "value": 0.1, "year": 0.1, "definition": 0.1, "industry": 0.05},
}
# Tables with many columns of their own, of which even vague headers tell; of the others only clear ones do.
_RICH = frozenset({"customer", "order", "subscription", "lead", "opportunity", "case", "survey_response"})
# Required columns that can be a constant when no raw column has them.
CONSTANT = frozenset({"currency", "kind", "scale_min", "scale_max", "survey_id", "instrument", "function", "category",
                      "evidence", "voice", "source", "status", "level", "automated", "custom", "action"})  # fmt: skip
# Tables whose rows often have no key of their own.
_KEYLESS = frozenset({"survey_response", "subscription", "spend", "touch", "interaction", "usage", "task", "investment",
                      "event", "feedback"})  # fmt: skip


@dataclass
class Identified:
    """What each raw table was taken for, and why the others were not taken for anything."""

    drafts: dict[str, Draft]  # canonical table → draft
    rivals: dict[str, list[Draft]]  # further raw tables that look like the same canonical table
    unknown: dict[str, str]  # raw table → reason


def identify(evidence: Evidence) -> Identified:
    """The best canonical table for each raw table, and the best raw table for each canonical one."""
    found = Identified({}, {}, {})
    by_table: dict[str, list[Draft]] = {}
    for raw in evidence.tables.values():
        draft = _best(raw, evidence)
        if draft is None:
            found.unknown[raw.name] = t("it looks like none of the tables that mappings are proposed for")
        elif not raw.rows:
            found.unknown[raw.name] = t("it has no rows")
        else:
            by_table.setdefault(draft.table.name, []).append(draft)
    for name, drafts in by_table.items():
        ranked = sorted(drafts, key=lambda d: (-d.confidence, -d.raw.rows, d.raw.name))
        found.drafts[name] = ranked[0]
        found.rivals[name] = ranked[1:]
    return found


def _best(raw: RawTable, evidence: Evidence) -> Draft | None:
    drafts = [match(BY_NAME[name], raw, evidence) for name in tables()]
    names = named(raw.name)
    for draft in drafts:
        draft.confidence = _resemblance(draft, names.get(draft.table.name, 0.0))
    best = max(drafts, key=lambda draft: draft.confidence)
    return best if best.confidence >= _LEAST else None


def _resemblance(draft: Draft, name: float) -> float:
    """From 0 to 1: the name of the raw table, the required columns found, and those that only this table has."""
    needed = [c for c in draft.table.columns if c.required and c.name not in CONSTANT]
    found = sum(draft.items[c.name].confidence for c in needed if c.name in draft.items)
    covered = found / len(needed)
    telling = sum(
        weight * draft.items[column].confidence
        for column, weight in _TELLING[draft.table.name].items()
        if column in draft.items and draft.items[column].confidence >= (0.6 if draft.table.name in _RICH else 0.8)
    )
    if draft.table.name == "survey_response":
        telling += 0.4 * bool(questions(draft))
    if draft.table.name == "spend":
        telling += 0.4 * bool(len(wide_columns(draft)) >= CHANNELS)
    telling += 0.1 * _keyed_customers(draft)
    score = 0.25 * name + 0.4 * covered + min(telling, 0.45)
    score -= _key_doubt(draft)
    if _is_about(draft):
        score -= 0.3
    if (name < 0.5 and telling < 0.19) or _only_links(draft):
        score = min(score, 0.45)
    if name == 1.0 and score >= _LEAST:
        _trust_id(draft)
    return min(max(score, 0.0), 0.99)


def _key_doubt(draft: Draft) -> float:
    """What a missing or repeating key takes away. The lines of orders repeat it, and surveys often have none."""
    key = _key_of(draft)
    if not key:
        return 0.0
    if key not in draft.items:
        return 0.1 if draft.table.name in _KEYLESS else 0.2
    column = draft.raw_of(key)
    repeats = draft.raw.rows > 1 and not draft.evidence.unique(draft.raw.name, column)
    return 0.2 if repeats and draft.table.name != "order" else 0.0


def _key_of(draft: Draft) -> str:
    """The single key column of a table, empty where several columns identify a row."""
    return next((c.name for c in draft.table.columns if c.kind is Kind.KEY), "")


def _is_about(draft: Draft) -> bool:
    """Whether the name of the raw table says that it holds what happened to things, and not these things."""
    own = [name for name in words()[draft.table.name]["names"] if says(draft.raw.name, name)]
    return any(
        says(draft.raw.name, word) and not any(says(name, word) for name in own) for word in words()["records"]["about"]
    )


def _only_links(draft: Draft) -> bool:
    """Customers of whom a table says nothing but their number: it says something of other things."""
    said = {"name", "email", "phone", "industry", "region", "segment", "created_at", "gender", "birth_year", "channel"}
    return draft.table.name == "customer" and not any(
        name in draft.items and draft.items[name].confidence >= (0.85 if name == "segment" else 0.6) for name in said
    )


def _keyed_customers(draft: Draft) -> bool:
    """Whether each row has a customer number of its own, by its header and its values."""
    item = draft.items.get("customer_id")
    return draft.table.name == "customer" and item is not None and item.confidence >= 0.95


def _trust_id(draft: Draft) -> None:
    """In a file of opportunities, a column that is just called ID is the opportunity's."""
    item = draft.items.get(_key_of(draft))
    bare = item is not None and vocabulary_key(item.raw[0]) in {"id", "recordid", "编号", "数据id", "唯一性id"}
    if item is not None and bare and draft.evidence.unique(draft.raw.name, item.raw[0]):
        item.confidence = max(item.confidence, 0.9)

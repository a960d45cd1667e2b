"""Cases: what kind they are, and minutes that may be seconds or hours."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item, among
from crmeter.ingest.propose.matching import recognised
from crmeter.ingest.propose.vocabulary import says
from crmeter.kernel.messages import t

_SECONDS = ("seconds", "second", "sec", "秒")
_HOURS = ("hours", "hour", "hrs", "小时", "工时小时")
_DURATION = ("minutes", "minute", "min", "mins", "seconds", "sec", "hours", "hrs", "分钟", "秒", "小时", "时长")


def complete(draft: Draft) -> None:
    """Settle the kind and units."""
    _kind(draft)
    _handle_minutes(draft)
    _durations(draft)


def _kind(draft: Draft) -> None:
    item = draft.items.get("kind")
    values = draft.evidence.values(draft.raw.name, item.raw[0]) if item else []
    known = recognised(draft.table, "kind", values)
    if item is None or not known:
        draft.items["kind"] = Item("'other'", (), 0.4, t("no column says what kind of case it is"))
        draft.notes.append(t("No column says which cases are complaints: the complaint rate cannot be told."))
        return
    column = quoted(item.raw[0])
    meant: dict[str, list[str]] = {}
    for value in values:
        meant.setdefault(known.get(value, "other"), []).append(value)
    whens = " ".join(f"WHEN {among(column, spelled)} THEN '{kind}'" for kind, spelled in meant.items())
    blank = f"WHEN {column} IS NULL OR trim({column}::VARCHAR) = '' THEN 'other'"
    item.expression = f"CASE {whens} {blank} ELSE {column} END"
    unknown = [value for value in values if value not in known]
    if unknown:
        item.confidence = min(item.confidence, 0.7)
        draft.notes.append(t('Not known in "{column}" and taken as other: {values}.', column=item.raw[0],
                             values=", ".join(unknown[:10])))  # fmt: skip
    if "complaint" not in meant:
        draft.notes.append(t('No value of "{column}" means complaint.', column=item.raw[0]))


def _handle_minutes(draft: Draft) -> None:
    """Minutes, whatever unit the header names."""
    column = draft.raw_of("handle_minutes")
    if not column:
        return
    item = draft.items["handle_minutes"]
    factor = "/ 60" if any(says(column, word) for word in _SECONDS) else ""
    factor = factor or ("* 60" if any(says(column, word) for word in _HOURS) else "")
    if factor:
        number = f"try_cast({quoted(column)} AS DOUBLE)"
        item.expression = f"coalesce(({number} {factor})::VARCHAR, {quoted(column)}::VARCHAR)"
        item.also(t("turned into minutes"))
    elif not any(says(column, word) for word in ("minute", "min", "分", "分钟")):
        item.confidence = min(item.confidence, 0.55)
        item.also(t("taken as minutes: the header names no unit"))


def _durations(draft: Draft) -> None:
    """A first response or a solution given as a length of time is no instant: it is added to the opening."""
    opened = draft.raw_of("opened_at")
    for name in ("first_response_at", "resolved_at"):
        column = draft.raw_of(name)
        if not column or draft.profiles[column].dates >= 0.5:
            continue
        del draft.items[name]
        if opened and draft.profiles[column].numbers >= 0.9 and any(says(column, word) for word in _DURATION):
            unit = "to_seconds" if any(says(column, word) for word in _SECONDS) else "to_minutes"
            unit = "to_hours" if any(says(column, word) for word in _HOURS) else unit
            moment = f"try_cast({quoted(opened)} AS TIMESTAMP)"
            expression = f"{moment} + {unit}(try_cast({quoted(column)} AS DOUBLE)::BIGINT)"
            draft.items[name] = Item(expression, (column,), 0.55, t("a length of time, added to the opening"))

"""The tables that mostly need their choices told and what is missing assumed: campaigns, spend, users, tasks …"""

from __future__ import annotations

from collections.abc import Callable

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose import spends, stages
from crmeter.ingest.propose.draft import Draft, Item, among, literal
from crmeter.ingest.propose.matching import recognised
from crmeter.ingest.propose.vocabulary import choices, key, says
from crmeter.kernel.messages import t
from crmeter.model.table import Column, Kind

# What stands in a column that no file says anything of; always told.
_ASSUMED = {
    ("spend", "function"): "marketing",
    ("spend", "category"): "advertising",
    ("feedback", "voice"): "customer",
    ("feedback", "status"): "new",
    ("training", "level"): "basic",
    ("course", "level"): "basic",
    ("course", "kind"): "course",
    ("task", "automated"): "no",
    ("investment", "evidence"): "claimed",
    ("event", "kind"): "other",
}
_SECONDS = ("seconds", "second", "sec", "秒")
_LOGIN = ("login", "登录", "登入")


def complete(draft: Draft, currency: str) -> None:
    """Settle choices, what can be assumed, and the key."""
    own: dict[str, Callable[[Draft], None]] = {
        "spend": spends.complete,
        "stage": stages.complete_stages,
        "stage_change": stages.complete_changes,
        "quota": stages.complete_quotas,
        "usage": _usage,
        "interaction": _minutes,
    }
    if draft.table.name in own:
        own[draft.table.name](draft)
    if draft.table.name == "fx_rate":
        _target_currency(draft, currency)
    for column in draft.table.columns:
        if column.kind is Kind.CHOICE:
            _choice(draft, column)
        elif column.kind is Kind.FLAG and column.required and column.name not in draft.items:
            _assume(draft, column)
    _key(draft)


def _choice(draft: Draft, column: Column) -> None:
    """The canonical word for each value that is known; else what the file's name says, else what is assumed."""
    item = draft.items.get(column.name)
    if item is not None and not item.raw:
        return  # settled already
    values = draft.evidence.values(draft.raw.name, item.raw[0]) if item else []
    known = recognised(draft.table, column.name, values)
    if item is None or not known:
        draft.items.pop(column.name, None)
        if not _of_the_name(draft, column):
            _assume(draft, column)
        return
    name = quoted(item.raw[0])
    meant: dict[str, list[str]] = {}
    for value, choice in known.items():
        meant.setdefault(choice, []).append(value)
    unknown = [value for value in values if value not in known]
    rest = name
    if unknown and "other" in column.choices:
        rest = f"CASE WHEN {among(name, unknown)} THEN 'other' ELSE {name} END"
        draft.notes.append(t('Not known in "{column}" and taken as other: {values}.', column=item.raw[0],
                             values=", ".join(unknown[:10])))  # fmt: skip
    elif unknown:
        draft.notes.append(t('Not known in "{column}", and quarantined as it stands: {values}.', column=item.raw[0],
                             values=", ".join(unknown[:10])))  # fmt: skip
    item.confidence = min(item.confidence, 0.7) if unknown else item.confidence
    whens = " ".join(f"WHEN {among(name, spelled)} THEN {literal(choice)}" for choice, spelled in meant.items())
    item.expression = f"CASE {whens} ELSE {rest} END"


def _of_the_name(draft: Draft, column: Column) -> bool:
    """A file of calls holds calls: the name of the raw table says what no column does."""
    known = {key(choice): choice for choice in column.choices}
    known |= choices(f"{draft.table.name}_{column.name}")
    said = {choice: word for word, choice in known.items() if len(word) > 1 and _names(draft.raw.name, word)}
    if len(said) != 1:
        return False
    why = t('the name "{name}" says so', name=draft.raw.name)
    draft.items[column.name] = Item(literal(next(iter(said))), (), 0.75, why)
    return True


def _names(raw: str, word: str) -> bool:
    return says(raw, word) or (word.isascii() and any(key(part).rstrip("s") == word for part in raw.split("_")))


def _assume(draft: Draft, column: Column) -> None:
    assumed = _ASSUMED.get((draft.table.name, column.name), "")
    if assumed and column.required:
        draft.items[column.name] = Item(literal(assumed), (), 0.45, t("assumed: no column says it"))
        draft.notes.append(t("No column says {column}: {value} is assumed for every row.", column=column.name,
                             value=assumed))  # fmt: skip


def _key(draft: Draft) -> None:
    """A key for rows that have none: what tells them apart, else their place in the file."""
    name = next((column.name for column in draft.table.columns if column.kind is Kind.KEY), "")
    column = draft.raw_of(name) if name else ""
    if not name or draft.branches or draft.group_by or (column and draft.evidence.unique(draft.raw.name, column)):
        return
    if column and draft.table.name not in ("spend", "touch", "interaction", "usage", "task", "feedback"):
        draft.notes.append(t('"{column}" repeats: only rows with a key of their own can be loaded.', column=column))
        return
    found = _telling(draft)
    if found:
        parts = ", ".join(f"{quoted(part)}::VARCHAR" for part in found)
        why = t("no key in the file: these columns together tell its rows apart")
        draft.items[name] = Item(f"concat_ws('|', {parts})", tuple(found), 0.6, why)
        return
    why = t("no key in the file: the row's place stands in, and changes when the file does")
    draft.items[name] = Item("_file || ':' || _row", (), 0.3, why)


def _telling(draft: Draft) -> list[str]:
    """The fewest columns that are not measured amounts and tell all rows apart: dates first, then ids, then others."""
    found: list[str] = []
    for name in sorted(draft.raw.columns, key=lambda name: (draft.profiles[name].dates < 0.9, not _is_id(name))):
        profile = draft.profiles[name]
        measured = profile.numbers >= 0.9 and profile.dates < 0.9 and not _is_id(name)
        if measured or profile.distinct < 2 or profile.longest > 80:
            continue
        found.append(name)
        together = ", ".join(f"coalesce({quoted(part)}::VARCHAR, '')" for part in found)
        if draft.evidence.distinct(draft.raw.name, f"concat_ws('|', {together})") == draft.raw.rows:
            return _fewer(draft, found)
    return []


def _is_id(header: str) -> bool:
    return any(says(header, word) for word in ("id", "code", "key", "编号", "代号", "代码"))


def _fewer(draft: Draft, found: list[str]) -> list[str]:
    """Without the columns that are not needed."""
    for name in list(found):
        rest = [part for part in found if part != name]
        together = ", ".join(f"coalesce({quoted(part)}::VARCHAR, '')" for part in rest)
        if rest and draft.evidence.distinct(draft.raw.name, f"concat_ws('|', {together})") == draft.raw.rows:
            found = rest
    return found


def _target_currency(draft: Draft, currency: str) -> None:
    """A list of rates that names one currency gives the other in that of the workspace."""
    if "from_currency" in draft.items and "to_currency" not in draft.items:
        why = t("assumed: the currency of the workspace")
        draft.items["to_currency"] = Item(literal(currency), (), 0.55, why)
        draft.notes.append(t("A rate is taken as so many {currency} for one of the other currency.", currency=currency))


def _usage(draft: Draft) -> None:
    """A history of logins names no action: it is one."""
    if "action" not in draft.items and any(says(draft.raw.name, word) for word in _LOGIN):
        draft.items["action"] = Item("'login'", (), 0.75, t('the name "{name}" says so', name=draft.raw.name))


def _minutes(draft: Draft) -> None:
    """Minutes, whatever unit the header names."""
    column = draft.raw_of("minutes")
    if column and any(says(column, word) for word in _SECONDS):
        number = f"try_cast({quoted(column)} AS DOUBLE)"
        draft.items["minutes"].expression = f"coalesce(({number} / 60)::VARCHAR, {quoted(column)}::VARCHAR)"
        draft.items["minutes"].also(t("turned into minutes"))
    elif column and not any(says(column, word) for word in ("minute", "min", "分")):
        draft.items["minutes"].confidence = min(draft.items["minutes"].confidence, 0.55)
        draft.items["minutes"].also(t("taken as minutes: the header names no unit"))

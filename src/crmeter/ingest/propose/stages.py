"""Stages of a pipeline, the history of opportunities through them, and targets of a period."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item, among
from crmeter.ingest.propose.vocabulary import choices, key, meanings, says
from crmeter.kernel.messages import t

_YES = ("true", "t", "yes", "y", "1", "是")
_FIELD = ("field", "field name", "name", "property", "property name", "字段", "栏位")
_STAGE = ("stage", "stagename", "stage name", "dealstage", "阶段")
_NEW = ("new value", "value", "new", "变更后", "新值")
_SPANS = ((12, (1,)), (3, (1, 4, 7, 10)), (1, tuple(range(1, 13))))  # length in months, the months it may start in


def complete_stages(draft: Draft) -> None:
    """The order of the stages, and which of them are the end."""
    if "position" not in draft.items and "stage" in draft.items:
        why = t("no column says the order: that of the rows is taken")
        draft.items["position"] = Item("row_number() OVER (ORDER BY _file, _row)", (), 0.45, why)
    label = draft.raw_of("stage")
    won = _flag(draft, "won", "")
    ended = _flag(draft, "lost", won) or _flag(draft, "closed", won)
    if won and ended:
        expression = f"CASE WHEN {_is(won)} THEN 'won' WHEN {_is(ended)} THEN 'lost' ELSE 'open' END"
        why = t('"{won}" and "{ended}" say so', won=won, ended=ended)
        draft.items["kind"] = Item(expression, (won, ended), 0.9, why)
    elif "kind" not in draft.items and label:
        values = draft.evidence.values(draft.raw.name, label)
        known = {value: choices("outcome").get(key(value), "open") for value in values}
        parts = [
            f"WHEN {among(quoted(label), [v for v in values if known[v] == kind])} THEN '{kind}'"
            for kind in ("won", "lost")
            if kind in known.values()
        ]
        why = t("won and lost by their names, all others open")
        expression = f"CASE {' '.join(parts)} ELSE 'open' END" if parts else "'open'"
        draft.items["kind"] = Item(expression, (), 0.7 if len(parts) == 2 else 0.4, why)
        if len(parts) < 2:
            draft.notes.append(t("Not both a won and a lost stage were found by their names."))


def _flag(draft: Draft, kind: str, taken: str) -> str:
    """A yes/no column that marks the stages of a kind, other than the one that is ``taken``."""
    names = [name for name in draft.raw.columns if says(name, kind) and draft.profiles[name].flags >= 0.9]
    return next((name for name in names if name != taken), "")


def _is(column: str) -> str:
    return among(f"lower({quoted(column)}::VARCHAR)", _YES)


def complete_changes(draft: Draft) -> None:
    """A history of all fields: only the changes of the stage count."""
    wanted = {key(word) for word in _FIELD}
    named = next((n for n in draft.raw.columns if key(n) in wanted), "")
    value = next((n for n in draft.raw.columns if key(n) in {key(word) for word in _NEW}), "")
    if not named or not value:
        return
    stages = [v for v in draft.evidence.values(draft.raw.name, named) if key(v) in {key(word) for word in _STAGE}]
    if not stages:
        draft.items.pop("stage", None)
        draft.notes.append(t('No value of "{column}" is the stage.', column=named))
        return
    draft.items["stage"] = Item(quoted(value), (value,), 0.85, t("the new value, where the stage changed"))
    draft.where.append((among(quoted(named), stages), t("changes of the stage only")))


def complete_quotas(draft: Draft) -> None:
    """A target of a month, quarter or year that names its first day alone."""
    item = draft.items.get("period_start") or _months(draft)
    if item is None or "period_end" in draft.items:
        return
    column = quoted(item.raw[0])
    day = f"coalesce(try_cast({column} AS DATE), try_cast({column} || '-01' AS DATE))"
    if draft.evidence.share(draft.raw.name, f"{day} IS NULL OR day({day}) <> 1") > 0:
        return
    months = next(
        span
        for span, starts in _SPANS
        if draft.evidence.share(draft.raw.name, f"month({day}) NOT IN ({', '.join(map(str, starts))})") == 0
    )
    said = {1: t("a month"), 3: t("a quarter"), 12: t("a year")}[months]
    item.expression = day
    draft.items["period_start"] = item
    draft.items["period_end"] = Item(
        f"({day} + to_months({months}))::DATE", item.raw, 0.55, t("taken as {length}, by the first days", length=said)
    )
    draft.notes.append(t("Each target is taken as that of {length}: no column says when it ends.", length=said))


def _months(draft: Draft) -> Item | None:
    """A column of months, which are no dates: 2025-03."""
    for name in draft.free():
        meant = any(meaning.column == "period_start" for meaning in meanings("quota", name))
        months = f"regexp_matches(trim({quoted(name)}::VARCHAR), '^(19|20)[0-9]{{2}}-[01][0-9]$')"
        if meant and draft.evidence.share(draft.raw.name, months) == 1:
            return Item(quoted(name), (name,), 0.8, t("its values are months"))
    return None

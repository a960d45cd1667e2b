"""Opportunities: won, lost or open, and the day they closed."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item, among
from crmeter.ingest.propose.matching import is_won_flag, recognised
from crmeter.ingest.propose.vocabulary import key, meanings
from crmeter.kernel.messages import t

_YES = ("true", "TRUE", "True", "1", "t", "Y", "y", "yes", "Yes", "YES", "是")
_CLOSED = ("is closed", "closed", "hs is closed", "是否关闭", "是否结案", "已关闭")


def complete(draft: Draft) -> str:
    """Settle outcome and closing dates. Returns the condition of a won opportunity, empty if nothing says it."""
    won, ended = _outcome(draft)
    if not won:
        draft.items.pop("outcome", None)
        draft.notes.append(t("Nothing says which opportunities were won or lost."))
    _closing(draft, ended)
    return won


def _outcome(draft: Draft) -> tuple[str, str]:
    """The conditions of a won and of an ended opportunity."""
    best, known = "", dict[str, str]()
    for name in draft.raw.columns:
        if not any(m.column in ("outcome", "stage") for m in meanings("opportunity", name)):
            continue
        found = recognised(draft.table, "outcome", draft.evidence.values(draft.raw.name, name))
        if len(set(found.values())) > len(set(known.values())):
            best, known = name, found
    if "won" in known.values():
        return _from_words(draft, best, known)
    flag = next((n for n in draft.raw.columns if is_won_flag(n) and draft.profiles[n].flags >= 0.9), "")
    return _from_flags(draft, flag) if flag else ("", "")


def _from_words(draft: Draft, column: str, known: dict[str, str]) -> tuple[str, str]:
    values = draft.evidence.values(draft.raw.name, column)
    won = [v for v in values if known.get(v) == "won"]
    lost = [v for v in values if known.get(v) == "lost"]
    still_open = [v for v in values if v not in known]
    name = quoted(column)
    parts = [f"WHEN {among(name, won)} THEN 'won'"]
    parts += [f"WHEN {among(name, lost)} THEN 'lost'"] if lost else []
    parts += [f"WHEN {among(name, still_open)} THEN NULL"] if still_open else []
    why = t("won: {won}; lost: {lost}; open: {open}", won=", ".join(won), lost=", ".join(lost) or "-",
            open=", ".join(still_open[:10]) or "-")  # fmt: skip
    confidence = 0.95 if lost else 0.7
    draft.items["outcome"] = Item(f"CASE {' '.join(parts)} ELSE {name} END", (column,), confidence, why)
    if not lost:
        draft.notes.append(t("No value means lost: without lost opportunities every win rate is 100%."))
    return among(name, won), among(name, won + lost)


def _from_flags(draft: Draft, won: str) -> tuple[str, str]:
    """Two yes/no columns, as Salesforce has them: won, and closed."""
    wanted = {key(word) for word in _CLOSED}
    closed = next((n for n in draft.raw.columns if key(n) in wanted and draft.profiles[n].flags >= 0.9), "")
    is_won = among(f"{quoted(won)}::VARCHAR", _YES)
    if not closed:
        draft.items["outcome"] = Item(f"CASE WHEN {is_won} THEN 'won' END", (won,), 0.6, t("yes is won"))
        draft.notes.append(t("No column says which opportunities were lost."))
        return is_won, is_won
    is_closed = among(f"{quoted(closed)}::VARCHAR", _YES)
    expression = f"CASE WHEN {is_won} THEN 'won' WHEN {is_closed} THEN 'lost' END"
    draft.items["outcome"] = Item(expression, (won, closed), 0.92, t("closed and not won is lost"))
    return is_won, is_closed


def _closing(draft: Draft, ended: str) -> None:
    """One close date for all, also for open ones, is a plan until the opportunity has ended."""
    item = draft.items.get("closed_at")
    if item is None or not ended:
        return
    column = item.raw[0]
    filled = f"trim({quoted(column)}::VARCHAR) <> ''"
    still_open = draft.evidence.share(draft.raw.name, f"{filled} AND NOT coalesce({ended}, false)")
    if still_open > 0:
        item.expression = f"CASE WHEN {ended} THEN {quoted(column)} END"
        item.also(t("open opportunities have one too, which is a plan"))
        if "expected_close_on" not in draft.items:
            why = t("the planned date of opportunities that are still open")
            draft.items["expected_close_on"] = Item(quoted(column), (column,), 0.8, why)
    without = draft.evidence.share(draft.raw.name, f"{ended} AND NOT coalesce({filled}, false)")
    if without > 0:
        share = f"{without:.1%}"
        draft.notes.append(t("{share} of the rows have ended without a closing date: no period counts them.",
                             share=share))  # fmt: skip

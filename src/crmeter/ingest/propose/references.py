"""Which column refers to which table: found by values that are keys of the other table, whatever the header says."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item
from crmeter.ingest.propose.identify import Identified
from crmeter.ingest.propose.vocabulary import meanings, says
from crmeter.kernel.messages import t
from crmeter.model.table import Column, Kind

_MOST = 0.8  # share of the values that must be keys
_SOME = 0.3
_HARDLY = 0.05
_PEOPLE = ("contact", "user", "联系人", "联络人")  # who works for a customer, where there is a table of companies too


def settle_customers(found: Identified) -> None:
    """Of several raw tables that look like customers, the one that the other tables refer to."""
    rivals = found.rivals.get("customer", [])
    if not rivals:
        return
    drafts = [found.drafts["customer"], *rivals]
    others = [draft for name, draft in found.drafts.items() if name != "customer"]
    people = {d.raw.name: any(says(d.raw.name, word) for word in _PEOPLE) for d in drafts}
    ranked = sorted(
        drafts,
        key=lambda d: (-round(_referred(d, others), 1), people[d.raw.name], -d.confidence, -d.raw.rows, d.raw.name),
    )
    found.drafts["customer"], found.rivals["customer"] = ranked[0], ranked[1:]


def _referred(customers: Draft, others: list[Draft]) -> float:
    """The best overlap of any customer column of the other tables with the key of ``customers``."""
    key = customers.raw_of("customer_id")
    if not key:
        return 0.0
    shares = [
        other.evidence.overlap(other.raw.name, name, customers.raw.name, key)
        for other in others
        for name in _spoken_of(other, "customer_id")
    ]
    return max(shares, default=0.0)


def _spoken_of(draft: Draft, column: str) -> list[str]:
    """The raw columns whose header may mean ``column``."""
    return [name for name in draft.raw.columns if any(m.column == column for m in meanings(draft.table.name, name))]


def settle(drafts: dict[str, Draft]) -> None:
    """Look up every reference of every draft in the table that it points to."""
    for draft in drafts.values():
        for column in draft.table.columns:
            target = drafts.get(column.to)
            if column.kind is Kind.REF and target is not None and target is not draft:
                _settle(draft, column, target)


def _settle(draft: Draft, column: Column, target: Draft) -> None:
    key = target.raw_of(next(c.name for c in target.table.columns if c.kind is Kind.KEY))
    if not key:
        return
    spoken = _spoken_of(draft, column.name)
    shares = {name: draft.evidence.overlap(draft.raw.name, name, target.raw.name, key) for name in spoken}
    best = max(shares, key=lambda name: shares[name], default="")
    if best and shares[best] >= _SOME:
        _take(draft, column, best, shares[best], target)
    elif not _by_name(draft, column, target, spoken, key):
        _doubt_or_find(draft, column, target, key, shares)


def _take(draft: Draft, column: Column, name: str, share: float, target: Draft) -> None:
    why = t("{share} of its values are keys of {table}", share=f"{share:.0%}", table=f'"{target.raw.name}"')
    others = draft.items[column.name].others if column.name in draft.items else ()
    _release(draft, name)
    confidence = 0.97 if share >= _MOST else 0.75
    draft.items[column.name] = Item(quoted(name), (name,), confidence, why, tuple(o for o in others if o != name))


def _release(draft: Draft, name: str) -> None:
    """Take a raw column away from what it was thought to be."""
    for column in [c for c, item in draft.items.items() if item.raw == (name,)]:
        del draft.items[column]


def _by_name(draft: Draft, column: Column, target: Draft, spoken: list[str], key: str) -> bool:
    """A file that names customers instead of numbering them: look the number up."""
    label = target.raw_of("name")
    if not label or label == key:
        return False
    for name in spoken:
        share = draft.evidence.overlap(draft.raw.name, name, target.raw.name, label)
        if share >= _SOME:
            unique = target.evidence.unique(target.raw.name, label)
            expression = (
                f"(SELECT min(k.{quoted(key)}) FROM {quoted(target.raw.name)} AS k"
                f" WHERE k.{quoted(label)} = {quoted(draft.raw.name)}.{quoted(name)})"
            )
            why = t("{share} of its values are names in {table}, whose key is looked up", share=f"{share:.0%}",
                    table=f'"{target.raw.name}"')  # fmt: skip
            _release(draft, name)
            draft.items[column.name] = Item(expression, (name,), 0.75 if unique and share >= _MOST else 0.5, why)
            if not unique:
                draft.notes.append(t('Several customers have the same name in "{column}".', column=label))
            return True
    return False


def _doubt_or_find(draft: Draft, column: Column, target: Draft, key: str, shares: dict[str, float]) -> None:
    """No header leads to the other table: find a column by its values alone, or doubt what was chosen."""
    item = draft.items.get(column.name)
    chosen = item.raw[0] if item and item.raw else ""
    if chosen and (draft.profiles[chosen].empty or shares.get(chosen, 0.0) >= _HARDLY):
        return
    for name in draft.free():
        profile = draft.profiles[name]
        if profile.distinct < 5 or profile.dates >= 0.9 or profile.flags >= 0.9:
            continue
        share = draft.evidence.overlap(draft.raw.name, name, target.raw.name, key)
        plain_count = profile.integers >= 0.9 and profile.longest < 4  # 1, 2, 3 … are in every numbered key
        if share >= _MOST and not plain_count:
            _take(draft, column, name, share, target)
            draft.items[column.name].confidence = 0.7
            return
    if item is not None:
        item.confidence = min(item.confidence, 0.5)
        item.also(t("but hardly a value is a key of {table}", table=f'"{target.raw.name}"'))

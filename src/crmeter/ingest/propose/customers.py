"""Customers: attributes to group by, and customers that are only known from their orders."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.mapping.outputs import attribute_name
from crmeter.ingest.propose.draft import Draft, Item, among
from crmeter.ingest.propose.matching import match, recognised
from crmeter.ingest.propose.vocabulary import is_ignored
from crmeter.kernel.messages import t
from crmeter.model.tables import BY_NAME

_MOST_VALUES, _LONGEST = 30, 40
_OF_A_PERSON = ("name", "email", "phone", "segment", "industry", "gender", "birth_year", "region", "kind")


def complete(draft: Draft) -> None:
    """Settle kind and key, and offer what is left as attributes."""
    _kind(draft)
    key = draft.raw_of("customer_id")
    if key and not draft.evidence.unique(draft.raw.name, key):
        draft.notes.append(t('"{column}" repeats: only rows with a key of their own can be loaded.', column=key))
    if key and key == draft.raw_of("name"):
        draft.notes.append(t('There is no customer number: the name in "{column}" serves as key.', column=key))
    _attributes(draft)


def _kind(draft: Draft) -> None:
    item = draft.items.get("kind")
    if item is None:
        return
    values = draft.evidence.values(draft.raw.name, item.raw[0])
    known = recognised(draft.table, "kind", values)
    if not known:
        del draft.items["kind"]
        return
    column = quoted(item.raw[0])
    whens = " ".join(
        f"WHEN {among(column, [v for v in values if known.get(v) == kind])} THEN '{kind}'"
        for kind in dict.fromkeys(known.values())
    )
    rest = [value for value in values if value not in known]
    whens += f" WHEN {among(column, rest)} THEN NULL" if rest else ""
    item.expression = f"CASE {whens} ELSE {column} END"


def _attributes(draft: Draft) -> None:
    """Columns with few values become custom attributes: something to group customers by."""
    reserved = {name for name, _ in draft.table.stored} | set(draft.items)
    for name in draft.free():
        profile = draft.profiles[name]
        few = 2 <= profile.distinct <= _MOST_VALUES and profile.distinct * 2 <= max(profile.rows, 4)
        plain = profile.dates < 0.5 and profile.emails < 0.1 and profile.longest <= _LONGEST
        if not (few and plain and profile.filled >= 0.2) or is_ignored(name):
            continue
        attribute = attribute_name(name, reserved)
        if attribute in reserved:
            continue
        reserved.add(attribute)
        why = t("an attribute of the customer with {count} values", count=profile.distinct)
        draft.items[attribute] = Item(quoted(name), (name,), 0.7, why)


def from_others(drafts: dict[str, Draft]) -> Draft | None:
    """No file of customers: the customers that orders (or deals, contracts, cases) name, from each one's last row."""
    for source in ("order", "opportunity", "subscription", "case"):
        other = drafts.get(source)
        key = other.raw_of("customer_id") if other else ""
        if other is None or not key:
            continue
        found = match(BY_NAME["customer"], other.raw, other.evidence)
        kept = {
            name: item
            for name, item in found.items.items()
            if name in _OF_A_PERSON and item.confidence >= 0.85 and item.raw[0] not in other.used() - {key}
        }
        if not kept:
            continue
        why = t('the key that "{table}" uses', table=other.raw.name)
        draft = Draft(BY_NAME["customer"], other.raw, other.evidence, confidence=0.65, second=True)
        draft.items = {"customer_id": Item(quoted(key), (key,), other.items["customer_id"].confidence, why), **kept}
        _kind(draft)
        draft.where.append((f"trim({quoted(key)}::VARCHAR) <> ''", t("rows that name a customer")))
        draft.notes.append(
            t('There is no file of customers: they are taken from "{table}", each from its last row.',
              table=other.raw.name)
        )  # fmt: skip
        draft.last_of = key
        return draft
    return None

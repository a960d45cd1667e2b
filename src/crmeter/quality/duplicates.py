"""Customers that are probably one: who shares an e-mail address, a phone number, or the name of a company.

The name of a person says little, even beside a year of birth: of 2,000 people with Chinese names, 33 pairs share both
by chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Ask = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]  # a SELECT of ours and its parameters → its rows

# What is compared, written alike: full-width as half-width, without case, spaces and signs. Phone numbers by their last
# nine digits, since some have a country code.
_COMPARED = {
    "email": "lower(trim(nfc_normalize(c.email)))",
    "phone": r"right(regexp_replace(c.phone, '\D', '', 'g'), 9)",
    "company name": r"CASE WHEN c.kind = 'company' THEN lower(regexp_replace(c.name, '[\s\p{P}]', '', 'g')) END",
}
_LONG_ENOUGH = {"email": 6, "phone": 8, "company name": 2}
# How many customers may share it: an address of more is a placeholder, as of a shop; a name of more is common.
_MOST = {"email": 20, "phone": 20, "company name": 3}


@dataclass(frozen=True)
class Duplicates:
    """Customers that are probably one, and what they share."""

    customers: tuple[str, ...]
    shared: tuple[str, ...]


def duplicates(ask: Ask) -> list[Duplicates]:
    """Every set of customers that share something, the largest first. Deleted and merged ones are left out."""
    alike = _Sets()
    for what, compared in _COMPARED.items():
        rows = ask(
            f"SELECT list(customer_id ORDER BY customer_id) FROM (SELECT c.customer_id, {compared} AS value "
            "FROM main.customer AS c WHERE c.deleted_at IS NULL AND c.merged_into IS NULL) "
            "WHERE length(value) >= $least GROUP BY value HAVING count(*) BETWEEN 2 AND $most",
            {"least": _LONG_ENOUGH[what], "most": _MOST[what]},
        )
        for (customers,) in rows:
            alike.join(customers, what)
    return sorted(alike.found(), key=lambda d: (-len(d.customers), d.customers))


class _Sets:
    """Customers joined into sets by what they share."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._shared: dict[str, set[str]] = defaultdict(set)

    def _root(self, customer: str) -> str:
        path = [customer]
        while self._parent.setdefault(path[-1], path[-1]) != path[-1]:
            path.append(self._parent[path[-1]])
        for each in path:
            self._parent[each] = path[-1]
        return path[-1]

    def join(self, customers: Sequence[str], what: str) -> None:
        first = self._root(customers[0])
        for other in customers[1:]:
            root = self._root(other)
            if root != first:
                self._parent[root] = first
                self._shared[first] |= self._shared.pop(root, set())
        self._shared[first].add(what)

    def found(self) -> Iterator[Duplicates]:
        members: dict[str, list[str]] = defaultdict(list)
        for customer in self._parent:
            members[self._root(customer)].append(customer)
        for root, customers in members.items():
            yield Duplicates(tuple(sorted(customers)), tuple(sorted(self._shared[root])))

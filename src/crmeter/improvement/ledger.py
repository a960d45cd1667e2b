"""Verified plans as entries of the ledger of the CRM, so that its return rests on what was measured.

One entry a plan, under the plan's own number: a later verification replaces it. A benefit counts as measured only where
the registered method found it and its money is beyond noise; else it stands there as one that nobody measured, without
an amount. Two plans that read the same series at the same time would count the same money twice: the later is one that
nobody measured.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from crmeter.improvement.drafts import Plain

COLUMNS = ("entry_id", "on", "side", "category", "amount", "currency", "evidence", "verification_id", "note")
_CATEGORIES = {
    "customers": "churn_reduction",
    "value": "sales_growth",
    "sales": "sales_growth",
    "marketing": "campaign_effect",
    "satisfaction": "satisfaction",
    "service": "efficiency",
}


def entries(
    verified: Sequence[tuple[Plain, Plain]], families: Mapping[str, str], known: Collection[str]
) -> list[dict[str, str]]:
    """The entries of plans: (registration, latest verification) of each. ``families`` are those of KPIs by id,
    ``known`` the verifications that the company's own ledger already names: they are left to it."""
    found: list[dict[str, str]] = []
    read: list[tuple[Plain, Plain]] = []
    for document, verification in verified:
        if verification["verdict"] not in ("improved", "worse") or {verification["id"], document["id"]} & set(known):
            continue
        doubled = any(_count_the_same(document, other) for other, _ in read)
        read.append((document, verification))
        found.append(_entry(document, verification, families, doubled=doubled))
    return found


def _entry(document: Plain, verification: Plain, families: Mapping[str, str], *, doubled: bool) -> dict[str, str]:
    money = verification["money"]
    measured = money["reason"] is None and money["beyond_noise"] and not doubled
    window, kpi = document["design"]["after"], document["design"]["kpi"]
    note = f"{document['id']} {document['plan']['title']}"
    if money["reason"] is None:
        note += f" [{money['low']:.0f} … {money['high']:.0f}]"
    return {
        "entry_id": entry_of(verification["id"]),
        "on": _last_day(window["end"]),
        "side": "benefit",
        "category": _CATEGORIES.get(families.get(kpi, ""), "other"),
        "amount": f"{money['amount']:.2f}" if measured else "",
        "currency": money["currency"] if measured else "",
        "evidence": "measured" if measured else "not_measured",
        "verification_id": verification["id"],
        "note": note,
    }


def entry_of(verification: str) -> str:
    """The number of the entry of a plan, by one of its verifications.

    >>> entry_of("P3-V2")
    'plan-P3'
    """
    return f"plan-{verification.partition('-')[0]}"


def _last_day(end: str) -> str:
    return str(date.fromisoformat(end) - timedelta(days=1))


def _count_the_same(document: Plain, other: Plain) -> bool:
    """Whether two plans read the same money: neither by lots, at the same time, of the same groups."""
    designs = document["design"], other["design"]
    if any(design["method"] == "trial" for design in designs):
        return False
    mine, theirs = (design["after"] for design in designs)
    together = mine["start"] < theirs["end"] and theirs["start"] < mine["end"]
    apart = designs[0]["by"] == designs[1]["by"] and designs[0]["by"] and not _share(designs[0], designs[1], "target")
    return together and not apart


def _share(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    return bool(set(one[name]) & set(other[name]))


def mapping(source: str) -> str:
    """The SELECT that fills the ledger from the file of a source."""
    names = ", ".join(f'"{name}"' if name == "on" else name for name in COLUMNS)
    return f"SELECT {names}\nFROM {source}\n"


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """The file that the source reads."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")

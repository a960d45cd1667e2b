"""The sealed evaluations: added once, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.tables import EVALUATION


def canonical_json(document: Mapping[str, Any]) -> str:
    """The one way a document is written: keys sorted, no spaces, no NaN; equal documents give equal text.

    >>> canonical_json({"b": 1.0, "a": "é"})
    '{"a":"é","b":1.0}'
    """
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def row_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """A sealed evaluation as a row of its table."""
    return {
        "id": document["id"],
        "sealed_at": document["sealed_at"],
        "period": document["period"]["name"],
        "period_start": date.fromisoformat(document["period"]["start"]),
        "period_end": date.fromisoformat(document["period"]["end"]),
        "load": document["load"],
        "document": canonical_json(document),
        "checksum": document["seal"]["checksum"],
    }


@dataclass(frozen=True)
class StoredEvaluation:
    """What the list of evaluations shows of one; the checksum is that of its seal."""

    id: str
    sealed_at: str
    period: str
    period_start: date
    period_end: date
    load: int
    checksum: str


class EvaluationStore:
    """The evaluations in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def add(self, document: Mapping[str, Any]) -> None:
        """Keep a sealed evaluation. Raises UserError if its id is taken: a sealed one is never written over."""
        with saying_what_is_wrong(self._engine.url):
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(EVALUATION).values(row_of(document)))
            except IntegrityError as error:
                raise UserError.of(
                    t("There is already an evaluation {id}.", id=document["id"]),
                    t("A sealed evaluation is never changed."),
                    t("Evaluate again: the new one gets the next number."),
                ) from error

    def get(self, id: str) -> dict[str, Any]:
        """The document of an evaluation as it was stored; whether its seal holds is for the caller to check.

        Raises UserError for an id there is none of and for text that is no document any more.
        """
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            found = connection.execute(select(EVALUATION.c.document).where(EVALUATION.c.id == id)).scalar()
            ids = [] if found else connection.execute(select(EVALUATION.c.id)).scalars().all()
        if found is None:
            near = get_close_matches(id, ids, 1)
            raise UserError.of(
                t("There is no evaluation “{id}”.", id=id),
                t("The nearest is {near}.", near=near[0]) if near else "",
                t("“crmeter evaluations” lists them."),
            )
        try:
            document = json.loads(found)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise UserError.of(
                t("The evaluation {id} was changed after it was sealed: its text can't be read any more.", id=id),
                next=t("Put back a copy of the store, or evaluate the period again."),
            )
        return document

    def list(self) -> tuple[StoredEvaluation, ...]:
        """All evaluations, first sealed first."""
        shown = [column for column in EVALUATION.c if column.name != "document"]
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(select(*shown).order_by(EVALUATION.c.sealed_at, EVALUATION.c.id))
            return tuple(StoredEvaluation(**row) for row in rows.mappings())

    def next_id(self, period_name: str) -> str:
        """The id the next evaluation of a period gets: ``2025-Q4-1``, ``2025-Q4-2`` …"""
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            ids = connection.execute(select(EVALUATION.c.id).where(EVALUATION.c.period == period_name)).scalars()
            numbers = [id.rsplit("-", 1)[-1] for id in ids]
        return f"{period_name}-{max((int(n) for n in numbers if n.isdecimal()), default=0) + 1}"

"""Alerts that were given: what goes on is not told again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select

from crmeter.store.database import open_database, saying_what_is_wrong
from crmeter.store.evaluations import canonical_json
from crmeter.store.tables import ALERT


@dataclass(frozen=True)
class StoredAlert:
    """One deviation of a KPI. ``documents`` is what was told of it, by the first day of the period it was told of;
    ``distance`` is how far off it was then. ``ended_on`` is None while it goes on."""

    kpi: str
    grain: str
    started_on: date
    direction: str
    distance: float
    told_on: date
    ended_on: date | None
    documents: Mapping[str, Mapping[str, Any]]


class AlertStore:
    """The alerts in the store at ``url`` (``sqlite:///path``), which is made where there is none."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    def list(self, grain: str) -> tuple[StoredAlert, ...]:
        """All alerts of a grain, by KPI and start."""
        chosen = select(ALERT).where(ALERT.c.grain == grain).order_by(ALERT.c.kpi, ALERT.c.started_on)
        with saying_what_is_wrong(self._engine.url), self._engine.connect() as connection:
            rows = connection.execute(chosen).mappings().all()
        return tuple(StoredAlert(**{**row, "documents": json.loads(row["documents"])}) for row in rows)

    def keep(self, alert: StoredAlert) -> None:
        """Write an alert, over what was written of it before."""
        same = (
            (ALERT.c.kpi == alert.kpi) & (ALERT.c.grain == alert.grain) & (ALERT.c.started_on == alert.started_on)
        )  # fmt: skip
        row = {**alert.__dict__, "documents": canonical_json(alert.documents)}
        with saying_what_is_wrong(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(ALERT).where(same))
            connection.execute(insert(ALERT).values(row))

"""The rate of every day, from rates of some days."""

from __future__ import annotations

import duckdb

from crmeter.warehouse.engines.embedded import on
from crmeter.warehouse.engines.engine import Engine

VALID_DAYS = 7
"""How many days after its own a rate still holds."""


def refresh_rates(where: Engine | duckdb.DuckDBPyConnection, currency: str) -> None:
    """Build ``derived.rate(currency, day, rate)``: what one unit of each currency is worth in ``currency``.

    A rate holds on its day and until the next one, VALID_DAYS at most. Where a day has the rate only the other way
    round, its inverse is taken. Rates are not chained over a third currency.
    """
    engine = on(where)
    known = engine.named("main", "fx_rate")
    ages = ", ".join(f"({days})" for days in range(VALID_DAYS + 1))
    engine.derive(
        "rate",
        f"""
        WITH quoted AS (
            SELECT upper(from_currency) AS currency, "on", rate, 1 AS preference
            FROM {known} WHERE upper(to_currency) = $home AND rate > 0
            UNION ALL
            SELECT upper(to_currency), "on", 1 / rate, 2
            FROM {known} WHERE upper(from_currency) = $home AND rate > 0
        ),
        daily AS (
            SELECT currency, "on", (array_agg(rate ORDER BY preference))[1] AS rate
            FROM quoted WHERE currency <> $home GROUP BY currency, "on"
        ),
        stretch AS (
            SELECT currency, "on", rate,
                lead("on") OVER (PARTITION BY currency ORDER BY "on") AS following
            FROM daily
        )
        SELECT currency, "on" + age.days AS day, rate
        FROM stretch JOIN (VALUES {ages}) AS age(days) ON following IS NULL OR "on" + age.days < following
        """,
        {"home": currency},
    )

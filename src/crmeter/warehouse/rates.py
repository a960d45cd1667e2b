"""The rate of every day, from rates of some days."""

from __future__ import annotations

import duckdb

VALID_DAYS = 7
"""How many days after its own a rate still holds."""


def refresh_rates(con: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Build ``derived.rate(currency, day, rate)``: what one unit of each currency is worth in ``currency``.

    A rate holds on its day and until the next one, VALID_DAYS at most. Where a day has the rate only the other way
    round, its inverse is taken. Rates are not chained over a third currency.
    """
    con.execute(
        """
        CREATE OR REPLACE TABLE derived.rate AS
        WITH quoted AS (
            SELECT upper(from_currency) AS currency, "on", rate, 1 AS preference
            FROM main.fx_rate WHERE upper(to_currency) = $home AND rate > 0
            UNION ALL
            SELECT upper(to_currency), "on", 1 / rate, 2
            FROM main.fx_rate WHERE upper(from_currency) = $home AND rate > 0
        ),
        daily AS (
            SELECT currency, "on", arg_min(rate, preference) AS rate
            FROM quoted WHERE currency <> $home GROUP BY currency, "on"
        ),
        stretch AS (
            SELECT currency, "on", rate,
                least(
                    coalesce(lead("on") OVER (PARTITION BY currency ORDER BY "on") - 1, DATE '9999-12-31'),
                    "on" + CAST($valid AS INTEGER)
                ) AS until
            FROM daily
        )
        SELECT currency, CAST(unnest(generate_series("on", until, INTERVAL 1 DAY)) AS DATE) AS day, rate
        FROM stretch
        """,
        {"home": currency, "valid": VALID_DAYS},
    )

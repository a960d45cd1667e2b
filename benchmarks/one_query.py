"""One query by hand for each KPI and dimension: what is written where nothing is shared between questions.

Each of the 197 queries gives all 60 months at once and reads only the columns it needs; running sums stand in place of
a scan per month, as in ``expert.sql``. The definitions are those of the panel, and so are the tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.warehouses import connected

HERE = Path(__file__).resolve().parent
DIMENSIONS = {
    "total": "NULL",
    "customer.channel": "channel",
    "customer.region": "region",
    "customer.segment": "segment",
}
_MONTHS = (
    "WINDOW w AS (PARTITION BY v ORDER BY m), "
    "before AS (PARTITION BY v ORDER BY m ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
)
_END, _START = "sum(started - ended) OVER w", "coalesce(sum(started - ended) OVER before, 0)"
_DAYS_SO_FAR = "({0} * {1} - coalesce(sum(start_days - end_days) OVER {2}, 0))"
_TO_END, _TO_START = _DAYS_SO_FAR.format(_END, "e", "w"), _DAYS_SO_FAR.format(_START, "lag(e, 1, 0) OVER w", "before")
_YEARS = f"(({_TO_END} - {_TO_START}) / 365.25)"
_KNOWN = "CASE WHEN m >= 11 THEN {0} END"  # nobody can be seen to leave in the first year
_EXPOSED = f"({_START} + entering)"
_STOCK, _SPELLS = ("starts", "ends"), ("starts", "ends", "entering")
_LEFT = ("starts", "ends", "leaving")
_CHURN = _KNOWN.format(f"lost / nullif({_START}, 0)")
_GROWTH = "revenue::DOUBLE / nullif(greatest(lag(revenue{0}) OVER w, 0), 0)::DOUBLE - 1"
_VALUE = "sale_amount::DOUBLE / nullif(sales, 0)"
_REFUNDED = "refunded::DOUBLE / nullif(sale_amount, 0)::DOUBLE"
_LIFETIME = _KNOWN.format("sum(at_year_start) OVER w / nullif(sum(at_year_start) OVER w - sum(kept_year) OVER w, 0)")
_CLV = f"{_VALUE} * purchases / nullif({_YEARS}, 0) * (1 - {_REFUNDED}) * {_LIFETIME}"
_VALUED = ("sold", "starts", "ends", "lasting")

QUERIES: dict[str, tuple[str, tuple[str, ...]]] = {  # the value, and the parts it rests on
    "customers.end": (_END, _STOCK),
    "customers.start": (_START, _STOCK),
    "customers.new": ("new", ("starts",)),
    "customers.returned": (_KNOWN.format("started - new"), ("starts",)),
    "customers.ended": (_KNOWN.format("ended"), ("ends",)),
    "customers.lost": (_KNOWN.format("lost"), ("leaving",)),
    "customers.kept": (_KNOWN.format(f"{_START} - lost"), _LEFT),
    "active_customers": ("active", ("active",)),
    "acquisition_rate.end": (f"new / nullif({_END}, 0)", _STOCK),
    "acquisition_rate.start": (f"new / nullif({_START}, 0)", _STOCK),
    "acquisition_rate.exposed": (f"new / nullif({_EXPOSED}, 0)", _SPELLS),
    "retention_rate.cohort": (_KNOWN.format(f"({_START} - lost) / nullif({_START}, 0)"), _LEFT),
    "retention_rate.net": (_KNOWN.format(f"({_END} - new) / nullif({_START}, 0)"), _STOCK),
    "retention_rate.active": (_KNOWN.format(f"active / nullif({_EXPOSED}, 0)"), ("active", *_SPELLS)),
    "churn_rate.cohort": (_CHURN, _LEFT),
    "churn_rate.exposed": (_KNOWN.format(f"gone / nullif({_EXPOSED}, 0)"), (*_SPELLS, "leaving")),
    "churn_rate.annualised": (f"1 - (1 - {_CHURN}) ** 12", _LEFT),
    "repeat_purchase_rate": ("repeat_buyers / nullif(buyers, 0)", ("buyers",)),
    "revenue": ("revenue::DOUBLE", ("sold",)),
    "orders": ("purchases", ("sold",)),
    "refund_rate": (_REFUNDED, ("sold",)),
    "average_order_value": (_VALUE, ("sold",)),
    "purchase_frequency": (f"purchases / nullif({_YEARS}, 0)", ("sold", *_STOCK)),
    "revenue_per_customer": ("revenue::DOUBLE / nullif(active, 0)", ("sold", "active")),
    "sales_growth.previous": (_GROWTH.format(""), ("sold",)),
    "sales_growth.year": (_GROWTH.format(", 12"), ("sold",)),
    "clv.revenue": (_CLV, _VALUED),
    "clv.profit": (f"{_CLV} * (1 - cost::DOUBLE / nullif(costed, 0)::DOUBLE)", _VALUED),
    "cac": ("spent::DOUBLE / nullif(new, 0)", ("spent", "starts")),
    "csat.mean": ("CASE WHEN one_scale THEN csat_sum / nullif(csat_n, 0) END", ("answers",)),
    "csat.top2": ("top / nullif(wide, 0)", ("answers",)),
    "nps": ("100 * (promoters - detractors) / nullif(nps_n, 0)", ("answers",)),
    "complaint_rate": (f"complaints / nullif({_END}, 0)", ("opened", *_STOCK)),
    "complaining_customers_rate": (f"complaining / nullif({_EXPOSED}, 0)", ("complaining", *_SPELLS)),
    "first_response_hours.median": ("q50", ("response",)),
    "first_response_hours.p90": ("q90", ("response",)),
    "first_response_hours.mean": ("mean", ("response",)),
    "resolution_hours.median": ("q50", ("resolution",)),
    "resolution_hours.mean": ("mean", ("resolution",)),
    "resolution_hours.p90": ("q90", ("resolution",)),
    "handle_minutes.mean": ("handle", ("resolution",)),
    "won_value": ("amount::DOUBLE", ("closed",)),
    "deals_won": ("won", ("closed",)),
    "deals_lost": ("closed - won", ("closed",)),
    "win_rate": ("won / nullif(closed, 0)", ("closed",)),
    "sales_cycle_days.median": ("q50", ("cycle",)),
    "sales_cycle_days.mean": ("mean", ("cycle",)),
    "average_deal_value": ("amount::DOUBLE / nullif(priced, 0)", ("closed",)),
    "lead_conversion.by_end": ("by_end / nullif(leads, 0)", ("leads",)),
    "lead_conversion.matured": ("matured / nullif(mature, 0)", ("leads",)),
}  # fmt: skip
_RAW = ("response", "resolution", "cycle")  # undefined where there is nothing; everything else is 0


def parts() -> dict[str, str]:
    """The parts by their names."""
    found = {}
    for part in (HERE / "one_query.sql").read_text("utf-8").split(";\n"):
        lines = [line for line in part.splitlines() if line.strip()]
        if lines:
            named = next(i for i in reversed(range(len(lines))) if lines[i].startswith("-- "))
            name = lines[named].removeprefix("-- ").partition(":")[0]
            found[name] = "\n".join(lines[named + 1 :])
    return found


def query(kpi: str, dimension: str) -> str:
    """The one statement for a KPI and a dimension: month, member ('' where there is none) and value."""
    known, (value, wanted) = parts(), QUERIES[kpi]
    tables = ["person", "grid", *wanted]
    joined = " ".join(f"LEFT JOIN {name} USING (m, v)" for name in wanted)
    text = ",\n".join(f"{name} AS ({known[name]})" for name in tables).replace("{dim}", DIMENSIONS[dimension])
    columns = "*" if wanted[0] in _RAW else "m, v, e, coalesce(COLUMNS(* EXCLUDE (m, v, e)), 0)"
    return f"WITH {text},\njoined AS (SELECT {columns} FROM grid {joined})\nSELECT m, v, {value} FROM joined {_MONTHS}"


def run(path: Path) -> dict[tuple[str, str, str, str | None], Any]:
    """The values of all queries, one after another on one connection."""

    found: dict[tuple[str, str, str, str | None], Any] = {}
    with connected(path) as con:
        con.execute("CREATE TEMP MACRO mi(d) AS ((year(d) - 2020) * 12 + month(d) - 7)::UTINYINT")
        for kpi in QUERIES:
            for dimension in DIMENSIONS if kpi != "cac" else ("total",):
                for m, member, value in con.execute(query(kpi, dimension)).fetchall():
                    found[(kpi, f"{2020 + (m + 6) // 12}-{(m + 6) % 12 + 1:02}-01", dimension, member or None)] = value
    return found

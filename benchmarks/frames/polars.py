"""Eight KPIs with Polars: one lazy query, so that scans and joins are shared by its optimiser."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from benchmarks.frames.table import ATTRIBUTES, Row, tell


def month(name: str) -> pl.Expr:
    day = pl.col(name)
    return ((day.dt.year().cast(pl.Int32) - 2020) * 12 + day.dt.month().cast(pl.Int32) - 7).cast(pl.Int16)


def run(folder: Path) -> Iterable[Row]:
    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / f"{name}.parquet")

    customer = scan("customer").with_row_index("i")
    combination = customer.select(*ATTRIBUTES).unique().collect()
    nobody = pl.DataFrame({name: [None] for name in ATTRIBUTES}, schema=dict.fromkeys(ATTRIBUTES, pl.String))
    combination = pl.concat([combination, nobody]).unique().with_row_index("g").with_columns(pl.col("g").cast(pl.UInt8))
    nobody_g = combination.join(nobody, on=ATTRIBUTES, nulls_equal=True)["g"][0]
    coded = customer.join(combination.lazy(), on=ATTRIBUTES, nulls_equal=True).select("customer_id", "i", "g")
    alias = scan("customer_alias")
    person = pl.concat(
        [
            coded.join(alias, on="customer_id", how="anti"),
            alias.join(coded, left_on="survivor_id", right_on="customer_id").select("customer_id", "i", "g"),
        ]
    ).collect()

    sold, active = _orders(scan("order"), scan("subscription"), person.lazy())
    answers = _answers(scan("survey_response"), person.lazy(), nobody_g)
    deals = _deals(scan("opportunity"), scan("lead"), person.lazy(), nobody_g)
    sold, active, answers, deals = pl.collect_all([sold, active, answers, deals])
    grid = pl.DataFrame({"m": range(60)}, schema={"m": pl.Int16})
    for dimension in ("total", *ATTRIBUTES):
        member = pl.lit("") if dimension == "total" else pl.col(dimension).fill_null("")
        of = combination.select("g", v=member)
        cells = grid.join(of.select("v").unique(), how="cross")
        for part in (sold, active, answers):
            folded = [_fold(name) for name in part.columns if name not in ("m", "g")]
            sums = part.join(of, on="g").group_by("m", "v").agg(folded)
            cells = cells.join(sums, on=("m", "v"), how="left")
        closed = deals.join(of, on="g").group_by("m", "v").agg(
            win_rate=pl.col("won").mean(), cycle=pl.col("cycle").median() / 86_400e6
        )  # fmt: skip
        cells = cells.join(closed, on=("m", "v"), how="left")
        name = dimension if dimension == "total" else f"customer.{dimension}"
        one_scale = (pl.col("low") == pl.col("low2")) & (pl.col("high") == pl.col("high2"))
        yield from cells.select(
            "m",
            dimension=pl.lit(name),
            member="v",
            revenue=pl.col("revenue").fill_null(0),
            orders=pl.col("purchases").fill_null(0),
            order_value=pl.when(pl.col("sales") > 0).then(pl.col("sale_amount") / pl.col("sales")),
            active=pl.col("active").fill_null(0),
            csat=pl.when(one_scale & (pl.col("csat_n") > 0)).then(pl.col("csat_sum") / pl.col("csat_n")),
            nps=pl.when(pl.col("nps_n") > 0).then(100 * pl.col("net").cast(pl.Float64) / pl.col("nps_n")),
            win_rate="win_rate",
            cycle="cycle",
        ).rows()


def _fold(name: str) -> pl.Expr:
    """How the parts of a sum, or of an extreme, make that of the whole."""
    column = pl.col(name)
    return column.min() if name in ("low", "high") else column.max() if name in ("low2", "high2") else column.sum()


def _orders(order: pl.LazyFrame, subscription: pl.LazyFrame, person: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Sums of orders, and customers with purchases or a contract at the end of the month."""
    is_purchase = (pl.col("kind") == "sale") & pl.col("subscription_id").is_null()
    own = pl.col("currency") == "TWD"
    ledger = order.select(
        "customer_id",
        m=month("ordered_on"),
        purchase=is_purchase,
        amount=pl.when(own).then(pl.col("amount")),
        sale=pl.when(own & is_purchase).then(pl.col("amount")),
    ).join(person, on="customer_id")
    sold = ledger.group_by("m", "g").agg(
        revenue=pl.col("amount").sum(),
        purchases=pl.col("purchase").sum(),
        sales=pl.col("sale").count(),
        sale_amount=pl.col("sale").sum(),
    )
    bought = ledger.filter("purchase").select("i", "g", "m")
    running = (
        subscription.select(
            "customer_id", m=pl.int_ranges(month("started_on"), month("ended_on").fill_null(60), dtype=pl.Int16)
        )
        .explode("m")
        .drop_nulls("m")
        .join(person, on="customer_id")
        .select("i", "g", "m")
    )
    active = pl.concat([bought, running]).unique().group_by("m", "g").agg(active=pl.len())
    return sold, active


def _answers(responses: pl.LazyFrame, person: pl.LazyFrame, nobody: int) -> pl.LazyFrame:
    csat, nps, score = pl.col("instrument") == "csat", pl.col("instrument") == "nps", pl.col("score")
    return (
        _of_somebody(responses.filter(score.is_not_null(), pl.col("responded_on").is_not_null()), person, nobody)
        .group_by("g", m=month("responded_on"))
        .agg(
            csat_n=csat.sum(),
            csat_sum=score.filter(csat).sum(),
            low=pl.col("scale_min").filter(csat).min(),
            high2=pl.col("scale_max").filter(csat).max(),
            low2=pl.col("scale_min").filter(csat).max(),
            high=pl.col("scale_max").filter(csat).min(),
            nps_n=nps.sum(),
            net=(nps & (score >= 9)).sum().cast(pl.Int64) - (nps & (score <= 6)).sum().cast(pl.Int64),
        )
    )


def _deals(deals: pl.LazyFrame, lead: pl.LazyFrame, person: pl.LazyFrame, nobody: int) -> pl.LazyFrame:
    won = pl.col("outcome") == "won"
    since = pl.coalesce("first_contact_at", "created_at_lead", "created_at")
    decided = deals.filter(pl.col("closed_on").is_not_null(), pl.col("outcome").is_in(["won", "lost"]))
    theirs = lead.rename({"created_at": "created_at_lead"})
    return (
        _of_somebody(decided, person, nobody)
        .join(theirs, on="lead_id", how="left")
        .select(
            "g",
            m=month("closed_on"),
            won=won,
            cycle=pl.when(won).then((pl.col("closed_at") - since).dt.total_microseconds()),
        )
    )


def _of_somebody(rows: pl.LazyFrame, person: pl.LazyFrame, nobody: int) -> pl.LazyFrame:
    """Rows of customers and of nobody, without those of deleted customers."""
    joined = rows.join(person, on="customer_id", how="left")
    there = joined.filter(pl.col("customer_id").is_null() | pl.col("g").is_not_null())
    return there.with_columns(g=pl.col("g").fill_null(nobody))


if __name__ == "__main__":
    tell(run)

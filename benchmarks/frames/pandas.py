"""Eight KPIs with pandas: whole columns, short integer keys, each table joined once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.frames.table import ATTRIBUTES, Row, tell

Frame = Any  # of pandas, which has no types here
MONTHS = 60


def month(days: Frame) -> Frame:
    return ((days.dt.year - 2020) * 12 + days.dt.month - 7).astype("int16")


def run(folder: Path) -> Iterable[Row]:
    def read(name: str) -> Frame:  # days as numbers, not as an object each
        return pd.read_parquet(folder / f"{name}.parquet", to_pandas_kwargs={"date_as_object": False})

    person, combination = _people(read("customer"), read("customer_alias"))
    sold, active = _orders(read("order"), read("subscription"), person)
    answers = _answers(read("survey_response"), person)
    deals = _deals(read("opportunity"), read("lead"), person)
    for dimension in ("total", *ATTRIBUTES):
        member = combination["g"].map(lambda _: "") if dimension == "total" else combination[dimension].fillna("")
        of = dict(zip(combination["g"], member, strict=True))
        members = sorted(set(of.values()))
        grid = pd.MultiIndex.from_product([range(MONTHS), members], names=["m", "v"])
        sums = [
            part.assign(v=part["g"].map(of)).groupby(["m", "v"]).agg(how).reindex(grid)
            for part, how in ((sold, "sum"), (active, "sum"), (answers, _FOLD))
        ]
        closed = (
            deals.assign(v=deals["g"].map(of)).groupby(["m", "v"]).agg(won=("won", "mean"), cycle=("cycle", "median"))
        )
        all_of = pd.concat([part.drop(columns="g", errors="ignore") for part in sums] + [closed.reindex(grid)], axis=1)
        yield from _rows(all_of, dimension if dimension == "total" else f"customer.{dimension}")


_FOLD = {
    "csat_n": "sum", "csat_sum": "sum", "low": "min", "low2": "max", "high": "min", "high2": "max", "nps_n": "sum",
    "net": "sum",
}  # fmt: skip


def _rows(of: Frame, name: str) -> Iterable[Row]:
    with np.errstate(invalid="ignore", divide="ignore"):
        value = of["sale_amount"] / of["sales"].where(of["sales"] > 0)
        one_scale = (of["low"] == of["low2"]) & (of["high"] == of["high2"])
        csat = (of["csat_sum"] / of["csat_n"].where(of["csat_n"] > 0)).where(one_scale)
        nps = 100 * of["net"] / of["nps_n"].where(of["nps_n"] > 0)
    columns = (
        of["revenue"].fillna(0), of["purchases"].fillna(0), value, of["active"].fillna(0), csat, nps, of["won"],
        of["cycle"],
    )  # fmt: skip
    numbers = zip(*(column.astype(float).tolist() for column in columns), strict=True)
    return [(m, name, member, *row) for (m, member), row in zip(of.index, numbers, strict=True)]


def _people(customer: Frame, alias: Frame) -> tuple[Frame, Frame]:
    """The number and combination of attributes of the customer that each id counts as; the combinations."""
    combination = customer[list(ATTRIBUTES)].drop_duplicates().reset_index(drop=True)
    nobody = pd.DataFrame([dict.fromkeys(ATTRIBUTES)], dtype=combination["channel"].dtype)
    combination = pd.concat([nobody, combination], ignore_index=True)  # 0 is of those who are nobody
    combination["g"] = np.arange(len(combination), dtype="int16")
    coded = customer.assign(i=np.arange(len(customer), dtype="int32")).merge(combination.iloc[1:], on=list(ATTRIBUTES))
    coded = coded[["customer_id", "i", "g"]]
    survivors = alias.merge(coded, left_on="survivor_id", right_on="customer_id", suffixes=("", "_of"))
    own = coded[~coded["customer_id"].isin(alias["customer_id"])]
    return pd.concat([own, survivors[["customer_id", "i", "g"]]]).set_index("customer_id"), combination


def _orders(order: Frame, subscription: Frame, person: Frame) -> tuple[Frame, Frame]:
    """Sums of orders, and customers with purchases or a contract at the end of the month, by month and combination."""
    order = order.join(person, on="customer_id", how="inner")
    m = month(order["ordered_on"])
    purchase = (order["kind"] == "sale") & order["subscription_id"].isna()
    own = order["currency"] == "TWD"
    sale = order["amount"].where(own & purchase)
    ledger = pd.DataFrame(
        {"m": m, "g": order["g"], "revenue": order["amount"].where(own), "purchases": purchase, "sales": sale.notna(),
         "sale_amount": sale}
    )  # fmt: skip
    sold = ledger.groupby(["m", "g"], as_index=False).sum()
    contracts = subscription.join(person, on="customer_id", how="inner")
    first, last = month(contracts["started_on"]), month(contracts["ended_on"].fillna(pd.Timestamp("2025-07-01")))
    length = (last - first).clip(lower=0)
    rows = np.repeat(np.arange(len(contracts)), length)
    later = np.arange(len(rows)) - np.repeat(length.cumsum() - length, length).to_numpy()
    running = contracts["i"].to_numpy()[rows].astype("int64") * 64 + first.to_numpy()[rows] + later
    bought = order.loc[purchase, "i"].astype("int64") * 64 + m[purchase]
    cells = pd.unique(np.concatenate([bought.to_numpy(), running]))
    g = np.zeros(int(person["i"].max()) + 1, dtype="int16")
    g[person["i"]] = person["g"]
    there = pd.DataFrame({"m": cells % 64, "g": g[cells // 64], "active": 1})
    return sold, there.groupby(["m", "g"], as_index=False)["active"].sum()


def _answers(responses: Frame, person: Frame) -> Frame:
    rows = _of_somebody(responses[responses["score"].notna() & responses["responded_on"].notna()], person)
    csat, nps, score = rows["instrument"] == "csat", rows["instrument"] == "nps", rows["score"]
    found = pd.DataFrame(
        {"m": month(rows["responded_on"]), "g": rows["g"], "csat_n": csat, "csat_sum": score.where(csat)}
    )
    for name, column in (("low", "scale_min"), ("low2", "scale_min"), ("high", "scale_max"), ("high2", "scale_max")):
        found[name] = rows[column].where(csat)
    found["nps_n"] = nps
    found["net"] = (nps & (score >= 9)).astype("int32") - (nps & (score <= 6)).astype("int32")
    return found.groupby(["m", "g"], as_index=False).agg(_FOLD)


def _deals(deals: Frame, lead: Frame, person: Frame) -> Frame:
    decided = deals[deals["closed_on"].notna() & deals["outcome"].isin(["won", "lost"])]
    rows = _of_somebody(decided, person).merge(lead, on="lead_id", how="left", suffixes=("", "_lead"))
    won = rows["outcome"] == "won"
    since = rows["first_contact_at"].fillna(rows["created_at_lead"]).fillna(rows["created_at"])
    cycle = ((rows["closed_at"] - since).dt.total_seconds() / 86400).where(won)
    return pd.DataFrame({"m": month(rows["closed_on"]), "g": rows["g"], "won": won, "cycle": cycle})


def _of_somebody(rows: Frame, person: Frame) -> Frame:
    """Rows of customers and of nobody, without those of deleted customers."""
    joined = rows.join(person["g"], on="customer_id", how="left")
    there = joined[joined["customer_id"].isna() | joined["g"].notna()]
    return there.assign(g=there["g"].fillna(0).astype("int16"))


if __name__ == "__main__":
    tell(run)

"""Values as a Parquet file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.reports.publication import Table
from crmeter.reports.publication.parquet import parquet_file

TYPES = {
    **dict.fromkeys(("value", "numerator", "denominator", "n", "low", "high"), "DOUBLE"),
    **dict.fromkeys(("start", "end", "as_of"), "DATE"),
    **dict.fromkeys(("load", "minimum_sample"), "INTEGER"),
    "complete": "BOOLEAN",
}


def parquet(values: Sequence[Mapping[str, Any]]) -> bytes:
    """Values as in their JSON, one row each; every dimension of ``by`` is a column of its own, after the others."""
    if not values:
        raise UserError.of(t("There are no values to write."))
    dimensions = list(dict.fromkeys(name for value in values for name in value["by"]))
    members = [name for name in values[0] if name != "by"]
    named = {name: name if name not in members else f"by.{name}" for name in dimensions}
    columns = {name: TYPES.get(name, "VARCHAR") for name in members} | dict.fromkeys(named.values(), "VARCHAR")
    rows = [[*(value[name] for name in members), *map(value["by"].get, dimensions)] for value in values]
    return parquet_file(Table("values", columns, rows), {})

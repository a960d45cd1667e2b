"""The numbers of a KPI's worked example, under the words of the measures they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmeter.kernel.messages import t
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.measures import Dated, Product, Ranked, Total, Window


@dataclass(frozen=True)
class Given:
    """One number of an example, and what it is of."""

    what: str
    number: float


def given(kpi: Kpi) -> tuple[Given, ...]:
    """What the example is made of, in the language of the moment."""
    return tuple(_given(kpi))


def _given(kpi: Kpi) -> Iterator[Given]:
    known: dict[str, str] = {}
    wanted = {name.partition("@")[0] for name in kpi.example.given}
    for measure in kpi.formula.measures:
        if isinstance(measure, Ranked):
            known[measure.column] = Total(measure.population, measure.column).words
            known[measure.rows.column] = t("records")
        elif isinstance(measure, Total) and not measure.squared and measure.column in wanted:
            window = "" if measure.window is Window.PERIOD else f"@{measure.window}"
            known.setdefault(f"{measure.column}{window}", _words(measure))
        elif isinstance(measure, Dated):
            known[measure.column] = measure.words
        elif isinstance(measure, Product):
            known.setdefault(f"{measure.x.column}×{measure.y.column}", measure.words)
    for name, number in kpi.example.given.items():
        bare, _, when = name.partition("@")
        day = f" ({when})" if when[:4].isdigit() else ""  # of a flow
        yield Given(known.get(name) or known[bare] + day, number)


def _words(total: Total) -> str:
    """The words of a measure; a bare count of rows is of records."""
    return t("records") if total.column.startswith(("#", "*")) else total.words

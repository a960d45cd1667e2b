"""How new the newest event of each source was, load by load."""

from __future__ import annotations

from crmeter.kernel.expressions import ir
from crmeter.model.populations.checks import OfLoads
from crmeter.model.populations.population import Horizon, Lasting, Tables, hours, one


def arrival_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    arrival = tables["arrival"]
    return arrival.mutate(
        on=arrival.first_on,
        sources=one(arrival.source.notnull()),
        sources_with_events=one(arrival.newest_at.notnull()),
        hours_behind=hours(arrival.horizon_at, arrival.newest_at),
    )


def since_the_first_event(joined: ir.Table) -> ir.Table:
    """A source is not there before its first event; one without any is, and nothing is known of it."""
    return joined.filter(joined.on.isnull() | (joined.on < joined.period_end))


ARRIVALS = OfLoads(
    "arrivals",
    "arrival",
    ("arrival", "load"),
    arrival_rows,
    {
        "sources": "sources",
        "sources_with_events": "sources with events",
        "hours_behind": "hours from the newest event to the data horizon",
    },
    since_the_first_event,
    lasting=Lasting.AT_END,
)

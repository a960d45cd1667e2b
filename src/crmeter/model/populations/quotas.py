"""Quotas: what owners and teams are to win, by the day."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.money import priced, unpriced, with_rate
from crmeter.model.populations.population import Horizon, Lasting, Population, Tables


def quota_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """The quotas of owners, and those of teams for the stretches of which no owner of the team has one.

    Otherwise the same target would count twice. An owner whose row names no team is of the team that the CRM's users
    say. Amounts take the rate of the first day.
    """
    quota, user = tables["quota"], tables["crm_user"]
    users = user.select(known_user=user.user_id, known_team=user.team)
    quota = quota.left_join(users, quota.owner_id == users.known_user)
    quota = quota.mutate(team=quota.team.coalesce(quota.known_team))
    owners = quota.filter(quota.owner_id.notnull())
    teams = quota.filter(quota.owner_id.isnull())
    same_days = [
        teams.team.identical_to(owners.team),
        teams.period_start < owners.period_end,
        owners.period_start < teams.period_end,
    ]
    rows = owners.union(teams.anti_join(owners, same_days))
    rows = rows.mutate(on=rows.period_start, until=rows.period_end).drop("period_start", "period_end")
    rows = with_rate(rows.filter(rows.on < rows.until), rows.on, tables, horizon)
    return rows.mutate(whole_quota=priced(rows, rows.amount).cast("float64"), unpriced=unpriced(rows, rows.amount))


def within(joined: ir.Table) -> ir.Table:
    """The part of each quota that falls on days of the period."""
    first = ibis.greatest(joined.on, joined.period_start)
    last = ibis.least(joined.until, joined.period_end)
    days, of_days = last.delta(first, unit="day"), joined.until.delta(joined.on, unit="day")
    return joined.mutate(
        quota_amount=(joined.whole_quota * days / of_days).fill_null(0.0), foreign_amounts=joined.unpriced
    )


QUOTAS = Population(
    "quotas",
    "quota",
    ("quota", "crm_user", "rate"),
    quota_rows,
    {
        "quota_amount": "quota of the days of the period",
        "foreign_amounts": "amounts in another currency",
    },
    within,
    Lasting.OVERLAP,
)

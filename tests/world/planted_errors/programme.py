"""Errors in what the CRM cost and brought, and in how it was used."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmeter.model import usage
from crmeter.model.populations import POPULATIONS, investment, users
from crmeter.model.populations.population import Lasting, Population
from crmeter.stats import cash_flows
from tests.world.planting import Planted, swap


def only_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(investment.INVESTMENT, lasting=Lasting.DAY)
    monkeypatch.setitem(POPULATIONS, "investment", wrong)


PROGRAMME = (
    Planted("only what falls into the period counts", only_the_period, "crm_roi.net", "licence, implementation, sales"),
    Planted(
        "what nobody measured has a price",
        swap(investment.investment_rows, ('(ledger.evidence != "not_measured")', "ledger.evidence.notnull()")),
        "crm_roi.gross",
        "brand",
    ),
    Planted(
        "every year has 365 days",
        swap(cash_flows.year_fraction, ("n / _days_in(y)", "n / 365")),
        "crm_npv",
        "implementation",
    ),
    Planted(
        "benefits are discounted, not put out",
        swap(cash_flows.modified_rate, ("np.exp(growth * (last - times", "np.exp(-growth * (last - times")),
        "crm_mirr",
        "sales",
    ),
    Planted(
        "covered to the last dollar is not covered",
        swap(cash_flows.payback, ("math.fsum(balance) < 0", "math.fsum(balance) <= 0")),
        "crm_payback",
        "efficiency, maintenance",
    ),
)

ADOPTION = (
    Planted(
        "coming is work",
        swap(usage.action_days, ("action.notin(IDLE_ACTIONS)", "action.notnull()")),
        "adoption_rate",
        "bea_login",
        derives=("action_day",),
    ),
    Planted(
        "a login spelt otherwise is work",
        swap(usage.action_days, ("usage.action.strip().lower()", "usage.action")),
        "actions_per_day",
        "ida_login",
        derives=("action_day",),
    ),
    Planted(
        "actions by UTC date",
        swap(usage.action_days, ("on=usage.on)", 'on=usage["at"].date())')),
        "features_per_user",
        "dan_1, cem_after",
        derives=("action_day",),
    ),
    Planted(
        "a licence never ends",
        swap(users.licence_rows, ("until=users.licensed_to", 'until=ibis.null("date")')),
        "adoption_rate",
        "fay",
    ),
    Planted(
        "a licence still holds on the day it ends",
        swap(Population.in_periods, ("rows.until > period.period_start", "rows.until >= period.period_start")),
        "adoption_rate",
        "fay",
    ),
    Planted(
        "a feature counts on every day it is used",
        swap(users.UserPeriods.in_periods, ("done.feature.nunique()", "done.feature.count()")),
        "features_per_user",
        "ida_2",
    ),
    Planted(
        "a day counts for every feature",
        swap(users.UserPeriods.in_periods, ("done.on.nunique()", "done.on.count()")),
        "actions_per_day",
        "ida_3",
    ),
    Planted(
        "a course begun is a course taken",
        swap(users.trainee_rows, ("training.filter(training.completed_on.notnull())", "training")),
        "training_rate",
        "dan",
    ),
    Planted(
        "one course is enough",
        swap(users.trainee_rows, ("found.taken == found.wanted", "found.taken > 0")),
        "training_rate",
        "bea",
    ),
    Planted(
        "experience shared is a course",
        swap(users.trainee_rows, ('course.filter(course.kind == "course")', "course")),
        "training_rate",
        "tips",
    ),
    Planted(
        "courses of other roles count",
        swap(users.trainee_rows, (", taken.role == course.of_role", "")),
        "training_rate",
        "gil",
    ),
    Planted(
        "who has no course to take lacks one",
        swap(users.trainee_rows, ("users.join(wanted", "users.left_join(wanted")),
        "training_rate",
        "ida",
    ),
    Planted(
        "a course taken later was taken",
        swap(users.trained_by_end, ("joined.trained_on < joined.period_end", "joined.trained_on.notnull()")),
        "training_rate",
        "cem",
    ),
)

"""All sheets of the demo company, drawn from one seed in the order in which they depend on one another."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

import numpy as np

from crmeter.demo import (
    contacts,
    contracts,
    currencies,
    exports,
    marketing,
    outreach,
    pipeline,
    purchases,
    records,
    references,
    sales,
    service,
    setup,
    staff,
    surveys,
    tastes,
    voices,
)  # fmt: skip
from crmeter.demo.clock import HORIZON, Bools, Floats, Ints
from crmeter.demo.files import Sheet
from crmeter.demo.people import People, draw_people
from crmeter.demo.stories import Help, Plot, Voucher

_INACTIVITY = 366.0  # a sale covers its own day and the 365 after it
_TOPICS = (
    "people", "purchases", "contracts", "cases", "csat", "nps", "leads", "opportunities", "campaigns", "spend",
    "records", "files", "faults", "trials", "outreach", "twins", "currencies", "pipeline", "contacts", "tasks", "users",
    "usage", "training", "fields", "ces", "csi", "feedback", "tastes",
)  # fmt: skip

Streams = dict[str, np.random.Generator]


def streams(seed: int) -> Streams:
    """A random stream for each topic, so that a story moves only its own. New topics go to the end."""
    return {topic: np.random.default_rng((seed, number)) for number, topic in enumerate(_TOPICS)}


@dataclass(frozen=True)
class Trade:
    """Who the customers are and what they did with the shop, the basis of everything else."""

    people: People
    until: Floats  # when each stops being a customer
    bought: purchases.Purchases
    contracted: contracts.Contracts
    campaigns: list[marketing.Campaign]
    written: outreach.Outreach
    booked: Ints  # the campaign of each purchase
    leads: sales.Leads
    stayed: Bools  # longer than they would have without help


def draw_sheets(rng: Streams, customers: int, plot: Plot) -> dict[str, Sheet]:
    """All export sheets of one run by name."""
    trade = _draw_trade(rng, customers, plot)
    cases = service.draw_cases(rng["cases"], trade.people, trade.until, plot.slow_team)
    decided = sales.draw_opportunities(rng["opportunities"], trade.people, trade.until, trade.leads)
    return {
        **_customer_sheets(rng, trade),
        **_sales_sheets(rng, trade, decided),
        **_service_sheets(rng, trade, cases, decided, plot),
        **_survey_sheets(rng, trade, cases),
        **_marketing_sheets(rng["spend"], customers, trade, plot),
        **_staff_sheets(rng, plot),
        "benchmarks": references.benchmarks(),
    }


def _draw_trade(rng: Streams, customers: int, plot: Plot) -> Trade:
    people = draw_people(rng["people"], customers, plot)
    people = people.pick(np.argsort(people.start, kind="stable"))
    bought = purchases.draw_purchases(rng["purchases"], people, plot.cheap_channel)
    again = copy.deepcopy(rng["contracts"])
    contracted = contracts.draw_contracts(rng["contracts"], people, plot.onboarding, without(plot.help))
    until = last_days(people, bought, contracted)  # without help: all that follows from it stays as it is
    stayed = np.zeros(len(people), dtype=bool)
    if plot.help:
        contracted = contracts.draw_contracts(again, people, plot.onboarding, plot.help)
        stayed = last_days(people, bought, contracted) > until
    campaigns = marketing.campaigns(plot, outreach.trials(plot))
    in_campaign = marketing.draw_responses(rng["campaigns"], bought.at, campaigns, 0.35)
    leads = sales.draw_leads(rng["leads"], people)
    usual = outreach.draw_usual(rng["outreach"], people, until, leads, campaigns)
    trial, extra = outreach.draw_extra(rng["trials"], people, until, bought, campaigns, plot)
    booked = np.concatenate((in_campaign, np.full(len(extra), -1)))
    bought = tastes.follow(rng["tastes"], bought.and_(extra))
    written, booked = outreach.convert(usual, trial, bought, booked, (plot.voucher or Voucher()).days)
    return Trade(people, until, bought, contracted, campaigns, written, booked, leads, stayed)


def without(help: Help | None) -> Help | None:
    """The same, and nobody is helped."""
    return help and replace(help, chosen=lambda _: False)


def last_days(people: People, bought: purchases.Purchases, contracted: contracts.Contracts) -> Floats:
    """When each customer stops being one, as far as the horizon shows; NaN for one that never was."""
    until = np.full(len(people), -np.inf)
    np.maximum.at(until, bought.customer, bought.at + _INACTIVITY)
    np.maximum.at(until, contracted.customer, np.nan_to_num(contracted.end, nan=HORIZON))
    return np.where(np.isinf(until), np.nan, np.minimum(until, HORIZON))


def _customer_sheets(rng: Streams, trade: Trade) -> dict[str, Sheet]:
    known = records.draw_records(rng["records"], rng["twins"], trade.people, trade.until)
    for number in np.flatnonzero(trade.stayed).tolist():
        known.sheet["刪除時間"][number] = ""
    paid, rates = currencies.draw_currencies(rng["currencies"], trade.people), currencies.draw_rates(rng["currencies"])
    booked = exports.Bookings(
        record=records.book(rng["records"], known, trade.bought, len(trade.people)),
        channel=exports.draw_channels(rng["files"], len(trade.bought)),
        campaign=trade.booked,
    )
    invoices = contracts.draw_invoices(trade.contracted)
    return {
        "customers": known.sheet,
        "subscriptions": exports.subscriptions(rng["files"], trade.contracted),
        "orders": exports.orders(trade.bought, booked, trade.contracted, invoices, paid, rates),
        "touches": exports.touches(trade.written, trade.bought, paid, rates),
        "rates": currencies.rate_sheet(rates),
    }


def _sales_sheets(rng: Streams, trade: Trade, decided: sales.Opportunities) -> dict[str, Sheet]:
    from_campaign = marketing.draw_responses(rng["campaigns"], trade.leads.created, trade.campaigns, 0.25)
    reached = pipeline.draw_stages(rng["pipeline"], decided)
    stage = [sales.STAGES[number - 1] for number in reached.tolist()]
    strategy = pipeline.draw_strategies(rng["pipeline"], decided)
    return {
        "leads": exports.leads(rng["files"], trade.leads, from_campaign),
        "opportunities": exports.opportunities(rng["files"], decided, stage, strategy),
        "stages": pipeline.stages(),
        "stage_changes": pipeline.draw_changes(rng["pipeline"], decided, reached),
        "quotas": pipeline.draw_quotas(rng["pipeline"], decided),
    }


def _service_sheets(
    rng: Streams, trade: Trade, cases: service.Cases, decided: sales.Opportunities, plot: Plot
) -> dict[str, Sheet]:
    inside, outside = voices.draw_feedback(rng["feedback"], trade.people, trade.until, plot)
    return {
        "cases": exports.cases(rng["files"], cases, trade.people),
        "interactions": contacts.draw_interactions(rng["contacts"], trade.people, cases, decided),
        "tasks": contacts.draw_tasks(rng["tasks"], trade.people, cases, decided, plot.upgrade),
        "feedback": inside,
        "outside": outside,
    }


def _survey_sheets(rng: Streams, trade: Trade, cases: service.Cases) -> dict[str, Sheet]:
    csat = surveys.draw_csat(rng["csat"], cases)
    nps = surveys.draw_nps(rng["nps"], trade.people, trade.until)
    ces = surveys.draw_ces(rng["ces"], cases, csat)
    return {
        "survey_answers": exports.answers(csat, nps, ces),
        "satisfaction_index": exports.satisfaction_index(*surveys.draw_csi(rng["csi"], trade.people, trade.until)),
    }


def _marketing_sheets(rng: np.random.Generator, customers: int, trade: Trade, plot: Plot) -> dict[str, Sheet]:
    sent = trade.written.campaign[trade.written.arm != outreach.CONTROL]
    messages = np.bincount(sent, minlength=len(trade.campaigns))
    return {
        "campaigns": exports.campaigns(trade.campaigns),
        "spend": exports.spend(marketing.draw_spend(rng, customers, trade.campaigns, messages)),
        "events": exports.events(marketing.happenings(plot, trade.campaigns)),
    }


def _staff_sheets(rng: Streams, plot: Plot) -> dict[str, Sheet]:
    found = staff.draw_users(rng["users"], plot.upgrade)
    return {
        "users": staff.users(),
        "usage": staff.draw_usage(rng["usage"], found, plot.upgrade),
        "courses": staff.courses(),
        "training": staff.draw_training(rng["training"], found, plot.upgrade),
        "fields": setup.draw_fields(rng["fields"]),
    }

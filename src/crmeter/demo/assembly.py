"""Making the demo company: everything drawn from one seed, written as a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from crmeter.demo import contracts, exports, marketing, purchases, records, sales, service, surveys
from crmeter.demo.clock import HORIZON, Floats, Ints
from crmeter.demo.faults import damage
from crmeter.demo.files import Sheet, write_csv
from crmeter.demo.people import People, draw_people
from crmeter.demo.stories import STORY_NAMES, Plot, choose
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

FEWEST_CUSTOMERS = 100
_INACTIVITY = 366.0  # a sale covers its own day and the 365 after it
_TOPICS = (
    "people", "purchases", "contracts", "cases", "csat", "nps", "leads", "opportunities", "campaigns", "spend",
    "records", "files", "faults",
)  # fmt: skip

Streams = dict[str, np.random.Generator]


def create(directory: Path, *, seed: int = 7, customers: int = 20_000, stories: Sequence[str] = STORY_NAMES) -> None:
    """Write the workspace of the demo company: crmeter.toml, mappings and export files.

    The same arguments give the same bytes. ``stories`` are names out of STORY_NAMES. Raises UserError for a directory
    that holds something else, for an unknown story and for fewer than FEWEST_CUSTOMERS customers.
    """
    plot = choose(stories)
    if customers < FEWEST_CUSTOMERS:
        raise UserError.of(t("The demo company needs at least {count} customers.", count=FEWEST_CUSTOMERS))
    template = files("crmeter.demo") / "workspace"
    _claim(directory, (template / "crmeter.toml").read_bytes())
    _copy(template, directory)
    _write(directory / "exports", draw_sheets(seed, customers, plot))


def _claim(directory: Path, settings: bytes) -> None:
    """Refuse a directory with something in it that is not an earlier demo company."""
    if directory.exists() and not directory.is_dir():
        raise UserError.of(t("{path} is a file, not a folder.", path=directory))
    if not directory.is_dir() or not any(directory.iterdir()):
        return
    there = directory / "crmeter.toml"
    if not there.is_file() or there.read_bytes() != settings:
        raise UserError.of(
            t("{path} is not empty and is not a demo company.", path=directory),
            next=t("Name a new folder."),
        )


def _copy(template: Traversable, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for entry in template.iterdir():
        if entry.is_dir():
            _copy(entry, directory / entry.name)
        else:
            (directory / entry.name).write_bytes(entry.read_bytes())


def draw_sheets(seed: int, customers: int, plot: Plot) -> dict[str, Sheet]:
    """All files of one run by name. Each topic has a random stream of its own, so that a story moves only its own."""
    rng = {topic: np.random.default_rng((seed, number)) for number, topic in enumerate(_TOPICS)}
    people = draw_people(rng["people"], customers, plot)
    people = people.pick(np.argsort(people.start, kind="stable"))
    bought = purchases.draw_purchases(rng["purchases"], people, plot.cheap_channel)
    contracted = contracts.draw_contracts(rng["contracts"], people, plot.onboarding)
    until = last_days(people, bought, contracted)
    sheets = _customer_sheets(rng, people, until, bought, contracted, marketing.campaigns(plot))
    sheets |= _service_sheets(rng, people, until, plot)
    sheets |= _marketing_sheets(rng["spend"], customers, plot)
    damage(rng["faults"], sheets)
    return sheets


def last_days(people: People, bought: purchases.Purchases, contracted: contracts.Contracts) -> Floats:
    """When each customer stops being one, as far as the horizon shows; NaN for one that never was."""
    until = np.full(len(people), -np.inf)
    np.maximum.at(until, bought.customer, bought.at + _INACTIVITY)
    np.maximum.at(until, contracted.customer, np.nan_to_num(contracted.end, nan=HORIZON))
    return np.where(np.isinf(until), np.nan, np.minimum(until, HORIZON))


def _customer_sheets(
    rng: Streams,
    people: People,
    until: Floats,
    bought: purchases.Purchases,
    contracted: contracts.Contracts,
    campaigns: list[marketing.Campaign],
) -> dict[str, Sheet]:
    known = records.draw_records(rng["records"], people, until)
    in_campaign = marketing.draw_responses(rng["campaigns"], bought.at, campaigns, 0.35)
    leads = sales.draw_leads(rng["leads"], people)
    from_campaign = marketing.draw_responses(rng["campaigns"], leads.created, campaigns, 0.25)
    decided = sales.draw_opportunities(rng["opportunities"], people, until, leads)
    record = _recorded(rng["records"], bought.customer, known.duplicates, len(people))
    invoices = contracts.draw_invoices(contracted)
    return {
        "customers": known.sheet,
        "users": records.users(),
        "leads": exports.leads(rng["files"], leads, from_campaign),
        "opportunities": exports.opportunities(rng["files"], decided),
        "subscriptions": exports.subscriptions(rng["files"], contracted),
        "orders": exports.orders(rng["files"], bought, record, contracted, invoices, in_campaign),
    }


def _recorded(rng: np.random.Generator, customer: Ints, duplicates: Ints, count: int) -> Ints:
    """The record each purchase was booked on: the customer's own, or for some its duplicate."""
    twin = np.full(count, -1)
    twin[duplicates] = count + np.arange(len(duplicates))
    booked = (twin[customer] >= 0) & (rng.random(len(customer)) < 0.4)
    return np.where(booked, twin[customer], customer)


def _service_sheets(rng: Streams, people: People, until: Floats, plot: Plot) -> dict[str, Sheet]:
    cases = service.draw_cases(rng["cases"], people, until, plot.slow_team)
    csat = surveys.draw_csat(rng["csat"], cases)
    nps = surveys.draw_nps(rng["nps"], people, until)
    return {
        "cases": exports.cases(rng["files"], cases, people),
        "survey_answers": exports.answers(csat, nps),
    }


def _marketing_sheets(rng: np.random.Generator, customers: int, plot: Plot) -> dict[str, Sheet]:
    campaigns = marketing.campaigns(plot)
    return {
        "campaigns": exports.campaigns(campaigns),
        "spend": exports.spend(marketing.draw_spend(rng, customers, campaigns)),
        "events": exports.events(marketing.happenings(plot, campaigns)),
    }


def _write(directory: Path, sheets: dict[str, Sheet]) -> None:
    for name in ("customers", "leads", "opportunities", "users"):
        write_csv(directory / "crm" / f"{name}.csv", sheets[name], mark=True)
    write_csv(directory / "crm" / "cases.zip", sheets["cases"])
    for name in ("campaigns", "spend", "events", "survey_answers"):
        write_csv(directory / "marketing" / f"{name}.csv", sheets[name], mark=True)
    for year, sheet in exports.by_year(sheets["orders"], "訂購時間").items():
        write_csv(directory / "shop" / f"orders_{year}.csv.gz", sheet)
    write_csv(directory / "shop" / "subscriptions.csv", sheets["subscriptions"], mark=True)

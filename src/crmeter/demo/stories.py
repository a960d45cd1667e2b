"""What is planted in the demo company, with sizes. The generator reads its numbers from here, and so do the docs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t


@dataclass(frozen=True)
class Onboarding:
    """Contracts that start in ``[start, end)`` go through a new onboarding system that fails many of them.

    Shares are of new contracts; ``leaving`` and ``usual_leaving`` are the probabilities to leave when the minimum term
    ends, for customers with and without trouble in their first month.
    """

    start: date = date(2025, 4, 1)
    end: date = date(2025, 7, 1)
    usual_share: float = 0.08
    share: float = 0.8
    leaving: float = 0.9
    usual_leaving: float = 0.06


@dataclass(frozen=True)
class CheapChannel:
    """A group-buy offer in ``[start, end)`` brings ``surge`` (share of all customers ever) at once.

    Their orders cost ``price`` of a usual one; after each of them ``dropping_out`` never buy again.
    """

    start: date = date(2024, 1, 8)
    end: date = date(2024, 3, 25)
    surge: float = 0.035
    price: float = 0.35
    dropping_out: float = 0.92


@dataclass(frozen=True)
class SlowTeam:
    """In ``[start, end)`` the team needs ``slower`` times the usual working hours for a first response (medians).

    ``complaining`` of its customers complain once more than they would have.
    """

    start: date = date(2025, 10, 1)
    end: date = date(2026, 1, 1)
    slower: float = 10.0
    complaining: float = 0.15


@dataclass(frozen=True)
class Voucher:
    """Two campaigns with a control group each, to present buyers drawn by lot: a voucher and a newsletter.

    ``buying`` is the share of each arm of the voucher that buys once more within the window than it would have. Nobody
    buys because of the newsletter, though some buy after it: they would have anyway.
    """

    voucher: date = date(2025, 5, 6)
    newsletter: date = date(2025, 8, 12)
    buying: tuple[float, float] = (0.3, 0.12)  # arms A and B
    days: int = 30  # the window


@dataclass(frozen=True)
class Upgrade:
    """On ``start`` the CRM is upgraded, and within ``weeks`` the share of users who work in it rises.

    Shares are of the users of all teams but one, ``resisting``, which goes on without it.
    """

    start: date = date(2025, 3, 3)
    weeks: int = 4
    usual_share: float = 0.45
    share: float = 0.95
    resisting: str = "門市營運部"


@dataclass(frozen=True)
class Help:
    """Somebody helps new subscribers of ``[start, end)`` through their first month: those whom ``chosen`` picks by
    their customer number. Of them who have trouble, ``leaving`` is the probability to leave all the same.

    It is no story of the demo company: whoever plays an improvement through plants it, see scripts/loop.py.
    """

    start: date
    end: date
    chosen: Callable[[str], bool]
    leaving: float = 0.25


Planted = Onboarding | CheapChannel | SlowTeam | Voucher | Upgrade


@dataclass(frozen=True)
class Story:
    """One planted story: the ``kpis`` of ``quarter`` that it moves, and the segment that explains them.

    ``finding`` is what an evaluation of the quarter makes of it: a weakness, a strength, or nothing, where only a
    comparison of segments shows it.
    """

    name: str
    title: str
    quarter: str
    kpis: tuple[str, ...]
    dimension: str
    value: str
    planted: Planted
    finding: str = "weakness"


_LEAVING = ("churn_rate.cohort", "churn_rate.exposed", "churn_rate.annualised", "retention_rate.cohort")
_WAITING = ("first_response_hours.median", "first_response_hours.p90", "first_response_hours.mean")

STORIES = (
    Story(
        "onboarding",
        "Customers who have trouble in their first month leave",
        quarter="2025-Q3",
        kpis=_LEAVING,
        dimension="customer.onboarding",
        value="trouble",
        planted=Onboarding(),
    ),
    Story(
        "cheap_channel",
        "A channel brings cheap customers who do not stay",
        quarter="2025-Q1",
        kpis=_LEAVING,
        dimension="customer.channel",
        value="團購",
        planted=CheapChannel(),
    ),
    Story(
        "slow_team",
        "One team answers slowly and its customers complain",
        quarter="2025-Q4",
        kpis=(*_WAITING, "complaint_rate", "complaining_customers_rate"),
        dimension="customer.team",
        value="海風組",
        planted=SlowTeam(),
    ),
    Story(
        "voucher",
        "A voucher makes customers buy, a newsletter does not",
        quarter="2025-Q2",
        kpis=("campaign_conversion",),
        dimension="arm",
        value="A",
        planted=Voucher(),
        finding="",
    ),
    Story(
        "upgrade",
        "An upgrade of the CRM wins its users, except in one team",
        quarter="2025-Q2",
        kpis=("adoption_rate",),
        dimension="team",
        value="門市營運部",
        planted=Upgrade(),
        finding="strength",
    ),
)
STORY_NAMES = tuple(story.name for story in STORIES)


@dataclass(frozen=True)
class Plot:
    """The stories of one run; None where a story is switched off."""

    onboarding: Onboarding | None
    cheap_channel: CheapChannel | None
    slow_team: SlowTeam | None
    voucher: Voucher | None
    upgrade: Upgrade | None
    help: Help | None = None


def choose(names: Collection[str]) -> Plot:
    """The plot with the stories of these names only. Raises UserError for a name that is none."""
    unknown = sorted(set(names) - set(STORY_NAMES))
    if unknown:
        raise UserError.of(
            t("The demo company has no story “{name}”.", name=", ".join(unknown)),
            next=t("Choose from: {names}.", names=", ".join(STORY_NAMES)),
        )
    return Plot(
        onboarding=Onboarding() if "onboarding" in names else None,
        cheap_channel=CheapChannel() if "cheap_channel" in names else None,
        slow_team=SlowTeam() if "slow_team" in names else None,
        voucher=Voucher() if "voucher" in names else None,
        upgrade=Upgrade() if "upgrade" in names else None,
    )

"""What was planted, in words and numbers, for the docs. Every number comes from where the generator takes it."""

from __future__ import annotations

from crmeter.demo.currencies import GAP
from crmeter.demo.faults import FAULTS
from crmeter.demo.marketing import MESSAGE_PRICE
from crmeter.demo.outreach import IN_TRIAL
from crmeter.demo.records import DELETED_SHARE, DUPLICATE_SHARE, TWIN_SHARE
from crmeter.demo.stories import STORIES, CheapChannel, Onboarding, Planted, SlowTeam, Story, Upgrade, Voucher


def stories_text() -> str:
    """The stories as Markdown: what happens, in which sizes, and what an evaluation should find."""
    return "\n\n".join(_story(story) for story in STORIES)


def _story(story: Story) -> str:
    return "\n".join(
        (
            f"### {story.title} (`{story.name}`)",
            "",
            *(f"- {line}" for line in _sizes(story.planted)),
            *(f"- {line}" for line in _found(story)),
        )
    )


def _found(story: Story) -> tuple[str, str]:
    """Where the story shows, and by whom."""
    kpis = ", ".join(f"`{kpi}`" for kpi in story.kpis)
    segment = f"`{story.dimension} = {story.value}`"
    if story.finding == "weakness":
        return (f"To be found in {story.quarter}: {kpis}.", f"First segment: {segment}.")
    if story.finding == "strength":
        return (f"To be found in {story.quarter} as a strength: {kpis}.", f"Not so in {segment}.")
    return (f"To be found in {story.quarter}: {kpis}, of the arms of the campaign.", f"Highest: {segment}.")


def _sizes(planted: Planted) -> tuple[str, ...]:
    if isinstance(planted, Onboarding):
        return _onboarding(planted)
    if isinstance(planted, CheapChannel):
        return _cheap_channel(planted)
    if isinstance(planted, SlowTeam):
        return _slow_team(planted)
    return _voucher(planted) if isinstance(planted, Voucher) else _upgrade(planted)


def _days(planted: Onboarding | CheapChannel | SlowTeam) -> str:
    return f"from {planted.start} to {planted.end} (not included)"


def _onboarding(planted: Onboarding) -> tuple[str, ...]:
    return (
        f"Contracts that start {_days(planted)} run through a new onboarding system: the share with trouble in the "
        f"first month is {planted.share:.0%} instead of {planted.usual_share:.0%}.",
        f"When the minimum term of three months ends, {planted.leaving:.0%} of the customers with trouble leave, "
        f"and {planted.usual_leaving:.0%} of the others.",
        f"Switched off, {planted.usual_share:.0%} have trouble at any time, and they stay like everybody else.",
    )


def _cheap_channel(planted: CheapChannel) -> tuple[str, ...]:
    return (
        f"A group-buy offer {_days(planted)} brings {planted.surge:.1%} of all customers the company ever had.",
        f"Their orders are {planted.price:.0%} of the usual size, and after each of them "
        f"{planted.dropping_out:.0%} never buy again.",
        "They count as customers for 365 days after their last sale, so they are lost a year later.",
        "Switched off, these customers come when others come, by all channels, and buy like them.",
    )


def _slow_team(planted: SlowTeam) -> tuple[str, ...]:
    return (
        f"Cases opened {_days(planted)} by customers of the team wait {planted.slower:g} times as many working hours "
        "for a first response (medians).",
        f"{planted.complaining:.0%} of the team's customers complain once more in these days than they would have.",
        "Whoever waits more than two days is less satisfied, so the satisfaction of that quarter falls too.",
    )


def _voucher(planted: Voucher) -> tuple[str, ...]:
    first, second = planted.buying
    return (
        f"On {planted.voucher} {IN_TRIAL:.0%} of the present buyers in the shop are drawn by lot into two arms that "
        "get a voucher and a control group that gets nothing, a third each; of arm A "
        f"{first:.0%} buy once more within {planted.days} days than would have, of arm B {second:.0%}.",
        f"On {planted.newsletter} as many are drawn alike for a newsletter, because of which nobody buys. "
        "Some buy after it, as they would have: attribution credits it with them, the control group does not.",
        f"Each message costs {MESSAGE_PRICE} TWD. Switched off, both are sent and neither makes anybody buy.",
    )


def _upgrade(planted: Upgrade) -> tuple[str, ...]:
    return (
        f"Until {planted.start} {planted.usual_share:.0%} of the users work in the CRM, the others only sign in; in "
        f"the {planted.weeks} weeks after the upgrade on that day it becomes {planted.share:.0%}.",
        f"Not so in one team, {planted.resisting}, where nobody works in it before or after.",
        "Switched off, there is no upgrade, and the share stays as it was.",
    )


def faults_text() -> str:
    """The rows that are wrong on purpose, as a Markdown table."""
    rows = [
        f"| {fault.sheet} | {fault.column} | {fault.value or '(empty)'} | {fault.rows} | {fault.what} | "
        f"{fault.instead or 'quarantined'} |"
        for fault in FAULTS
    ]
    return "\n".join(
        (
            "| file | column | value | rows | what | becomes |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"Besides, {DUPLICATE_SHARE:.1%} of the customers have a second record that was merged into the first, "
            f"with some of their orders on it, and {TWIN_SHARE:.1%} have one that nobody has noticed: the same person, "
            "typed in again with the telephone number, the e-mail address or the name written a little otherwise. "
            f"{DELETED_SHARE:.1%} of those who left are deleted. Invoices of a quarantined contract stay revenue; "
            "stages of a quarantined opportunity are quarantined with it. "
            f"No rate of {GAP[0]} is known from {GAP[1]} to {GAP[2]} (not included).",
        )
    )

"""What was planted, in words and numbers, for the docs. Every number comes from where the generator takes it."""

from __future__ import annotations

from crmeter.demo.faults import FAULTS
from crmeter.demo.records import DELETED_SHARE, DUPLICATE_SHARE
from crmeter.demo.stories import STORIES, CheapChannel, Onboarding, SlowTeam, Story


def stories_text() -> str:
    """The three stories as Markdown: what happens, in which sizes, and what an evaluation should find."""
    return "\n\n".join(_story(story) for story in STORIES)


def _story(story: Story) -> str:
    kpis = ", ".join(f"`{kpi}`" for kpi in story.kpis)
    return "\n".join(
        (
            f"### {story.title} (`{story.name}`)",
            "",
            *(f"- {line}" for line in _sizes(story.planted)),
            f"- To be found in {story.quarter}: {kpis}.",
            f"- First segment: `{story.dimension} = {story.value}`.",
        )
    )


def _sizes(planted: Onboarding | CheapChannel | SlowTeam) -> tuple[str, ...]:
    days = f"from {planted.start} to {planted.end} (not included)"
    if isinstance(planted, Onboarding):
        return (
            f"Contracts that start {days} run through a new onboarding system: the share with trouble in the first "
            f"month is {planted.share:.0%} instead of {planted.usual_share:.0%}.",
            f"When the minimum term of three months ends, {planted.leaving:.0%} of the customers with trouble leave, "
            f"and {planted.usual_leaving:.0%} of the others.",
            f"Switched off, {planted.usual_share:.0%} have trouble at any time, and they stay like everybody else.",
        )
    if isinstance(planted, CheapChannel):
        return (
            f"A group-buy offer {days} brings {planted.surge:.1%} of all customers the company ever had.",
            f"Their orders are {planted.price:.0%} of the usual size, and after each of them "
            f"{planted.dropping_out:.0%} never buy again.",
            "They count as customers for 365 days after their last sale, so they are lost a year later.",
            "Switched off, these customers come when others come, by all channels, and buy like them.",
        )
    return (
        f"Cases opened {days} by customers of the team wait {planted.slower:g} times as many working hours for a first "
        "response (medians).",
        f"{planted.complaining:.0%} of the team's customers complain once more in these days than they would have.",
        "Whoever waits more than two days is less satisfied, so the satisfaction of that quarter falls too.",
    )


def faults_text() -> str:
    """The rows that are wrong on purpose, as a Markdown table."""
    rows = [
        f"| {fault.sheet} | {fault.column} | {fault.value or '(empty)'} | {fault.rows} | {fault.what} | "
        f"{'quarantined' if fault.quarantined else 'a customer is made of the id, and reported'} |"
        for fault in FAULTS
    ]
    return "\n".join(
        (
            "| file | column | value | rows | what | becomes |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"Besides, {DUPLICATE_SHARE:.1%} of the customers have a second record that was merged into the first, "
            f"with some of their orders on it, and {DELETED_SHARE:.1%} of those who left are deleted. Invoices of a "
            "quarantined contract stay revenue.",
        )
    )

"""What to do for customers of each tier: the cards of the customer lifetime value say it."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.messages import speaking, t
from crmeter.model.tiers import HIGH, LOW, MEDIUM


@dataclass(frozen=True)
class Strategy:
    """One tier: its value in the dimension ``customer.tier``, its name, who is in it, and what to do for them."""

    tier: str
    name: str
    who: str
    do: tuple[str, ...]


def strategies(lang: str) -> tuple[Strategy, ...]:
    """The tiers from the best on, in one of LANGUAGES."""
    with speaking(lang):
        return (
            Strategy(
                HIGH,
                t("High"),
                t("Those who have brought most so far: a fifth of the customers, unless tier_high says otherwise."),
                (
                    t("Give each of them a named contact and a plan for the year."),
                    t("Solve their cases first, and call back when they are solved."),
                    t("Show them what is new before others, and ask them before you change what they use."),
                ),
            ),
            Strategy(
                MEDIUM,
                t("Medium"),
                t("Those who follow: three tenths of the customers, unless tier_medium says otherwise."),
                (
                    t("Raise what they buy and how often: sets, a membership, the next level."),
                    t("Find out what the best customers had in common when they were here, and offer it."),
                    t("Let the CRM warn you when one of them buys less than the year before."),
                ),
            ),
            Strategy(
                LOW,
                t("Low"),
                t("All others who have ever ordered."),
                (
                    t("Make the second order easy: a reminder at the right time, one click, a small thank-you."),
                    t("Serve them well at low cost: clear answers to find by themselves, mails that send themselves."),
                    t("Spend little on winning them back, and stop where it costs more than they bring."),
                ),
            ),
        )

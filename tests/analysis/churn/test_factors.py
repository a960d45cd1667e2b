"""Cox's regression on made-up customers of whom it is known what goes with leaving."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from crmeter.analysis.churn.factors import factors
from crmeter.analysis.churn.lifetimes import Lifetimes
from crmeter.kernel.errors import UserError

AS_OF = date(2026, 1, 1)


def made(count: int, seed: int = 3) -> Lifetimes:
    """Customers of channel b leave twice as often; region is of no account; kind follows from the channel; of the tiny
    plan there are few. All come in the first half of 2024, half of them with a contract."""
    dice = np.random.default_rng(seed)
    channel = np.where(dice.random(count) < 0.4, "b", "a")
    days = dice.exponential(np.where(channel == "b", 400, 800))
    started = np.datetime64("2024-01-01") + dice.integers(0, 180, count).astype("timedelta64[D]")
    ended = started + np.maximum(days, 1).astype("timedelta64[D]")
    ended[ended >= np.datetime64(AS_OF)] = np.datetime64("NaT")
    return Lifetimes(
        tuple(f"c{n}" for n in range(count)),
        started,
        ended,
        dice.random(count) < 0.5,
        {
            "customer.channel": tuple(channel.tolist()),
            "customer.region": tuple(dice.choice(["n", "s"], count).tolist()),
            "customer.kind": tuple("y" if c == "b" else "x" for c in channel.tolist()),
            "customer.plan": tuple("p" if n else "q" for n in range(count)),
        },
        AS_OF,
    )


def test_what_was_planted_is_found_and_nothing_else() -> None:
    found = factors(made(1500), ["customer.channel", "customer.region", "customer.kind", "customer.plan"])
    told = {each.dimension: each for each in found.factors}
    assert set(told) == {"customer.channel", "customer.region"}
    channel, region = told["customer.channel"], told["customer.region"]
    assert (channel.level.member, channel.reference.member) == ("b", "a")
    assert channel.low < 2 < channel.high  # as planted
    assert channel.beyond_noise and not region.beyond_noise
    assert channel.proportional and region.proportional  # exponential: the ratio is the same at any tenure
    assert dict(found.left_out) == {"customer.kind": "says_the_same", "customer.plan": "one_group"}
    assert 0.55 < found.concordance < 0.7


def test_a_ratio_that_changes_is_named() -> None:
    """All of channel b leave at once or hardly at all: the ratio is no single number."""
    found = made(1500)
    early = np.array([c == "b" and n % 2 == 0 for n, c in enumerate(found.attributes["customer.channel"])])
    ended = np.where(early, found.started + np.timedelta64(30, "D"), found.ended)
    ended[np.array([c == "b" and n % 2 == 1 for n, c in enumerate(found.attributes["customer.channel"])])] = "NaT"
    changed = Lifetimes(found.customers, found.started, ended, found.contract, found.attributes, AS_OF)
    [channel] = factors(changed, ["customer.channel"]).factors
    assert channel.proportional is False


def test_sparse_data_is_refused() -> None:
    with pytest.raises(UserError, match="too few lost customers"):
        factors(made(12), ["customer.channel"], named=True)
    few = made(1500)
    quiet = Lifetimes(few.customers, few.started, np.where(np.arange(1500) < 9, few.ended, np.datetime64("NaT")),
                      few.contract, few.attributes, AS_OF)  # fmt: skip
    with pytest.raises(UserError, match="too few lost customers"):
        factors(quiet, ["customer.channel", "customer.region"])

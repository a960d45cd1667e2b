"""Customer values in words: which model, how well it did, and how to read the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words

Plain = Mapping[str, Any]
COVERED = 0.93  # share of 95% intervals that held, below which they are called too narrow
FEW = 30  # customers, below which a group is marked and not compared
STAY = ("a", "b", "s", "beta")


def model(name: str) -> str:
    """The name of a model or a guess."""
    return {
        "bg_nbd": "BG/NBD",
        "mbg_nbd": "MBG/NBD",
        "pareto_nbd": "Pareto/NBD",
        "shifted_beta_geometric": "sBG",
        "same_rate": t("same rate as before"),
        "last_period": t("last period again"),
    }[name]


def tier(name: str) -> str:
    """The name of a tier."""
    return {"high": t("high"), "medium": t("medium"), "low": t("low")}[name]


def member(dimension: str, name: str | None) -> str:
    """The member of the dimension that the table is split by."""
    return words.member(dimension, name)


def money(value: float, found: Plain) -> str:
    """An amount in the currency of the workspace."""
    return numbers.amount(value, "money", found["currency"])


def prediction(number: Plain, found: Plain) -> str:
    """The interval of what will really happen."""
    return numbers.interval(number["prediction_low"], number["prediction_high"], "money", found["currency"])


def known_to(number: Plain, found: Plain) -> str:
    """The interval of the expectation."""
    return numbers.interval(number["low"], number["high"], "money", found["currency"])


def headline(found: Plain) -> str:
    """The total in a sentence."""
    part = found["purchases"]
    total = part["total"]
    return t(
        "{customers} purchase customers are expected to bring {value} in the {days} days from {day}.",
        customers=numbers.count(total["customers"]), value=money(total["expected_value"]["value"], found),
        days=numbers.count(found["horizon_days"]), day=found["as_of"],
    )  # fmt: skip


def total(found: Plain) -> Iterator[str]:
    """The total with both of its intervals, and what it is made of."""
    part = found["purchases"]["total"]
    yield headline(found)
    yield t(
        "What they really bring lies in {range} in 95 of 100 such cases; the expectation itself is known to {known}.",
        range=prediction(part["expected_value"], found), known=known_to(part["expected_value"], found),
    )  # fmt: skip
    yield t(
        "{active} of them are expected to be still active, with {orders} purchases.",
        active=numbers.count(round(part["expected_active"])), orders=numbers.count(round(part["expected_orders"])),
    )  # fmt: skip


def worth(found: Plain) -> Iterator[str]:
    """What value means here."""
    told = found["money"]
    less = t(
        "less refunds ({refunds} of sales), discounted at {rate} a year",
        refunds=numbers.amount(told["refund_share"], "share"), rate=numbers.amount(found["discount_rate"], "share"),
    )  # fmt: skip
    margin = numbers.amount(told["margin"], "share")
    if told["margin_source"] == "none":
        yield t("Value is revenue, {less}: no cost is known and no gross margin is stated in the settings.", less=less)
    elif told["margin_source"] == "stated":
        yield t("Value is gross margin ({margin}, as stated), {less}.", margin=margin, less=less)
    else:
        yield t("Value is gross margin ({margin}, from the cost of the orders of the last 365 days), {less}.",
                margin=margin, less=less)  # fmt: skip


def checked(found: Plain) -> Iterator[str]:
    """How well the model did on orders that it had not seen."""
    check = found["purchases"]["held_out"]
    if check is None:
        yield t("Not checked: the history is too short to hold a part of it out. Trust the order of customers more "
                "than the amounts.")  # fmt: skip
        return
    name = found["purchases"]["model"]["id"]
    own = next(guess for guess in check["guesses"] if guess["guess"] == name)
    yield t("{about}: {result}.", about=check_about(found), result=check_result(found))
    yield _inside(check)
    yield _against_naive(check, name)
    if check["covered"] < COVERED:
        yield t("Only {share} of the customers kept within their 95% interval: take the intervals for too narrow.",
                share=numbers.amount(check["covered"], "share"))  # fmt: skip
    yield from _chosen(found, check, own)


def check_about(found: Plain) -> str:
    """Which model was asked about which days."""
    check = found["purchases"]["held_out"]
    return t(
        "{model} was asked about the {days} days from {day}, which it had not seen",
        model=model(found["purchases"]["model"]["id"]), days=numbers.count(check["days"]), day=check["start"],
    )  # fmt: skip


def check_result(found: Plain) -> str:
    """What the check found."""
    check, name = found["purchases"]["held_out"], found["purchases"]["model"]["id"]
    own = next(guess for guess in check["guesses"] if guess["guess"] == name)
    told = {"expected": numbers.count(round(own["total"])), "actual": numbers.count(check["purchases"])}
    if own["total_error"] is None:
        return t("{expected} purchases expected, {actual} came", **told)
    error = numbers.relative(own["total_error"])
    return t("{expected} purchases expected, {actual} came (error {error})", error=error, **told)


def _inside(check: Plain) -> str:
    span = numbers.interval(check["total_low"], check["total_high"], "count")
    if check["total_low"] <= check["purchases"] <= check["total_high"]:
        return t("That lies within its 95% interval ({range}).", range=span)
    return t(
        "That lies outside its 95% interval ({range}): the model misses something about this company. Take the error "
        "of the check as the guide, not the interval.",
        range=span,
    )


def _against_naive(check: Plain, name: str) -> str:
    naive = next(guess for guess in check["guesses"] if guess["guess"] == check["naive"])
    own = next(guess for guess in check["guesses"] if guess["guess"] == name)
    told = {
        "naive": model(check["naive"]),
        "own": numbers.amount(own["root_mean_squared_error"], "ratio"),
        "other": numbers.amount(naive["root_mean_squared_error"], "ratio"),
    }
    if check["better_than_naive"]:
        return t("By customer it errs less than the best naive guess ({naive}): {own} against {other} purchases.",
                 **told)  # fmt: skip
    return t(
        "By customer it is no better than the best naive guess ({naive}): {own} against {other} purchases. The model "
        "adds nothing here; the naive guess is simpler.",
        **told,
    )


def _chosen(found: Plain, check: Plain, own: Plain) -> Iterator[str]:
    others = [model(name) for name in check["as_good"] if name != own["guess"]]
    if found["purchases"]["model"]["asked_for"] and own["guess"] != check["recommended"]:
        yield t("Recommended would be {model}.", model=model(check["recommended"]))
    elif own["guess"] == check["recommended"] and others:
        yield t("{model} is recommended: no other did better beyond noise, and it is simpler than {others}, which did "
                "as well.", model=model(own["guess"]), others=_list(others))  # fmt: skip
    elif own["guess"] == check["recommended"]:
        yield t("{model} is recommended: it did better than the others beyond noise.", model=model(own["guess"]))


def _list(names: list[str]) -> str:
    return t(", ").join(names)


def fitted(found: Plain) -> Iterator[str]:
    """What the data do not tell, in plain words."""
    part = found["purchases"]
    kind, _, names = part["model"]["status"].partition(":")
    if kind != "ok":
        stay = any(name in STAY for name in names.split(","))
        rate = any(name not in STAY for name in names.split(",")) or not names
        what = [t("how customers differ in how long they stay")] if stay else []
        what += [t("how customers differ in how often they buy")] if rate else []
        yield t("The data do not tell {what} ({status}): expected totals can still be right, but take single customers "
                "with care.", what=_list(what), status=part["model"]["status"])  # fmt: skip
    if part["purchases_without_rate"]:
        yield t("{count} purchases in currencies without a rate count as purchases, but their amounts are left out.",
                count=numbers.count(part["purchases_without_rate"]))  # fmt: skip
    yield from _order_value(part["order_value"], found)


def _order_value(told: Plain, found: Plain) -> Iterator[str]:
    if told["model"] is None:
        yield t("Amounts differ too wildly for a model of them: every purchase counts the mean of all, {mean}.",
                mean=money(told["mean"], found))  # fmt: skip
        return
    related = told["correlation"]
    if related is None:
        yield t("Whether amounts have to do with how often somebody buys cannot be told: too few buy more than once.")
        return
    said = {
        "value": numbers.amount(related["value"], "ratio"),
        "range": numbers.interval(related["low"], related["high"], "ratio"),
    }
    if related["holds"]:
        yield t("The model of amounts takes them to have nothing to do with how often somebody buys. That holds: the "
                "rank correlation is {value} ({range}).", **said)  # fmt: skip
    elif related["holds"] is None:
        yield t("The model of amounts takes them to have nothing to do with how often somebody buys. That may not "
                "quite hold: the rank correlation is {value} ({range}).", **said)  # fmt: skip
    elif related["value"] > 0:
        yield t("Who buys more often also spends more each time (rank correlation {value}, {range}), which the model "
                "of amounts does not know: frequent buyers are worth more than it says.", **said)  # fmt: skip
    else:
        yield t("Who buys more often spends less each time (rank correlation {value}, {range}), which the model "
                "of amounts does not know: frequent buyers are worth less than it says.", **said)  # fmt: skip


def tiers(found: Plain) -> Iterator[str]:
    """How tiers are cut, and how they differ from those that look back."""
    shares = found["tier_shares"]
    yield t(
        "Tiers by expected value: the first {high} of the customers are high, the next {medium} medium. They look "
        "ahead; customer.tier looks back, at the revenue so far.",
        high=numbers.amount(shares["high"], "share", decimals=0),
        medium=numbers.amount(shares["medium"], "share", decimals=0),
    )


def caution() -> Iterator[str]:
    """What no such number knows."""
    yield t(
        "An estimate, no certified KPI: customers are taken to go on as they have. Prices, campaigns and competitors "
        "to come are in none of these numbers, and no cause is in them either."
    )


def shown(groups: Sequence[Plain]) -> Sequence[Plain]:
    """The groups that are large enough to compare; all of them where none is."""
    return [group for group in groups if group["customers"] >= FEW] or groups


def value_title(found: Plain) -> str:
    """What the values show, in a sentence: who brings most, and who least."""
    part = found["purchases"]
    if part["groups"] is None:
        high = part["tiers"][0]
        return t(
            "{share} of the expected value comes from the {count} customers of the tier high",
            share=numbers.amount(high["share"] or 0.0, "share", decimals=0), count=numbers.count(high["customers"]),
        )  # fmt: skip
    groups = shown(part["groups"])
    best, least = groups[0], groups[-1]
    return t(
        "A customer of {best} is expected to bring {most}, one of {worst} {least}",
        best=member(found["by"], best["member"]), most=money(best["mean_value"], found),
        worst=member(found["by"], least["member"]), least=money(least["mean_value"], found),
    )  # fmt: skip


def contracts(found: Plain) -> Iterator[str]:
    """Contract customers: the total, the renewals, and the check."""
    part = found["contracts"]
    whole = part["total"]
    yield t(
        "{customers} contract customers are expected to bring {value} in the {days} days from {day} ({range}); "
        "{staying} of them stay.",
        customers=numbers.count(whole["customers"]), value=money(whole["expected_value"]["value"], found),
        days=numbers.count(found["horizon_days"]), day=found["as_of"],
        range=prediction(whole["expected_value"], found), staying=numbers.count(round(whole["expected_staying"])),
    )  # fmt: skip
    yield t("Renewals are counted every {months} months; the model is sBG.", months=part["renewal_months"])
    if found["money"]["margin"] is not None:
        yield t("Their gross margin is taken to be the same {margin}.",
                margin=numbers.amount(found["money"]["margin"], "share"))  # fmt: skip
    if part["model"]["status"] != "ok":
        yield t("The data do not tell {what} ({status}): expected totals can still be right, but take single customers "
                "with care.", what=t("how customers differ in how long they stay"),
                status=part["model"]["status"])  # fmt: skip
    check = part["held_out"]
    if check is None:
        yield t("Not checked: the history is too short to hold a part of it out.")
        return
    yield t(
        "Asked about the {days} days from {day} that it had not seen: {expected} of {customers} expected to stay "
        "({range}), {stayed} stayed. The share of as many days before would have said {naive}.",
        days=numbers.count(check["days"]), day=check["start"], expected=numbers.count(round(check["expected"])),
        customers=numbers.count(check["customers"]),
        range=numbers.interval(round(check["low"]), round(check["high"]), "count"),
        stayed=numbers.count(check["stayed"]),
        naive="–" if check["naive"] is None else numbers.count(round(check["naive"])),
    )  # fmt: skip


def too_little(found: Plain) -> str:
    """Why there is nothing of purchase customers."""
    told = found["too_little"]
    return t(
        "Purchases are too few to estimate from: {customers} customers with one, {returning} of them with a second, in "
        "{days} days. It takes {needs_customers}, {needs_returning} and {needs_days}.",
        **told,
    )

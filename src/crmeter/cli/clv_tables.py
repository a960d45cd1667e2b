"""Customer values as tables of text, and as rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmeter.cli import tables
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

Plain = Mapping[str, Any]


def told(found: Plain, customer: str | None) -> str:
    """Everything that was found, the total first; of one ``customer`` only that, and how far to trust it."""
    from crmeter.reports import customer_values as words

    parts: list[Sequence[str]] = []
    if found["purchases"] is None:
        parts.append([words.too_little(found)])
    elif customer is not None:
        parts += [[_customers(found)], [*words.checked(found)]]
    else:
        parts += [[*words.total(found)], [_groups(found)] if found["by"] else [], [_tiers(found)]]
        parts += [[_customers(found)], [*words.checked(found)], [_guesses(found)], [_deciles(found)]]
    if found["contracts"] and customer is None:
        parts += [[*words.contracts(found)], [_contract_groups(found)] if found["by"] else [], [_cohorts(found)]]
    parts.append([*_how_to_read(found)])
    return "\n\n".join("\n".join(part) for part in parts if any(part))


def _how_to_read(found: Plain) -> Iterator[str]:
    from crmeter.reports import customer_values as words

    yield from words.worth(found)
    if found["purchases"]:
        yield from words.fitted(found)
        yield from words.tiers(found)
        if any(
            row["customers"] < words.FEW
            for row in (*(found["purchases"]["groups"] or ()), *found["purchases"]["tiers"])
        ):
            yield t("* fewer than {count} customers", count=words.FEW)
        yield t(
            "Intervals are of 95%. “What will come” is of what really happens, chance included. How well the "
            "expectation itself is known is in the JSON (low, high); that says nothing about a single customer."
        )
    yield from words.caution()


def _groups(found: Plain) -> str:
    from crmeter.reports import customer_values as words
    from crmeter.reports.words import dimension

    rows = [[words.member(found["by"], row["member"]), *_sums(row, found)] for row in found["purchases"]["groups"]]
    return tables.table([dimension(found["by"]), *_headings()], rows, numbers=range(1, 8))


def _tiers(found: Plain) -> str:
    from crmeter.reports import customer_values as words

    rows = []
    for row in found["purchases"]["tiers"]:
        least = row["least_expected_value"]
        cut = "–" if least is None else words.money(least, found)
        rows.append([words.tier(row["member"]), *_sums(row, found), cut])
    return tables.table([t("Tier"), *_headings(), t("From")], rows, numbers=range(1, 9))


def _headings() -> list[str]:
    return [
        t("Customers"), t("Still active"), t("Purchases"), t("Expected value"), t("What will come"), t("Share"),
        t("Per customer"),
    ]  # fmt: skip


def _sums(row: Plain, found: Plain) -> list[str]:
    from crmeter.reports import customer_values as words
    from crmeter.reports import numbers

    return [
        numbers.count(row["customers"]) + (" *" if row["customers"] < words.FEW else ""),
        numbers.amount(row["expected_active"], "count", decimals=0),
        numbers.amount(row["expected_orders"], "count", decimals=0),
        words.money(row["expected_value"]["value"], found),
        words.prediction(row["expected_value"], found),
        "–" if row["share"] is None else numbers.amount(row["share"], "share"),
        words.money(row["mean_value"], found),
    ]


def _customers(found: Plain) -> str:
    from crmeter.reports import customer_values as words
    from crmeter.reports import numbers

    rows = []
    for row in found["purchases"]["customers"]:
        orders, value = row["expected_orders"], row["expected_value"]
        rows.append(
            [
                row["customer_id"],
                words.tier(row["tier"]),
                numbers.count(row["repeat_orders"]),
                numbers.count(row["days_since_last_order"]),
                numbers.amount(row["probability_active"]["value"], "share"),
                numbers.amount(orders["value"], "count", decimals=1),
                numbers.interval(orders["prediction_low"], orders["prediction_high"], "count"),
                words.money(value["value"], found),
                words.prediction(value, found),
            ]
        )
    headings = [
        t("Customer"), t("Tier"), t("Repeat orders"), t("Days since last order"), t("Probability active"),
        t("Purchases"), t("What will come"), t("Expected value"), t("What will come"),
    ]  # fmt: skip
    return tables.table(headings, rows, numbers=range(2, 9))


def _guesses(found: Plain) -> str:
    """All guesses at the held-out purchases beside one another."""
    from crmeter.reports import customer_values as words
    from crmeter.reports import numbers

    check = found["purchases"]["held_out"]
    if check is None:
        return ""
    rows = [
        [
            words.model(guess["guess"]) + (" ←" if guess["guess"] == found["purchases"]["model"]["id"] else ""),
            numbers.count(round(guess["total"])),
            "–" if guess["total_error"] is None else numbers.relative(guess["total_error"]),
            numbers.amount(guess["mean_absolute_error"], "ratio", decimals=3),
            numbers.amount(guess["root_mean_squared_error"], "ratio", decimals=3),
            "–" if guess["correlation"] is None else numbers.amount(guess["correlation"], "ratio", decimals=3),
        ]
        for guess in check["guesses"]
    ]
    headings = [
        t("Held-out check"), t("Purchases"), t("Error of the sum"), t("Mean absolute error"),
        t("Root mean squared error"), t("Correlation"),
    ]  # fmt: skip
    return tables.table(headings, rows, numbers=range(1, 6))


def _deciles(found: Plain) -> str:
    """Expected and real purchases of each tenth of the customers."""
    from crmeter.reports import numbers

    check = found["purchases"]["held_out"]
    if check is None:
        return ""
    rows = [
        [t("Purchases per customer"), t("expected"), *_per_customer(check, "expected")],
        ["", t("came"), *_per_customer(check, "actual")],
    ]
    headings = [t("Tenth of the customers"), "", *(numbers.count(each["decile"]) for each in check["deciles"])]
    return tables.table(headings, rows, numbers=range(2, len(headings)))


def _per_customer(check: Plain, name: str) -> list[str]:
    from crmeter.reports import numbers

    return [numbers.amount(each[name], "ratio") for each in check["deciles"]]


def _contract_groups(found: Plain) -> str:
    from crmeter.reports import customer_values as words
    from crmeter.reports import numbers
    from crmeter.reports.words import dimension

    rows = [
        [
            words.member(found["by"], row["member"]),
            numbers.count(row["customers"]),
            numbers.amount(row["expected_staying"], "count", decimals=0),
            words.money(row["expected_value"]["value"], found),
            words.prediction(row["expected_value"], found),
            words.money(row["mean_value"], found),
        ]
        for row in found["contracts"]["groups"]
    ]
    headings = [
        dimension(found["by"]), t("Contract customers"), t("Expected to stay"), t("Expected value"),
        t("What will come"), t("Per customer"),
    ]  # fmt: skip
    return tables.table(headings, rows, numbers=range(1, 6))


def _cohorts(found: Plain) -> str:
    from crmeter.reports import numbers

    rows = [
        [
            row["cohort"],
            numbers.count(row["customers"]),
            numbers.count(row["there"]),
            numbers.amount(row["expected_there"], "count", decimals=0),
        ]
        for row in found["contracts"]["cohorts"]
    ]
    headings = [t("Contracts of"), t("Began"), t("Still there"), t("By the model")]
    return tables.table(headings, rows, numbers=range(1, 4))


def comma_separated(found: Plain) -> str:
    """The customers, one row each, bounds beside their numbers."""
    if found["purchases"] is None:
        raise UserError.of(t("There are no purchase customers to write."))
    rows = []
    for row in found["purchases"]["customers"]:
        flat: dict[str, Any] = {}
        for name, value in row.items():
            if isinstance(value, Mapping):
                flat |= {name if part == "value" else f"{name}_{part}": number for part, number in value.items()}
            else:
                flat[name] = value
        rows.append({**flat, "by": {}})
    return tables.comma_separated(rows)

"""Subscriptions: the price of a month, and contracts without a number of their own."""

from __future__ import annotations

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item
from crmeter.ingest.propose.vocabulary import says
from crmeter.kernel.messages import t

_YEARLY = ("annual", "yearly", "acv", "arr", "per year", "年费", "年约", "年金额", "年租", "年度", "每年")
_TOTAL = ("contract value", "合约金额", "合同金额", "total")
_TENURE = ("tenure", "tenure months", "months", "在网月数", "月数", "合约月数", "年资")


def complete(draft: Draft) -> None:
    """Settle the key, the monthly amount and what can be said of dates that are not there."""
    _key(draft)
    _monthly(draft)
    if "started_at" not in draft.items:
        _without_start(draft)
    if "ended_at" in draft.items:
        draft.notes.append(
            t("The end is taken as the first day no longer covered. If it is the last day covered, add one day to it.")
        )
    else:
        draft.notes.append(t("No column says when a contract ended: every contract would run for ever."))


def _key(draft: Draft) -> None:
    """One row for each customer: the customer's key does for the contract."""
    customer = draft.raw_of("customer_id")
    if "subscription_id" not in draft.items and customer and draft.evidence.unique(draft.raw.name, customer):
        why = t("no contract number, but each customer has one row")
        draft.items["subscription_id"] = Item(quoted(customer), (customer,), 0.55, why)


def _monthly(draft: Draft) -> None:
    column = draft.raw_of("monthly_amount")
    if not column:
        return
    item = draft.items["monthly_amount"]
    if any(says(column, word) for word in _YEARLY):
        number = f"try_cast(replace({quoted(column)}::VARCHAR, ',', '') AS DECIMAL(18,4))"
        item.expression = f"coalesce(({number} / 12)::VARCHAR, {quoted(column)}::VARCHAR)"
        item.confidence = min(item.confidence, 0.7)
        item.also(t("a year's amount, divided by 12"))
    elif any(says(column, word) for word in _TOTAL):
        item.confidence = min(item.confidence, 0.4)
        item.also(t("it may be the amount of the whole contract, not of a month"))


def _without_start(draft: Draft) -> None:
    """Say what would be needed, and whether a length of time could help."""
    tenure = next((n for n in draft.raw.columns if any(says(n, word) for word in _TENURE)), "")
    if tenure and draft.profiles[tenure].integers >= 0.9:
        draft.notes.append(
            t('"{column}" counts months, but no column has a date. If you know the day of the export, write:'
              " started_at = that day - to_months({quoted}::INTEGER).", column=tenure, quoted=quoted(tenure))
        )  # fmt: skip
    else:
        draft.notes.append(t("No column says when a contract started."))

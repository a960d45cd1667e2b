"""Why a row is in quarantine: codes as they are stored, and what they say to a person.

A code may carry values after colons: ``below:0``, ``no_such:campaign``. Reasons that a connector gives are texts
already and are passed through.
"""

from __future__ import annotations

from crmeter.kernel.messages import t

MISSING = "missing"
UNFIT = "unfit"  # unfit:<kind>
NOT_A_CHOICE = "not_a_choice"
CURRENCY = "not_a_currency"
BELOW = "below"  # below:<smallest>
ABOVE = "above"  # above:<greatest>
REVERSED = "reversed"  # reversed:<column that must come first>
OUTSIDE = "outside"  # outside:<low column>:<high column>
REPEATED = "repeated_key"
ELSEWHERE = "key_of_source"  # key_of_source:<the source that delivers it>
NO_SUCH = "no_such"  # no_such:<table>


def said(reason: str) -> str:
    """The reason as a person reads it.

    >>> said("below:0")
    'smaller than 0'
    """
    code, _, rest = reason.partition(":")
    first, _, second = rest.partition(":")
    texts = {
        MISSING: lambda: t("missing, and must not be"),
        NOT_A_CHOICE: lambda: t("none of the allowed values"),
        CURRENCY: lambda: t("not a currency code of three letters"),
        BELOW: lambda: t("smaller than {limit}", limit=rest),
        ABOVE: lambda: t("greater than {limit}", limit=rest),
        REVERSED: lambda: t("earlier than {column}", column=rest),
        OUTSIDE: lambda: t("not between {low} and {high}", low=first, high=second),
        REPEATED: lambda: t("a row before has the same key"),
        ELSEWHERE: lambda: t("source {source} delivers the same key", source=rest),
        NO_SUCH: lambda: t("there is no such {table}", table=rest),
    }
    if code == UNFIT:
        return _unfit(rest)
    return texts[code]() if code in texts else reason


def _unfit(kind: str) -> str:
    texts = {
        "instant": lambda: t("not a date or time"),
        "date": lambda: t("not a date"),
        "money": lambda: t("not an amount"),
        "number": lambda: t("not a number"),
        "integer": lambda: t("not a whole number"),
        "flag": lambda: t("neither yes nor no"),
    }
    return texts[kind]() if kind in texts else t("does not fit its column")

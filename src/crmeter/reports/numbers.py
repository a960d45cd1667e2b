"""Numbers as people read them: by language, unit and currency. Written in the language of ``messages.language()``."""

from __future__ import annotations

from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)

from crmeter.kernel.messages import language, t

LOCALES = {"zh-Hant": "zh_Hant_TW", "zh-Hans": "zh_Hans_CN", "en": "en_US"}
_MINUS = "\N{MINUS SIGN}"
_WHOLE = ("TWD", "JPY", "KRW")  # nobody pays in parts of these, whatever ISO 4217 says


def amount(value: float | None, unit: str, currency: str | None = None, *, decimals: int | None = None) -> str:
    """A value with its unit: ``26.5%``, ``NT$1,200``, ``3.4 hours``. None is said to be undefined, never shown as 0.

    ``decimals`` overrides the number of digits after the point that suits the unit and size.

    >>> from crmeter.kernel.messages import speaking
    >>> with speaking("en"):
    ...     amount(0.26537, "share"), amount(1234567, "money", "TWD"), amount(None, "share")
    ('26.5%', 'NT$1,234,567', 'undefined')
    """
    if value is None:
        return t("undefined")
    places = _places(unit, abs(value), currency) if decimals is None else decimals
    return _with_unit(_plain(value, unit, currency, places), unit)


def change(value: float | None, unit: str, currency: str | None = None) -> str:
    """A difference with its sign; of shares in percentage points: ``+2.1 pp``."""
    if value is None:
        return t("undefined")
    places = _change_places(unit, abs(value), currency)
    return _change_unit(_sign(value) + _plain_change(abs(value), unit, currency, places), unit)


def size(value: float, unit: str, currency: str | None = None) -> str:
    """How large a difference is, without its sign: ``2.1 pp``."""
    places = _change_places(unit, abs(value), currency)
    return _change_unit(_plain_change(abs(value), unit, currency, places), unit)


def interval(low: float | None, high: float | None, unit: str, currency: str | None = None) -> str:
    """``4.8% to 6.1%``; empty where there is none."""
    if low is None or high is None:
        return ""
    places = _places(unit, max(abs(low), abs(high)), currency)
    said = t("{low} to {high}", low=_plain(low, unit, currency, places), high=_plain(high, unit, currency, places))
    return _with_unit(said, unit)


def change_interval(low: float | None, high: float | None, unit: str, currency: str | None = None) -> str:
    """The interval of a difference, with signs: ``+1.1 to +3.1 pp``."""
    if low is None or high is None:
        return ""
    places = _change_places(unit, max(abs(low), abs(high)), currency)
    ends = [_sign(end) + _plain_change(abs(end), unit, currency, places) for end in (low, high)]
    return _change_unit(t("{low} to {high}", low=ends[0], high=ends[1]), unit)


def relative(value: float | None) -> str:
    """A relative change with its sign: ``+31%``; empty where there is none."""
    if value is None:
        return ""
    places = 1 if abs(value) < 0.1 else 0
    return _sign(value) + _percent(abs(value), places)


def brief(value: float, unit: str, currency: str | None = None) -> str:
    """A value where there is little room: large amounts of money in thousands and millions."""
    if unit != "money" or not currency or abs(value) < 1_000_000:
        return amount(value, unit, currency)
    said = format_compact_currency(value, currency, locale=_locale(), fraction_digits=1)
    return _minus(_dollars(said, currency))


def p_value(p: float | None) -> str:
    """``p = 0.013``; never rounded to 0."""
    if p is None:
        return ""
    if p < 0.001:
        return f"p < {_decimal(0.001, 3)}"
    return f"p = {_decimal(p, 3 if p < 0.1 else 2)}"


def count(value: float) -> str:
    """A whole number with its thousands marked."""
    return _decimal(value, 0)


def share(value: float) -> str:
    """A share without digits after the point, for sentences: ``80%``."""
    return _percent(value, 0)


def tick(value: float, unit: str, step: float) -> str:
    """A label of an axis whose ticks are ``step`` apart: short, without the unit's word."""
    if unit == "share":
        return _percent(value, _digits(step * 100))
    if abs(value) < 10_000:
        return _decimal(value, _digits(step))
    powers = (1e9, 1e6, 1e3) if language() == "en" else (1e8, 1e4)
    power = next(power for power in powers if abs(value) >= power)
    return _minus(format_compact_decimal(value, locale=_locale(), fraction_digits=_digits(step / power)))


def _digits(step: float) -> int:
    """How many digits after the point tell multiples of ``step`` apart."""
    return next((n for n in range(4) if abs(round(step, n) - step) < 1e-9 * max(1.0, step)), 4)


def _locale() -> str:
    return LOCALES[language()]


def _minus(text: str) -> str:
    return text.replace("-", _MINUS)


def _sign(value: float) -> str:
    return "+" if value > 0 else _MINUS if value < 0 else "±"


def _decimal(value: float, places: int) -> str:
    return _minus(format_decimal(_nonzero(value, places), format=_pattern(places), locale=_locale()))


def _percent(value: float, places: int) -> str:
    return _minus(format_percent(_nonzero(value, places + 2), format=_pattern(places) + "%", locale=_locale()))


def _money(value: float, currency: str | None, places: int) -> str:
    if not currency:
        return _decimal(value, places)
    said = format_currency(
        _nonzero(value, places),
        currency,
        format=f"¤{_pattern(places)};-¤{_pattern(places)}",
        locale=_locale(),
        currency_digits=False,
    )
    return _minus(_dollars(said, currency))


def _dollars(said: str, currency: str) -> str:
    """CLDR prints the Taiwan dollar as a bare "$" in Taiwan, which cannot be told from other dollars."""
    return said if currency != "TWD" or "NT$" in said else said.replace("$", "NT$")


def _nonzero(value: float, places: int) -> float:
    """No negative zero: −0.04 at one place is 0.0."""
    return 0.0 if round(value, places) == 0 else value


def _pattern(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _plain(value: float, unit: str, currency: str | None, places: int) -> str:
    if unit == "share":
        return _percent(value, places)
    return _money(value, currency, places) if unit == "money" else _decimal(value, places)


def _plain_change(value: float, unit: str, currency: str | None, places: int) -> str:
    return _decimal(value * 100, places) if unit == "share" else _plain(value, unit, currency, places)


def _places(unit: str, magnitude: float, currency: str | None) -> int:
    """Digits after the point: enough to tell two periods apart, not more than the sample carries."""
    if unit == "count":
        return 0 if magnitude == round(magnitude) or magnitude >= 1000 else 1
    if unit == "money":
        if magnitude >= 1000 or currency in _WHOLE:
            return 0
        return min(get_currency_precision(currency), 2) if currency else 2
    if unit == "share":
        return 1 if magnitude >= 0.001 or magnitude == 0 else 3
    if unit in ("ratio", "score", "per_year"):
        return 2
    return 1 if magnitude >= 1 or magnitude == 0 else 2


def _change_places(unit: str, magnitude: float, currency: str | None) -> int:
    if unit == "share":
        return 1 if magnitude >= 0.0005 or magnitude == 0 else 2
    if unit == "count" and magnitude >= 10:
        return 0
    return _places(unit, magnitude, currency)


def _with_unit(number: str, unit: str) -> str:
    match unit:
        case "days":
            return t("{number} days", number=number)
        case "hours":
            return t("{number} hours", number=number)
        case "minutes":
            return t("{number} minutes", number=number)
        case "months":
            return t("{number} months", number=number)
        case "per_year":
            return t("{number} per year", number=number)
        case "points":
            return t("{number} points", number=number)
        case _:
            return number


def _change_unit(number: str, unit: str) -> str:
    return t("{number} pp", number=number) if unit == "share" else _with_unit(number, unit)

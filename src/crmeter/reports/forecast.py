"""Forecasts and alerts in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from crmeter.kernel.calendar import Calendar
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain, Period
from crmeter.reports import numbers, periods, words

Plain = Mapping[str, Any]


def model(code: str) -> str:
    """What a model is called."""
    return {
        "last": t("last value (naive)"),
        "seasonal_naive": t("same period a year before (naive)"),
        "mean": t("mean of the last year"),
        "seasonal_growth": t("a year before, with last year’s growth"),
        "smoothed": t("smoothing"),
        "smoothed_trend": t("smoothing with trend"),
        "damped_trend": t("smoothing with fading trend"),
        "seasonal_smoothed": t("smoothing with season"),
        "seasonal_trend": t("smoothing with season and trend"),
        "ets": t("AutoETS (statsforecast)"),
        "theta": t("AutoTheta (statsforecast)"),
        "mstl": t("MSTL (statsforecast)"),
    }.get(code, code)


def when(each: Plain, grain: str, calendar: Calendar) -> str:
    """A period in words."""
    found = Period(date.fromisoformat(each["start"]), date.fromisoformat(each["end"]), Grain(grain))
    return periods.said(calendar.name(found))


def title(found: Plain, series: Plain, calendar: Calendar) -> str:
    """What the forecast says, in a sentence: the last period ahead with its 80% interval."""
    if not series["forecast"]:
        return t("{name}: no forecast", name=_named(found, series))
    last = series["forecast"][-1]
    unit, currency = found["unit"], found["currency"]
    return t(
        "{name}: {value} expected in {period}; 80% interval {interval}",
        name=_named(found, series),
        value=numbers.amount(last["value"], unit, currency),
        period=when(last, found["grain"], calendar),
        interval=numbers.interval(last["low_80"], last["high_80"], unit, currency),
    )


def _named(found: Plain, series: Plain) -> str:
    members = [words.member(dimension, value) for dimension, value in series["by"].items()]
    return t("{name} ({group})", name=found["name"], group=t(", ").join(members)) if members else str(found["name"])


def choice(found: Plain, series: Plain) -> list[str]:
    """Which model was taken and why, and how often its intervals held in the backtest."""
    best = next(each for each in series["backtest"]["models"] if each["model"] == series["model"])
    origins = series["backtest"]["origins"]
    if series["model"] == series["baseline"]:
        said = t("The naive model is used, “{model}”: in {origins} tries on the past no other was clearly better.",
                 model=model(series["model"]), origins=origins)  # fmt: skip
    else:
        said = t("Model: {model}. In {origins} tries on the past its errors were {share} of those of the naive one, "
                 "“{baseline}”.",
                 model=model(series["model"]), origins=origins, baseline=model(series["baseline"]),
                 share=numbers.share(best["against_baseline"] or 0.0))  # fmt: skip
    coverage = series["backtest"]["coverage"]
    held = t("There its intervals of 80% and 95% held {inside_80} and {inside_95} of {of} values.",
             inside_80=coverage["80"]["inside"], inside_95=coverage["95"]["inside"],
             of=coverage["95"]["of"])  # fmt: skip
    return [said, held]


def notes(found: Plain, series: Plain, calendar: Calendar) -> list[str]:
    """What else a reader must know."""
    said = []
    if "festival" in series.get("days", ()):
        said.append(t("The days around Spring Festival are taken into account."))
    if "workdays" in series.get("days", ()):
        said.append(t("The number of working days is taken into account."))
    if series["gaps"]:
        said.append(t("{count} periods have no value that can be learnt from; they are gaps, not zeros.",
                      count=series["gaps"]))  # fmt: skip
    if found["in_progress"]:
        said.append(t("The period in progress is not used."))
    if not found["library"]:
        said.append(t("AutoETS, AutoTheta and MSTL were not tried: statsforecast is not installed. Run: make analysis"))
    if series["changes"] is None:
        said.append(t("Change points were not looked for: ruptures is not installed. Run: make analysis"))
    said += [change(each, found, calendar) for each in series["changes"] or ()]
    said.append(t("A forecast goes on as the past did; what was never seen before is not in its intervals."))
    return said


def change(each: Plain, found: Plain, calendar: Calendar) -> str:
    """A change point in a sentence, with the events near it."""
    unit, currency, grain = found["unit"], found["currency"], found["grain"]
    told = {
        "period": when(each["period"], grain, calendar),
        "before": numbers.amount(each["before"], unit, currency),
        "after": numbers.amount(each["after"], unit, currency),
    }
    said = (
        t("Since {period} it grows otherwise: on average {before} before, {after} after", **told)
        if each["of"] == "growth"
        else t("Its level changed in {period}: on average {before} before, {after} after", **told)
    )
    if each["earliest"] != each["latest"]:
        first, last = when(each["earliest"], grain, calendar), when(each["latest"], grain, calendar)
        said = t("{said} (between {first} and {last})", said=said, first=first, last=last)
    titles = t(", ").join(event["title"] for event in each["events"])
    return t("{said}. About then: {events}", said=said, events=titles) if titles else t("{said}.", said=said)


def refusal(refused: Plain) -> str:
    """Why a group has no forecast."""
    if refused["why"] == "constant":
        return t("its value never changes")
    return t("too short a history: {known} of {needed} periods", known=refused["known"], needed=refused["needed"])


def kind(code: str) -> str:
    """What an alert is."""
    return {
        "new": t("new"),
        "worse": t("further off"),
        "ongoing": t("goes on"),
        "ended": t("over"),
        "usual": t("usual by now"),
    }.get(code, code)


def alert(each: Plain, calendar: Calendar) -> str:
    """An alert in a sentence."""
    value = numbers.amount(each["value"], each["unit"], each["currency"])
    expected = numbers.interval(each["low"], each["high"], each["unit"], each["currency"])
    told = {"name": each["name"], "value": value, "expected": expected,
            "period": when(each["period"], each["grain"], calendar),
            "since": when(each["since"], each["grain"], calendar)}  # fmt: skip
    match each["kind"]:
        case "new":
            return t("{name} is {value} in {period}; expected was {expected}", **told)
        case "ended":
            return t("{name} is back in what was expected: {value} in {period}", **told)
        case "usual":
            return t("{name} has stayed there since {since}; {value} is usual by now", **told)
        case _:
            return t("{name} is {value} in {period}; expected was {expected}. Since {since}", **told)

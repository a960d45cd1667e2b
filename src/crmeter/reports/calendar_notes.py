"""What to know of the calendar before comparing: Spring Festival, and periods of unlike length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import periods, words

Plain = Mapping[str, Any]


def notes(document: Plain) -> tuple[str, ...]:
    """The sentences about the calendar of an evaluation, none for most."""
    return (*_windows(document), *_aligned(document), *_season(document), *_lengths(document), *_workdays(document))


def _day(iso: str) -> str:
    return periods.day(date.fromisoformat(iso))


def _span(found: Plain) -> str:
    return periods.span(date.fromisoformat(found["start"]), date.fromisoformat(found["end"]))


def _windows(document: Plain) -> Iterator[str]:
    """The windows that an event set."""
    event = document.get("event")
    base = document["base"].get("previous")
    if event and base and document["period"]["grain"] == "custom":
        yield t(
            "“{event}” on {day} gave occasion to this evaluation: {after} are compared with the same days of the week "
            "before it, {before}.",
            event=event["note"] or event["id"],
            day=_day(event["day"]),
            after=_span(document["period"]),
            before=_span(base),
        )


def _aligned(document: Plain) -> Iterator[str]:
    base = document["base"].get("year") or {}
    found = base.get("aligned")
    if found:
        yield t(
            "Spring Festival was on {before}, and a year later on {now}. So that the same days before and after it are "
            "compared, “a year before” is {base}, not {same_dates}.",
            before=_day(found["base_festival"]),
            now=_day(found["festival"]),
            base=_span(base),
            same_dates=_span(found["same_dates"]),
        )


def _season(document: Plain) -> Iterator[str]:
    found = document.get("season")
    if not found:
        return
    days = t(", ").join(_day(day) for day in found["festivals"])
    before = words.base("previous", document["period"]["grain"])
    yield t(
        "The season of Spring Festival ({days}) does not lie alike in this period and in {before}: much of what moved "
        "between the two is the season.",
        days=days,
        before=before,
    )
    if found["set_aside"]:
        yield t(
            "{count} KPIs moved against {before}, but not against the same season a year before. They stand in the "
            "scorecard and not among the findings.",
            count=len(found["set_aside"]),
            before=before,
        )


def _lengths(document: Plain) -> Iterator[str]:
    """Whole weeks more or less: months of a retail year have 4 or 5, and some years a 53rd."""
    period = document["period"]
    if not str(period["grain"]).startswith("retail_"):
        return
    here = _weeks(period)
    for kind in ("previous", "year"):
        base = document["base"].get(kind)
        if base and _weeks(base) != here:
            yield t(
                "This period has {here} weeks and {base} {there}: sums and counts differ for that alone.",
                here=here,
                there=_weeks(base),
                base=words.base(kind, period["grain"]),
            )


def _workdays(document: Plain) -> Iterator[str]:
    """How many days were worked in each, where they are not as many."""
    period, bases = document["period"], document["base"]
    counted = {kind: base["workdays"] for kind, base in bases.items() if base.get("workdays") is not None}
    here = period.get("workdays")
    if here is None or set(counted.values()) <= {here}:
        return
    others = [t("{base} had {count}", base=_base(kind, document), count=count) for kind, count in counted.items()]
    yield t("This period has {here} working days; {others}.", here=here, others=t(", ").join(others))


def _base(kind: str, document: Plain) -> str:
    aligned = (document["base"].get(kind) or {}).get("aligned")
    return words.base("festival" if aligned else kind, document["period"]["grain"])


def _weeks(period: Plain) -> int:
    return (date.fromisoformat(period["end"]) - date.fromisoformat(period["start"])).days // 7

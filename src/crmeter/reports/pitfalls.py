"""The words of the pitfall checks, of the eight stages and of the four steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import numbers, words

Plain = Mapping[str, Any]
ICONS = {"ok": "✓", "warning": "◆", "failing": "✕", "cannot_tell": "?", "done": "✓", "partly": "◐", "open": "○"}


def check(code: str) -> str:
    """What a check looks for."""
    return {
        "no_clear_goals": t("No clear goals"),
        "low_adoption": t("Low adoption of the CRM"),
        "poor_data": t("Poor data quality"),
        "over_customised": t("CRM made too complex"),
        "not_integrated": t("Missing integration"),
        "number_chasing": t("Chasing numbers"),
    }.get(code, code)


def state(code: str) -> str:
    """The state of a check."""
    return {
        "ok": t("in order"),
        "warning": t("look at it"),
        "failing": t("failing"),
        "cannot_tell": t("cannot tell"),
    }.get(code, code)


def figure(part: Plain) -> str:
    """What a check measured, as a sentence; without a figure why there is none."""
    if part["figure"] is None:
        return _no_figure(part["what"], part["reason"])
    share = numbers.amount(part["figure"], "share") if part["unit"] == "share" else numbers.count(part["figure"])
    makers = {
        "led_kpis": lambda: t("{share} of the leading KPIs have a goal or a target", share=share),
        "adoption_rate": lambda: t("{share} of the users really work in the CRM", share=share),
        "errors": lambda: t("{share} of the checks for errors fail", share=share),
        "duplicates": lambda: t("{share} of the customers are probably there twice", share=share),
        "unused_fields": lambda: t("{hardly} of {custom} own fields are filled in less than 5% of the records",
                                   hardly=part["hardly_filled"], custom=part["custom"]),
        "areas_without_data": lambda: t("{count} of {of} areas deliver no data{which}", count=share, of=part["of"],
                                        which=_areas(part["missing"])),
        "rows_without_customer": lambda: t("{share} of the rows of {table} lead to no known customer", share=share,
                                           table=words.table(part["table"])),
        "without_decision": lambda: t("{share} of the KPIs with a goal or target drive no decision written down",
                                      share=share),
        "better_at_a_price": lambda: t("{count} KPIs got better while their counterpart got worse", count=share),
    }  # fmt: skip
    return makers[part["what"]]() if part["what"] in makers else share


def _areas(missing: list[str]) -> str:
    named = t(", ").join(area(each) for each in missing)
    return t(" ({names})", names=named) if named else ""


def area(code: str) -> str:
    """What a CRM should be linked with."""
    return {
        "sales": t("sales pipeline"),
        "orders": t("orders and contracts"),
        "marketing": t("marketing"),
        "service": t("service"),
        "voice": t("surveys and feedback"),
        "use": t("use of the CRM"),
    }.get(code, code)


def _no_figure(what: str, reason: str | None) -> str:
    if reason == "no_goals":
        return t("no KPI has a goal or a target")
    return {"no_data": t("no data to tell it from"), "no_kpi": t("no leading KPI")}.get(
        reason or "", words.reason(reason) or what
    )


def thresholds(part: Plain) -> str:
    """From which figures on a check warns and fails."""
    unit = part["unit"]
    warning, failing = (
        numbers.share(part[name]) if unit == "share" else numbers.count(part[name]) for name in ("warning", "failing")
    )
    if part["bad"] == "above":
        return t("look at it from {warning}, failing from {failing}", warning=warning, failing=failing)
    return t("look at it up to {warning}, failing up to {failing}", warning=warning, failing=failing)


def stage(code: str) -> str:
    """One of the eight stages."""
    return {
        "overview": t("Overview"),
        "definitions": t("KPI definitions"),
        "collection": t("Data collection"),
        "models": t("Analysis models"),
        "process": t("Evaluation process"),
        "interpretation": t("Interpretation"),
        "improvement": t("Improvement"),
        "continuous_improvement": t("Continuous improvement"),
    }.get(code, code)


def stage_state(code: str) -> str:
    """How far a stage is."""
    return {"done": t("done"), "partly": t("partly"), "open": t("open")}.get(code, code)


def there(told: Plain) -> str:
    """What a stage has in this evaluation."""
    figures = {name: numbers.count(value) for name, value in told["figures"].items()}
    makers = {
        "overview": lambda: t("{objectives} objectives, {goals} goals and targets", **figures),
        "definitions": lambda: t("{kpis} KPIs with a definition, {defined} with a value", **figures),
        "collection": lambda: t(
            "{rows} rows, {quarantined} in quarantine; {areas_missing} areas without data", **figures
        ),
        "models": lambda: t(
            "{comparisons} comparisons tested, {explained} weaknesses explained, {forecasts} goals forecast", **figures
        ),
        "process": lambda: t("{steps} steps, each with frozen inputs", **figures),
        "interpretation": lambda: t("{findings} findings, {advice} pieces of advice", **figures),
        "improvement": lambda: t("{plans} plans, {running} under way", **figures),
        "continuous_improvement": lambda: t(
            "{verified} plans verified, {earlier} evaluations before, {overdue_reviews} reviews overdue", **figures
        ),
    }
    return makers[told["stage"]]() if told["stage"] in makers else ""


def step(code: str) -> str:
    """One of the four steps."""
    return {
        "goals": t("1. Goals"),
        "data": t("2. Data"),
        "analysis": t("3. Analysis and comparison"),
        "report": t("4. Report and advice"),
    }.get(code, code)


def input_name(code: str) -> str:
    """What a checksum is of."""
    return {
        "goals": t("goals"),
        "targets": t("targets"),
        "benchmarks": t("benchmarks"),
        "scope": t("scope"),
        "load": t("load"),
        "data": t("data"),
        "definitions": t("definitions"),
        "settings": t("settings"),
        "beside": t("plans, alerts and events"),
        "findings": t("findings"),
        "advice": t("advice"),
    }.get(code, code)

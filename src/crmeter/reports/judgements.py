"""What an evaluation judges, in words: how sure a finding is, what it comes to in money, where it likely comes from and
the test behind that, why it is listed; and the reasons of benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from crmeter.kernel.messages import language, t
from crmeter.reports import effects, numbers, periods, sentences, words
from crmeter.reports.reading import Reading

Plain = Mapping[str, Any]


def event_kind(code: str) -> str:
    """What kind of thing happened."""
    return {
        "campaign_end": t("end of a campaign"),
        "system_upgrade": t("upgrade of a system"),
        "price_change": t("change of prices"),
        "other": t("other"),
    }.get(code, code)


def sure(code: str) -> str:
    """How certain a finding is."""
    return {
        "very_sure": t("very sure"),
        "sure": t("sure"),
        "fairly_sure": t("fairly sure"),
        "counted": t("counted, not estimated"),
        "tested": t("tested against chance"),
        "forecast": t("a forecast"),
    }.get(code, code)


def certainty(found: Plain) -> str:
    """How certain a finding is, and from what: the p-value after correction for everything looked at."""
    told = found.get("certainty")
    if not told:
        return ""
    q = told.get("q")
    if q is None:
        return sure(told["level"])
    return t("{level} (after correction for everything looked at {q})", level=sure(told["level"]),
             q=numbers.p_value(q))  # fmt: skip


def money(reading: Reading, found: Plain) -> str:
    """What a finding comes to in money, and how that is reckoned; else why it cannot be said."""
    told = found.get("money")
    if not told:
        return ""
    if told["amount"] is None:
        return _without_price(told["reason"])
    currency = told["currency"]
    size = numbers.amount(abs(told["amount"]), "money", currency)
    if found["kind"] == "risk":
        per = {"year": t("{amount} a year", amount=size), "month": t("{amount} a month", amount=size)}
        return per.get(told["per"], size)
    values = {"amount": size, "range": _range(told, currency), "per": _per(reading, told["per"])}
    said = t("{amount} less {per}", **values) if told["amount"] < 0 else t("{amount} more {per}", **values)
    if values["range"]:
        said = t("{what} ({range})", what=said, range=values["range"])
    times = [_factor(reading, each) for each in told["times"]]
    return t("{what}: the change times {factors}", what=said, factors=t(" times ").join(times)) if times else said


def _range(told: Plain, currency: str | None) -> str:
    """The range, without signs where both ends lie on one side of nothing."""
    if told["low"] is None:
        return ""
    ends = (told["low"], told["high"])
    shown = sorted(map(abs, ends)) if ends[0] * ends[1] >= 0 else ends
    low, high = (numbers.amount(end, "money", currency) for end in shown)
    return t("{low} to {high}", low=low, high=high)


def _per(reading: Reading, code: str) -> str:
    return {"month": t("a month"), "moment": t("at the end of the period"), "period": t("in the period")}.get(code, "")


def _factor(reading: Reading, each: Plain) -> str:
    """What a change was multiplied by."""
    line = reading.by_id.get(each["kpi"])
    name = line.card.name if line else each["kpi"]
    if each["part"] == "denominator":
        return t("the {number} that it is a share of", number=numbers.count(each["value"]))
    unit, currency = (line.unit, line.currency) if line else ("ratio", None)
    return t("{name} ({value})", name=name, value=numbers.amount(each["value"], unit, currency))


def _without_price(reason: str | None) -> str:
    return {
        "no_price": t("not in money: nothing in the data says what it costs"),
        "unknown_factor": t("not in money: a value it would be multiplied by is undefined"),
        "no_change": t("not in money: there is no change to price"),
        "not_happened": t("not in money: it has not happened yet"),
    }.get(reason or "", reason or "")


def root(code: str) -> str:
    """Where a weakness likely comes from."""
    return {
        "crm_setting": t("CRM setting"),
        "service": t("service"),
        "marketing": t("marketing"),
        "data": t("data"),
        "unknown": t("not known"),
    }.get(code, code)


def root_of(reading: Reading, found: Plain) -> str:
    """The likely root with the test that speaks for it; empty where none was looked for."""
    told = found.get("root")
    if not told or not (found.get("drivers") or {}).get("looked_for"):
        return ""
    speaks = next((test for test in told["tests"] if test["supports"]), None)
    if speaks is None:
        many = len(told["tests"])
        return t("not known: no test speaks for one (tests made: {count})", count=many) if many else t("not known")
    return t("{root}: {test}", root=root(told["kind"]), test=_test(reading, found, speaks))


def _test(reading: Reading, found: Plain, test: Plain) -> str:
    """What a test that speaks for a root found."""
    p = numbers.p_value(test.get("p"))
    by = sentences.label(test["by"]) if test.get("by") else ""
    makers = {"more_since_upgrade": _since_upgrade, "served_worse": _served_worse}
    if test["test"] in makers:
        return makers[test["test"]](reading, test, by, p)
    line = reading.by_id[found["kpi"]]
    return {
        "people_stand_out": lambda: t("“{member}” stands out against the others ({p})", member=by, p=p),
        "channel_stands_out": lambda: t("“{member}” stands out against the others ({p})", member=by, p=p),
        "mix_of_channels": lambda: t(
            "the mix of those whom the channels bring makes {share} of the change", share=numbers.share(
                test["share_of_change"])),
        "channel_unlike_others": lambda: t(
            "those whom “{member}” brought come to {own}, all to {whole} ({p})", member=by, p=p,
            own=numbers.amount(test["now"], line.unit, line.currency),
            whole=numbers.amount(test["all"], line.unit, line.currency)),
        "used_worse_since_upgrade": lambda: t("it got worse when “{event}” took place", event=test["note"]),
        "base_restated": lambda: t(
            "{evaluation} reported {then} of the period before, today it is {now}: that alone makes {share} of the "
            "change", evaluation=test["evaluation"], then=numbers.amount(test["reported"], line.unit, line.currency),
            now=numbers.amount(test["known_now"], line.unit, line.currency),
            share=numbers.share(test["share_of_change"])),
        "rules_broken": lambda: t(
            "{share} of the rows of {table} break a rule of data quality", share=_small(test["failing"]),
            table=words.table(test["table"])),
    }.get(test["test"], lambda: str(test["test"]))()  # fmt: skip


def _since_upgrade(reading: Reading, test: Plain, by: str, p: str) -> str:
    before, after = (x / n if n else 0.0 for x, n in (test["before"], test["after"]))
    return t(
        "after “{event}” ({day}) {after} of the new customers are in “{member}”, before it {before} ({p})",
        event=test["note"] or test["event"], day=periods.day(date.fromisoformat(test["day"])), member=by, p=p,
        before=numbers.share(before), after=numbers.share(after),
    )  # fmt: skip


def _served_worse(reading: Reading, test: Plain, by: str, p: str) -> str:
    line = reading.by_id.get(test["kpi"])
    currency = line.currency if line else None
    return t(
        "for the customers in “{member}” “{name}” went from {before} to {now} ({p})",
        member=by, name=line.card.name if line else test["kpi"], p=p,
        before=numbers.amount(test["before"], test["unit"], currency),
        now=numbers.amount(test["now"], test["unit"], currency),
    )  # fmt: skip


def _small(share: float) -> str:
    return numbers.amount(share, "share")


def why(reading: Reading, found: Plain) -> str:
    """Why a finding is listed, and at its place."""
    told = found.get("why")
    if not told:
        return ""
    if told["code"] != "beyond_noise":
        return _why_risk(told["code"])
    return t(
        "the change is larger than chance explains, with all {looked_at} comparisons taken together; it is at least "
        "{least} of what it was, which puts it at place {rank} of {of}",
        looked_at=told["looked_at"], least=numbers.share(told["least"]) if told["least"] >= 0.01 else t("less than 1%"),
        rank=told["rank"], of=told["of"],
    )  # fmt: skip


def _why_risk(code: str) -> str:
    return {
        "silent_customers": t("who is not heard or was let down leaves without a word, and these bring most"),
        "contracts_ending": t("their end is in the data, and no other contract follows"),
        "goal_at_risk": t("the forecast of the KPI does not reach the target with enough probability"),
        "worsening_trend": t("the values get worse one after the other more steadily than chance makes them"),
        "alert_running": t("an alert was given and has not ended"),
        "data_of_input": t("more than 1% of the rows that KPIs rest on break a rule: their values may be wrong"),
    }.get(code, code)


def risk(reading: Reading, found: Plain) -> str:
    """A risk as a sentence."""
    told, line = found["evidence"], reading.by_id.get(found["kpi"] or "")
    name = line.card.name if line else found["kpi"]
    unit, currency = (line.unit, line.currency) if line else ("ratio", None)

    def said(value: float | None) -> str:
        return numbers.amount(value, unit, currency)

    makers = {
        "silent_customers": lambda: t(
            "{count} of {of} customers of the highest tier are silent, were let down or wait for an answer: {waiting} "
            "wait, {low} gave a low score, {silent} were asked and did not answer",
            **{key: numbers.count(told[key]) for key in ("of", "silent")}, count=numbers.count(told["customers"]),
            waiting=numbers.count(told["complaint_waiting"]), low=numbers.count(told["low_answer"])),
        "contracts_ending": lambda: t(
            "{count} contracts end before {day} and no other follows", count=numbers.count(told["contracts"]),
            day=periods.day(date.fromisoformat(told["until"]))),
        "goal_at_risk": lambda: t(
            "{name} may miss the target of goal {goal}: {target}; now {value}", name=name, goal=told["goal"],
            target=said(told["target"]), value=said(told["value"])),
        "worsening_trend": lambda: t(
            "{name} gets worse step by step: from {first} to {last} in {count} periods", name=name,
            first=said(told["values"][0]), last=said(told["values"][-1]), count=len(told["values"])),
        "alert_running": lambda: t(
            "{name} has been far from what was to be expected since {day}: {value} where {expected} was expected",
            name=name, day=periods.day(date.fromisoformat(told["since"])), value=said(told["value"]),
            expected=said(told["expected"])),
        "data_of_input": lambda: t(
            "{share} of the rows of {table} break a rule of data quality; {count} leading KPIs rest on them",
            share=_small(told["failing"]), table=words.table(told["table"]), count=len(told["kpis"])),
    }  # fmt: skip
    return makers[found["risk"]]() if found["risk"] in makers else str(found["risk"])


def benchmark_value(row: Plain, unit: str, currency: str | None) -> str:
    """The value of a benchmark, or its range."""

    def said(value: float | None) -> str:
        return "" if value is None else numbers.amount(value, unit, currency)

    ends = [said(row["low"]), said(row["high"])]
    whole = t("{low} to {high}", low=ends[0], high=ends[1]) if all(ends) else ""
    value = said(row["value"])
    return (
        t("{change} ({relative})", change=value, relative=whole) if value and whole else value or whole or "".join(ends)
    )


def not_compared(reason: str) -> str:
    """Why a benchmark is not compared."""
    name, _, detail = reason.partition(":")
    return {
        "no_kpi": t("not compared: there is no such KPI here"),
        "definition_as_text": t(
            "not compared: its definition is given in words only; nobody confirmed that it is ours"
        ),
        "other_definition": t("not compared: its definition is not ours"),
        "no_grain": t("not compared: it does not say how long a period it holds for"),
        "other_grain": t("not compared: it holds for another length of period ({grain})", grain=words.grain(detail)),
        "other_currency": t("not compared: it is in another currency"),
        "no_value": t("not compared: our value is undefined"),
    }.get(name, reason)


def benchmark_state(code: str) -> str:
    """What a comparison with a benchmark came to."""
    return {
        "better": t("better than the benchmark"),
        "worse": t("worse than the benchmark"),
        "within": t("within the usual range"),
        "no_detectable_difference": t("no detectable difference"),
        "changed": t("different from the benchmark"),
        "not_compared": t("not compared"),
    }.get(code, code)


def action(do: Mapping[str, str]) -> str:
    """An advice in the language of the moment."""
    return do.get(language()) or do["en"]


def expectation(reading: Reading, advised: Plain) -> str:
    """What an advice is expected to do, and where that comes from."""
    expected, line = advised["expected"], reading.by_id.get(advised["kpi"])
    if expected is None or line is None:
        return t("no measured expectation: it was not tried here yet") if not advised["tried"] else _tried(advised)
    change = numbers.change(expected["change"], line.unit, line.currency)
    interval = numbers.change_interval(expected["low"], expected["high"], line.unit, line.currency)
    return t("{change} ({interval}), as measured of plan {plan}", change=change, interval=interval,
             plan=str(expected["from"]).partition(":")[2])  # fmt: skip


def _tried(advised: Plain) -> str:
    tried = t("; ").join(
        t("{plan}: {verdict}", plan=each["plan"], verdict=effects.verdict(each["verdict"])) for each in advised["tried"]
    )
    return t("no measured expectation; plans of this kind here: {tried}", tried=tried)


def drivers(reading: Reading, found: Plain) -> str:
    """What made the change: the factors of the formula, and the groups' own values against their mix."""
    told, line = found.get("drivers"), reading.by_id[found["kpi"]]
    if not told or not told["looked_for"]:
        return ""

    def part(value: float) -> str:
        return numbers.change(value, line.unit, line.currency)

    said = [
        t("{name} makes {part}", name=action(each["name"]), part=part(each["part"]))
        for each in sorted(told["factors"], key=lambda each: -abs(each["part"]))
    ]
    if told["mix"]:
        said.append(
            t(
                "by {dimension} the groups’ own values make {rate}, their mix {mix}",
                dimension=t(", ").join(words.dimension(name) for name in told["mix"]["by"]),
                rate=part(told["mix"]["rate"]),
                mix=part(told["mix"]["mix"]),
            )
        )
    return t("; ").join(said)


def told(reading: Reading, found: Plain) -> list[tuple[str, str]]:
    """All that is judged of a strength, weakness or change, each under its word; what there is nothing of is left
    out."""
    every = (
        (t("In money"), money(reading, found)),
        (t("Certainty"), certainty(found)),
        (t("Drivers"), drivers(reading, found)),
        (t("Likely root"), root_of(reading, found)),
        (t("Why it is listed"), why(reading, found)),
    )
    return [(word, said) for word, said in every if said]

"""The words for codes that stand in values and evaluations: reasons, verdicts, families, tables, dimensions.

Every function says an unknown code as it stands, so that an old report never fails on a new code.
"""

from __future__ import annotations

import re

from crmeter.kernel.messages import t
from crmeter.reports import numbers

VERDICTS = ("better", "worse", "no_change", "changed", "unknown")
# Signs that no document may hold, and those that turn the direction of the text after them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_ICONS = {"better": "✓", "worse": "✕", "no_change": "=", "changed": "↕", "unknown": "?"}


def verdict(code: str) -> str:
    """What a comparison came to."""
    return {
        "better": t("better"),
        "worse": t("worse"),
        "no_change": t("no detectable change"),
        "changed": t("changed"),
        "unknown": t("cannot tell"),
    }.get(code, code)


def standing_out(code: str) -> str:
    """What the verdict on a segment means: it was judged against the others, not against no change at all."""
    return {"unknown": t("cannot tell"), "no_change": t("not unlike the others")}.get(code, t("stands out"))


def icon(code: str) -> str:
    """A sign that stands beside the word of a verdict, so that colour never says it alone."""
    return _ICONS.get(code, "?")


def reason(code: str | None) -> str:
    """Why a value is undefined or needs care: a clause without a full stop. Empty for None."""
    if not code:
        return ""
    name, _, count = code.partition(":")
    if name == "several_roots" and count:
        rates = [numbers.amount(float(rate), "share") for rate in count.split(",")]
        return t("several rates fit: {rates}", rates=" / ".join(rates))
    counted = _counted_reason(name, numbers.count(int(count))) if count.isdigit() else None
    return counted or _reasons().get(name) or code


def _counted_reason(name: str, count: str) -> str | None:
    return {
        "other_currency": t("{count} amounts in another currency have no rate and are left out", count=count),
        "holidays_unknown": t(
            "{count} cases fall on days whose holidays are not published; they count by the weekday", count=count
        ),
        "not_measured": t("{count} benefits that nobody measured are left out", count=count),
        "missing_rows": t("{count} records lack what it needs and are left out", count=count),
        "undecided": t("{count} are still undecided and are left out", count=count),
        "stated_weights": t("weighted as the settings say: {count} aspects have a weight", count=count),
    }.get(name)


def _reasons() -> dict[str, str]:
    return {
        "no_denominator": t("there is nothing to divide by"),
        "no_data": t("there are no records in this period"),
        "history_too_short": t("the data does not reach back far enough"),
        "mixed_scales": t("the answers use several scales, so they cannot be averaged"),
        "missing_input": t("data it needs is missing"),
        "figures": t("from numbers given by period, not from records"),
        "conflicting_figures": t("two sources give different numbers for the same period"),
        "zero_churn": t("no customer left, so a lifetime cannot be estimated"),
        "too_few": t("there are too few records to tell"),
        "small_sample": t("there are too few records to tell"),
        "other_currency": t("amounts in another currency have no rate and are left out"),
        "no_interval": t("this KPI has no interval, so noise cannot be told from change"),
        "no_noise": t("the records do not vary, so noise cannot be told from change"),
        "not_comparable": t("one of the two values is undefined"),
        "not_answered_yet": t("too many cases still wait for a response"),
        "holidays_unknown": t("some cases fall on days whose holidays are not published; they count by the weekday"),
        "not_measured": t("benefits that nobody measured are left out"),
        "no_root": t("no rate fits"),
        "several_roots": t("several rates fit"),
        "not_paid_back": t("the cost is not covered yet"),
        "missing_rows": t("some records lack what it needs and are left out"),
        "undecided": t("some are still undecided and are left out"),
        "stated_weights": t("weighted as the settings say"),
        "not_allocated": t("this spend is not allocated to a group, so it is divided by nobody"),
    }


def status(code: str) -> str:
    """The status of a value."""
    return {"ok": t("ok"), "small_sample": t("small sample"), "undefined": t("undefined")}.get(code, code)


def unit(code: str) -> str:
    """The name of a unit."""
    return {
        "share": t("share"),
        "count": t("count"),
        "money": t("money"),
        "ratio": t("ratio"),
        "days": t("days"),
        "hours": t("hours"),
        "minutes": t("minutes"),
        "months": t("months"),
        "points": t("points"),
        "score": t("score"),
        "per_year": t("per year"),
        "index": t("index"),
    }.get(code, code)


def better(code: str) -> str:
    """Which way is good."""
    return {"up": t("higher is better"), "down": t("lower is better")}.get(code, t("neither way is better"))


def state(code: str) -> str:
    """What a KPI does when something is to be done, as a heading."""
    return {
        "low": t("When it is low"),
        "high": t("When it is high"),
        "falling": t("When it is falling"),
        "rising": t("When it is rising"),
    }.get(code, code)


def action_kind(code: str) -> str:
    """What an action changes."""
    return {
        "service": t("Service"),
        "marketing": t("Marketing"),
        "sales_process": t("Sales process"),
        "crm_setting": t("CRM setting"),
    }.get(code, code)


def family(code: str) -> str:
    """The heading of a family of KPIs."""
    return {
        "customers": t("Customers"),
        "value": t("Revenue and value"),
        "satisfaction": t("Satisfaction"),
        "service": t("Service"),
        "sales": t("Sales"),
        "marketing": t("Marketing"),
        "crm_programme": t("CRM programme"),
        "adoption": t("Adoption"),
        "quality": t("Data quality"),
        "own": t("Your own"),
    }.get(code, code)


def grain(code: str) -> str:
    """The name of a grain."""
    return {
        "day": t("day"),
        "week": t("week"),
        "month": t("month"),
        "quarter": t("quarter"),
        "half": t("half-year"),
        "year": t("year"),
        "fiscal_month": t("fiscal month"),
        "fiscal_quarter": t("fiscal quarter"),
        "fiscal_year": t("fiscal year"),
        "retail_month": t("retail month"),
        "retail_quarter": t("retail quarter"),
        "retail_year": t("retail year"),
        "custom": t("custom period"),
    }.get(code, code)


def base(comparison: str, grain_code: str) -> str:
    """What a value is compared with, as it stands in a sentence: ``the quarter before``."""
    if comparison == "year":
        return t("the same period a year before")
    if comparison == "festival":
        return t("the same days around Spring Festival a year before")
    if comparison == "target":
        return t("the target")
    return {
        "day": t("the day before"),
        "week": t("the week before"),
        "month": t("the month before"),
        "quarter": t("the quarter before"),
        "half": t("the half-year before"),
        "year": t("the year before"),
        "fiscal_month": t("the fiscal month before"),
        "fiscal_quarter": t("the fiscal quarter before"),
        "fiscal_year": t("the fiscal year before"),
        "retail_month": t("the retail month before"),
        "retail_quarter": t("the retail quarter before"),
        "retail_year": t("the retail year before"),
    }.get(grain_code, t("the period before"))


def table(code: str) -> str:
    """What a canonical table holds."""
    return {
        "customer": t("customers"),
        "order": t("orders"),
        "subscription": t("subscriptions"),
        "lead": t("leads"),
        "opportunity": t("opportunities"),
        "stage": t("stages"),
        "stage_change": t("stage changes"),
        "campaign": t("campaigns"),
        "touch": t("campaign touches"),
        "spend": t("spend"),
        "case": t("service cases"),
        "survey_response": t("survey answers"),
        "feedback": t("feedback"),
        "interaction": t("interactions"),
        "crm_user": t("CRM users"),
        "usage": t("CRM usage"),
        "training": t("trainings"),
        "course": t("courses"),
        "crm_field": t("CRM fields"),
        "task": t("tasks"),
        "investment": t("investments"),
        "benchmark": t("benchmarks"),
        "event": t("events"),
        "fx_rate": t("exchange rates"),
        "figures": t("figures"),
        "rule_result": t("quality results"),
        "arrival": t("newest events of the sources"),
        "quota": t("quotas"),
    }.get(code, code)


def note(kind: str, count: int, table_code: str = "", text: str = "") -> str:
    """One note about the data, as a sentence."""
    number, held = numbers.count(count), table(table_code) if table_code else ""
    return {
        "implied_customers": t(
            "{count} customers are known only by an id that other tables refer to; they are counted.", count=number
        ),
        "dangling": t("{count} references of {table} point to nothing; the rows are kept.", count=number, table=held),
        "unread_records": t(
            "{count} records of “{table}”, which no mapping reads, could not be read.", count=number, table=table_code
        ),
        "left_source": t("{count} rows are gone with sources that are no longer set up.", count=number),
        "other_currency": t(
            "{count} amounts of {table} are in another currency and left out.", count=number, table=held
        ),
        "holidays_unknown": t(
            "The holidays of {count} years are not published; the business hours of {table} count by the weekday "
            "there.",
            count=number,
            table=held,
        ),
        "deleted_customers": t("{count} deleted customers are left out.", count=number),
        "merged_customers": t("{count} merged customers count as the customer they became.", count=number),
        "quarantined": t("{count} rows of {table} are in quarantine.", count=number, table=held),
    }.get(kind) or (f"{text or kind}: {number}")


def dimension(code: str) -> str:
    """What a dimension splits by. Custom attributes of a company stand as they are called there."""
    table_code, _, bare = code.rpartition(".")
    of_table = {"customer": _customer_dimensions, "campaign": _campaign_dimensions}.get(table_code)
    return (of_table().get(bare) if of_table else None) or _dimensions().get(bare, bare)


def _customer_dimensions() -> dict[str, str]:
    return {
        "channel": t("channel that brought the customer"),
        "team": t("team of the customer"),
        "owner_id": t("owner of the customer"),
        "campaign": t("campaign that brought the customer"),
    }


def _campaign_dimensions() -> dict[str, str]:
    return {
        "name": t("campaign"),
        "kind": t("kind of campaign"),
        "channel": t("channel of the campaign"),
        "target_segment": t("segment the campaign is aimed at"),
    }


def _dimensions() -> dict[str, str]:
    return {
        "kind": t("kind"),
        "segment": t("segment"),
        "industry": t("industry"),
        "region": t("region"),
        "channel": t("channel"),
        "team": t("team"),
        "owner_id": t("owner"),
        "tier": t("tier"),
        "rfm": t("group of buyers"),
        "cohort": t("cohort"),
        "gender": t("gender"),
        "product": t("product"),
        "product_line": t("product line"),
        "campaign_id": t("campaign"),
        "plan": t("plan"),
        "end_reason": t("reason for leaving"),
        "agent_id": t("agent"),
        "priority": t("priority"),
        "strategy": t("strategy"),
        "lost_reason": t("reason for losing"),
        "stage": t("stage"),
        "category": t("category"),
        "evidence": t("evidence"),
        "role": t("role"),
        "function": t("function"),
        "consent_marketing": t("consent to marketing"),
        "birth_year": t("year of birth"),
        "reopened_count": t("times reopened"),
        "first_response_by": t("first response by"),
        "survey_id": t("survey"),
        "aspect": t("aspect"),
        "arm": t("arm"),
    }


def member(dimension_code: str, value: str | None) -> str:
    """One value of a dimension. Values are data and stand as they came, but for those that we define."""
    if value is None:
        return t("(not given)")
    known = _members().get(dimension_code.rpartition(".")[2], {})
    return known.get(value) or _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)


def _members() -> dict[str, dict[str, str]]:
    return {
        "kind": {
            "person": t("person"),
            "company": t("company"),
            "question": t("question"),
            "complaint": t("complaint"),
            "incident": t("incident"),
            "other": t("other"),
        },
        "consent_marketing": {"true": t("yes"), "false": t("no")},
        "first_response_by": {"human": t("a person"), "bot": t("a bot")},
        "tier": {"high": t("High"), "medium": t("Medium"), "low": t("Low")},
        "rfm": {
            "best": t("best buyers"),
            "loyal": t("loyal buyers"),
            "big_spender": t("big spenders"),
            "new": t("new buyers"),
            "promising": t("promising buyers"),
            "slipping": t("slipping away"),
            "sleeping": t("sleeping"),
        },
        "evidence": {
            "measured": t("measured"),
            "modelled": t("modelled"),
            "claimed": t("claimed"),
            "not_measured": t("not measured"),
        },
    }

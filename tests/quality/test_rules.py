"""Every rule against one row that keeps it and one that breaks it, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from crmeter.model.tables import DELIVERED
from crmeter.quality import results
from crmeter.quality.duplicates import Duplicates, duplicates
from crmeter.quality.rule import Kind
from crmeter.quality.rules import RULES
from crmeter.warehouse.rates import refresh_rates
from tests.world.engine import empty
from tests.world.rows import insert

NOW = "2025-07-01 10:00"
DAY = "2025-07-01"
Row = dict[str, str]
AROUND: Mapping[str, Row] = {  # what rows refer to
    "customer": {"customer_id": "ann"},
    "subscription": {"subscription_id": "s", "customer_id": "ann", "started_at": NOW, "monthly_amount": "1",
                     "currency": "TWD"},
    "campaign": {"campaign_id": "k", "name": "K", "started_on": DAY},
    "stage": {"stage": "first", "position": "1", "kind": "open"},
    "crm_user": {"user_id": "u", "name": "U", "role": "sales", "team": "a", "licensed_from": DAY},
    "course": {"role": "sales", "course": "basics", "level": "basic", "kind": "course"},
}  # fmt: skip
GOOD: Mapping[str, Row] = {
    "customer": {"customer_id": "good", "name": "Good", "channel": "web", "segment": "a", "region": "n",
                 "owner_id": "u", "email": "good@example.com", "phone": "02-2345-6789", "birth_year": "1980"},
    "order": {"order_id": "good", "customer_id": "ann", "ordered_at": NOW, "amount": "5", "cost": "1",
              "currency": "TWD", "kind": "sale", "product": "p", "channel": "web"},
    "subscription": {"subscription_id": "good", "customer_id": "ann", "started_at": NOW, "ended_at": "2025-08-01 10:00",
                     "end_reason": "price", "plan": "p", "monthly_amount": "1", "currency": "TWD"},
    "lead": {"lead_id": "good", "created_at": NOW, "converted_at": NOW, "customer_id": "ann", "channel": "web",
             "owner_id": "u"},
    "opportunity": {"opportunity_id": "good", "customer_id": "ann", "created_at": NOW, "closed_at": NOW,
                    "outcome": "won", "amount": "5", "currency": "TWD", "owner_id": "u", "stage": "first",
                    "lost_reason": "none"},
    "stage": {"stage": "second", "position": "2", "kind": "open"},
    "stage_change": {"opportunity_id": "good", "stage": "first", "entered_at": NOW},
    "quota": {"owner_id": "u", "period_start": DAY, "period_end": "2025-10-01", "amount": "5", "currency": "TWD"},
    "campaign": {"campaign_id": "good", "name": "Good", "kind": "mail", "channel": "e-mail", "started_on": DAY},
    "touch": {"touch_id": "good", "campaign_id": "k", "customer_id": "ann", "at": NOW, "kind": "sent"},
    "spend": {"spend_id": "good", "spent_on": DAY, "amount": "5", "currency": "TWD", "function": "marketing",
              "category": "event", "channel": "web", "campaign_id": "k"},
    "case": {"case_id": "good", "customer_id": "ann", "opened_at": NOW, "first_response_at": NOW, "resolved_at": NOW,
             "kind": "question", "agent_id": "u", "handle_minutes": "5"},
    "survey_response": {"response_id": "good", "survey_id": "s", "instrument": "nps", "score": "9", "scale_min": "0",
                        "scale_max": "10", "customer_id": "ann", "responded_at": NOW},
    "feedback": {"feedback_id": "good", "at": NOW, "voice": "customer", "source": "in_app", "text": "x",
                 "status": "new", "owner_id": "u", "topic": "t"},
    "interaction": {"interaction_id": "good", "customer_id": "ann", "user_id": "u", "at": NOW, "kind": "call"},
    "crm_user": {"user_id": "good", "name": "G", "role": "sales", "team": "a", "licensed_from": DAY},
    "usage": {"usage_id": "good", "user_id": "u", "at": NOW, "action": "create"},
    "training": {"user_id": "u", "course": "basics", "level": "basic"},
    "course": {"role": "sales", "course": "more", "level": "basic", "kind": "course"},
    "crm_field": {"object_kind": "lead", "field": "good", "custom": "true", "filled_share": "0.5"},
    "task": {"task_id": "good", "created_at": NOW, "automated": "false", "owner_id": "u", "due_on": DAY},
    "investment": {"entry_id": "good", "on": DAY, "side": "cost", "category": "training", "amount": "5",
                   "currency": "TWD", "evidence": "measured"},
    "fx_rate": {"on": "2024-01-01", "from_currency": "USD", "to_currency": "TWD", "rate": "30"},
    "figures": {"input": "new", "period_start": DAY, "period_end": "2025-10-01", "value": "5", "source": "s"},
    "benchmark": {"kpi": "nps", "year": "2024", "value": "30", "low": "20", "high": "40", "definition": "d",
                  "source": "s"},
    "event": {"event_id": "good", "at": NOW, "kind": "other", "title": "T"},
}  # fmt: skip
NOBODY = {"owner_id": "", "team": ""}
BREAKS: Mapping[tuple[str, str], Row] = {
    ("customer", "reachable"): {"email": "", "phone": ""},
    ("customer", "email_possible"): {"email": "good at example"},
    ("customer", "phone_possible"): {"phone": "12-34"},
    ("customer", "birth_year_possible"): {"birth_year": "1850"},
    ("customer", "merged_into_known"): {"merged_into": "nobody"},
    ("customer", "merged_into_another"): {"merged_into": "bad"},
    ("order", "subscription_id_known"): {"subscription_id": "nothing"},
    ("order", "campaign_id_known"): {"campaign_id": "nothing"},
    ("order", "rate_known"): {"currency": "EUR"},
    ("subscription", "amount_positive"): {"monthly_amount": "0"},
    ("opportunity", "stage_known"): {"stage": "nowhere"},
    ("stage_change", "stage_known"): {"stage": "nowhere"},
    ("quota", "of_somebody"): NOBODY,
    ("touch", "of_somebody"): {"customer_id": ""},
    ("touch", "campaign_id_known"): {"campaign_id": "nothing"},
    ("spend", "campaign_id_known"): {"campaign_id": "nothing"},
    ("usage", "user_id_known"): {"user_id": "nobody"},
    ("training", "user_id_known"): {"user_id": "nobody"},
    ("training", "course_known"): {"course": "nothing"},
    ("course", "role_known"): {"role": "king"},
    ("crm_field", "used"): {"filled_share": "0"},
    ("fx_rate", "rate_positive"): {"rate": "0"},
    ("figures", "end_after_start"): {"period_end": "2025-01-01"},
    ("benchmark", "value_within"): {"value": "50"},
    ("event", "title_told"): {"title": " "},
    ("opportunity", "lost_reason_filled"): {"outcome": "lost", "lost_reason": ""},
}
APART = ("listed", "position_once")  # the one is seen by ingest alone, the other breaks in pairs


def checked(rows: Mapping[str, list[Row]]) -> tuple[list[results.Result], list[Duplicates]]:
    """What the rules make of some rows; of what is derived they read the rates alone."""
    con = empty()
    for table, own in rows.items():
        insert(con, table, own)
    con.execute("CREATE SCHEMA derived")
    refresh_rates(con, "TWD")
    results.keep(con, 1, "TWD")

    def ask(sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return con.execute(sql, given).fetchall()

    found = results.results(ask), duplicates(ask)
    con.close()
    return found


def outcomes(table: str, rows: list[Row]) -> dict[str, tuple[int, int]]:
    around = {name: [row] for name, row in AROUND.items()}
    found, _ = checked({**around, table: [*around.get(table, []), *rows]})
    return {r.rule: (r.checks, r.passed) for r in found if r.table == table}


@cache
def kept(table: str) -> dict[str, tuple[int, int]]:
    return outcomes(table, [GOOD[table]])


def renamed(table: str) -> Row:
    """A second row of the same table: another key, and what must not be shared."""
    row = dict(GOOD[table])
    first = next(iter(row))
    other = {"customer": {"email": "bad@example.com", "phone": "03-333-4444"}, "stage": {"position": "3"}}
    keyed = {"stage_change": {"entered_at": "2025-07-02 10:00"}, "course": {"course": "others"}, "quota": {},
             "training": {}, "crm_field": {"field": "bad"}, "fx_rate": {"on": "2024-01-02"}, "figures": {},
             "benchmark": {"year": "2023"}}  # fmt: skip
    return {**row, **other.get(table, {}), **keyed.get(table, {first: "bad"})}


@pytest.mark.parametrize("rule", [r for r in RULES if r.name not in APART], ids=lambda r: f"{r.table}.{r.name}")
def test_one_keeps_it_and_one_breaks_it(rule: results.Rule) -> None:
    broken = BREAKS.get((rule.table, rule.name)) or {rule.name.removesuffix("_filled"): ""}
    good = kept(rule.table)[rule.name]
    both = outcomes(rule.table, [GOOD[rule.table], {**renamed(rule.table), **broken}])[rule.name]
    assert good[0] == good[1] or rule.table in AROUND
    assert (both[0] - good[0], both[1] - good[1]) == (1, 0)


def test_two_stages_at_one_place() -> None:
    rows = [{"stage": name, "position": place, "kind": "open"} for name, place in (("b", "2"), ("c", "3"), ("d", "3"))]
    assert outcomes("stage", rows)["position_once"] == (4, 2)


def test_every_table_that_is_mapped_has_a_rule() -> None:
    assert {table.name for table in DELIVERED} == {rule.table for rule in RULES}


def test_names_are_given_once() -> None:
    names = [(rule.table, rule.name) for rule in RULES]
    assert len(names) == len(set(names))


def people(*shared: Row) -> list[Row]:
    return [{"customer_id": f"c{i}", "name": f"Name {i}", **row} for i, row in enumerate(shared)]


@pytest.mark.parametrize(
    ("rows", "sets"),
    [
        (people({"email": "A@x.tw "}, {"email": "a@X.tw"}, {"email": "b@x.tw"}), [("c0", "c1")]),
        (people({"phone": "+886 912-345-678"}, {"phone": "0912345678"}), [("c0", "c1")]),
        (people({"phone": "1234"}, {"phone": "1234"}), []),  # no number at all
        (people({"kind": "company", "name": "台積 電"}, {"kind": "company", "name": "台積電"}), [("c0", "c1")]),
        (people({"kind": "person", "name": "王小明"}, {"kind": "person", "name": "王小明"}), []),
        (people(*[{"kind": "company", "name": "分店"}] * 4), []),  # common
        (people({"email": "a@x.tw"}, {"email": "a@x.tw", "merged_into": "c0"}), []),
        (people({"email": "a@x.tw"}, {"email": "a@x.tw", "deleted_at": NOW}), []),
        # the first and the last share nothing, but each something with the one between
        (
            people({"email": "a@x.tw"}, {"email": "a@x.tw", "phone": "0912345678"}, {"phone": "0912345678"}),
            [("c0", "c1", "c2")],
        ),
    ],
)
def test_who_is_probably_one(rows: list[Row], sets: list[tuple[str, ...]]) -> None:
    found, alike = checked({"customer": rows})
    assert [each.customers for each in alike] == sets
    single = next(r for r in found if r.rule == results.SINGLE)
    assert single.kind is Kind.UNIQUENESS
    assert single.broken == sum(len(each) - 1 for each in sets)

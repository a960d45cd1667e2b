"""From landed raw tables to proposed mappings."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose import (
    cases,
    customers,
    opportunities,
    orders,
    plain,
    references,
    spends,
    subscriptions,
    surveys,
)
from crmeter.ingest.propose.draft import Draft, Item, among, literal
from crmeter.ingest.propose.identify import Identified, identify
from crmeter.ingest.propose.joins import find_joins
from crmeter.ingest.propose.matching import match
from crmeter.ingest.propose.profile import Evidence
from crmeter.ingest.propose.proposal import ColumnProposal, Leftover, Proposals, TableProposal
from crmeter.ingest.propose.sql import named_columns, write_sql
from crmeter.ingest.propose.vocabulary import key, words
from crmeter.ingest.propose.vocabulary import tables as known_tables
from crmeter.ingest.source import RawTable
from crmeter.kernel.messages import t
from crmeter.model.table import Kind
from crmeter.model.tables import BY_NAME


def propose(
    con: duckdb.DuckDBPyConnection, schema: str, tables: Sequence[RawTable], *, currency: str, timezone: str
) -> Proposals:
    """Mappings for the raw ``tables`` in ``schema``, from their headers and values.

    ``currency`` stands where no column has one; ``timezone`` is that of instants whose header names none.
    """
    evidence = Evidence(con, schema, {table.name: table for table in tables})
    found = identify(evidence)
    references.settle_customers(found)
    references.settle(found.drafts)
    drafts = dict(found.drafts)
    _second_mappings(drafts, evidence)
    won = _complete(drafts, currency)
    if "order" not in drafts and "opportunity" in drafts:
        order = orders.from_won_deals(drafts["opportunity"], won)
        drafts |= {"order": order} if order else {}
    if "campaign" not in drafts and "spend" in drafts:
        campaign = spends.campaigns(drafts["spend"])
        drafts |= {"campaign": campaign} if campaign else {}
    if "customer" not in drafts:
        customer = customers.from_others(drafts)
        drafts |= {"customer": customer} if customer else {}
    for draft in drafts.values():
        _marked_rows(draft)
        _currency(draft, currency)
        _instants(draft, timezone)
    ordered = [name for name in known_tables() if name in drafts]
    return Proposals(tuple(_proposal(drafts[name]) for name in ordered), _leftovers(found, drafts), find_joins(tables))


def _second_mappings(drafts: dict[str, Draft], evidence: Evidence) -> None:
    """One file can hold two things: customers with their contract, cases with their score."""
    for draft in list(drafts.values()):
        if "subscription" not in drafts and draft.table.name == "customer":
            contract = match(BY_NAME["subscription"], draft.raw, evidence)
            amount = contract.items.get("monthly_amount")
            if amount is not None and amount.confidence >= 0.85:
                contract.confidence, contract.second = 0.6, True
                drafts["subscription"] = contract
        if "survey_response" not in drafts and surveys.within(draft):
            drafts["survey_response"] = _scores_within(draft, evidence)


def _scores_within(draft: Draft, evidence: Evidence) -> Draft:
    """The scores in a table of cases or orders."""
    survey = match(BY_NAME["survey_response"], draft.raw, evidence)
    survey.confidence, survey.second = 0.6, True
    key_column = "case_id" if draft.table.name == "case" else "order_id"
    own = draft.items.get(key_column)
    survey.items = {
        name: item
        for name, item in survey.items.items()
        if name in ("responded_at", "comment") and item.confidence >= 0.85
    }
    if own is not None:
        survey.items["response_id"] = Item(own.expression, own.raw, own.confidence, own.why)
        if key_column == "case_id":
            survey.items["case_id"] = Item(own.expression, own.raw, own.confidence, own.why)
    if "customer_id" in draft.items:
        survey.items["customer_id"] = draft.items["customer_id"]
    return survey


def _complete(drafts: dict[str, Draft], currency: str) -> str:
    """What each kind of table needs besides its columns. Returns the condition of a won opportunity."""
    won = ""
    for name, draft in drafts.items():
        if name == "opportunity":
            won = opportunities.complete(draft)
        elif name in ("order", "case", "survey_response", "subscription", "customer"):
            {
                "order": orders.complete,
                "case": cases.complete,
                "survey_response": surveys.complete,
                "subscription": subscriptions.complete,
                "customer": customers.complete,
            }[name](draft)
        elif name != "lead":
            plain.complete(draft, currency)
        _order_of_dates(draft)
    return won


def _order_of_dates(draft: Draft) -> None:
    """Two dates the wrong way round in most rows were taken for each other, or one of them is something else."""
    pairs = [*draft.table.after, ("created_at", "closed_at")]
    for early, late in pairs:
        first, second = draft.raw_of(early), draft.raw_of(late)
        if not first or not second or first == second:
            continue
        share = draft.evidence.in_order(draft.raw.name, first, second)
        if share is None or share >= 0.95:
            continue
        said = t('"{first}" is after "{second}" in {share} of the rows.', first=first, second=second,
                 share=f"{1 - share:.0%}")  # fmt: skip
        draft.notes.append(said)
        if share < 0.5:
            for name in (early, late):
                draft.items[name].confidence = min(draft.items[name].confidence, 0.5)


def _marked_rows(draft: Draft) -> None:
    """Rows that the source marks as deleted or as a test do not count."""
    marks = {key(word) for word in words()["marks"]["words"]}
    for name in draft.raw.columns:
        if key(name) not in marks or draft.profiles[name].flags < 0.9:
            continue
        yes = among(f"lower({quoted(name)}::VARCHAR)", ("true", "t", "yes", "y", "1", "是"))
        share = draft.evidence.share(draft.raw.name, yes)
        if 0 < share < 1:
            draft.where.append((f"NOT coalesce({yes}, false)", t('not marked in "{column}"', column=name)))
            draft.notes.append(
                t('Rows marked in "{column}" ({share}) are left out.', column=name, share=f"{share:.1%}")
            )


def _currency(draft: Draft, currency: str) -> None:
    """The workspace's currency where no column has one: an assumption, and said."""
    if any(column.kind is Kind.CURRENCY for column in draft.table.columns) and "currency" not in draft.items:
        draft.items["currency"] = Item(literal(currency), (), 0.7, t("assumed: the currency of the workspace"))
    elif "currency" in draft.items and draft.raw_of("currency") and draft.profiles[draft.raw_of("currency")].empty:
        draft.items["currency"] = Item(literal(currency), (), 0.6, t("its column is empty: the workspace's is assumed"))


def _instants(draft: Draft, timezone: str) -> None:
    """A header that says UTC overrules the source's time zone."""
    for column in draft.table.columns:
        item = draft.items.get(column.name)
        if column.kind is not Kind.INSTANT or item is None or len(item.raw) != 1 or timezone == "UTC":
            continue
        name = item.raw[0]
        words = name.upper().replace("(", " ").replace(")", " ").replace("_", " ").split()
        if ("UTC" in words or "GMT" in words) and item.expression == quoted(name):
            text = f"{quoted(name)}::VARCHAR"
            item.expression = f"CASE WHEN regexp_matches({text}, ':[0-9.]+$') THEN {text} || 'Z' ELSE {text} END"
            item.also(t("in UTC, as the header says"))


def _proposal(draft: Draft) -> TableProposal:
    columns = tuple(
        ColumnProposal(name, item.expression, item.raw, round(item.confidence, 2), item.why, item.others)
        for name in named_columns(draft)
        if (item := draft.items.get(name) or next((b[name] for b in draft.branches if name in b), None))
    )
    canonical = [column.name for column in draft.table.columns if not column.required]
    return TableProposal(
        draft.table.name,
        draft.raw.name,
        round(draft.confidence, 2),
        columns,
        draft.missing,
        tuple(name for name in canonical if name not in {c.column for c in columns}),
        () if draft.second else tuple(draft.free()),
        tuple(draft.notes),
        write_sql(draft),
    )


def _leftovers(found: Identified, drafts: dict[str, Draft]) -> tuple[Leftover, ...]:
    """Raw tables without a mapping, and why."""
    left = [Leftover(name, reason) for name, reason in found.unknown.items()]
    for table, rivals in found.rivals.items():
        for draft in rivals:
            reason = t('it looks like {table} too, which is taken from "{other}"', table=table,
                       other=drafts[table].raw.name)  # fmt: skip
            left.append(Leftover(draft.raw.name, reason))
    return tuple(sorted(left, key=lambda leftover: leftover.raw_table))

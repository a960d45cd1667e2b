"""Erasing a customer: what would go, and doing it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.rules import Rules
from crmeter.warehouse import derive, schema
from crmeter.warehouse.duck import opening, reading
from crmeter.warehouse.erasure import identifiers, raw
from crmeter.warehouse.erasure.contents import count, empty
from crmeter.warehouse.erasure.identifiers import CUSTOMER, WHOLE
from crmeter.warehouse.erasure.person import (
    NO_TEXTS,
    Texts,
    customers_of,
    keys_that_tell,
    mentions,
    nearest,
    texts_of,
)
from crmeter.warehouse.erasure.register import Entry, Register
from crmeter.warehouse.publish import Unchanged, lock_down, writing

QUARANTINE = "meta.quarantine"


@dataclass(frozen=True)
class Erasure:
    """One erasure, planned or done: the customers that are the person (the one asked for first), how many rows of each
    canonical table, of each raw table and of quarantine are theirs, the files that the raw rows came from, and where
    else a name or an address of theirs stands. ``before`` is when it was erased already; then there is nothing else.
    """

    customers: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict)
    raw: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    files: tuple[str, ...] = ()
    mentions: Mapping[str, int] = field(default_factory=dict)
    pseudonyms: tuple[str, ...] = ()
    texts: Texts = NO_TEXTS
    before: str | None = None


def holds_erased(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether anybody was ever erased from a warehouse; then it is written anew with each load."""
    return con.execute("SELECT 1 FROM meta.erasure LIMIT 1").fetchone() is not None


def erased_since(execute: Callable[..., list[tuple[Any, ...]]], load: int, moment: str) -> bool:
    """Whether anybody was erased after ``moment`` (UTC, ISO 8601), when ``load`` was the newest."""
    found = execute(
        "SELECT 1 FROM meta.erasure WHERE load > $load OR (load = $load AND erased_at >= $moment::TIMESTAMP) LIMIT 1",
        {"load": load, "moment": moment.removesuffix("Z")},
    )
    return bool(found)


def ensure_known(con: duckdb.DuckDBPyConnection, register: Register) -> None:
    """UserError where the register does not know of an erasure that the warehouse tells of."""
    told = {row[0] for row in con.execute("SELECT pseudonym FROM meta.erasure").fetchall()}
    if told - {entry.pseudonym for entry in register.entries}:
        raise UserError.of(
            t("The register of erasures {path} is missing, or is an older one.", path=register.path),
            t("Without it, erased customers would come back with the next load."),
            t("Put it back from a backup."),
        )


def plan(warehouse: Path, customer: str) -> Erasure:
    """What erasing a customer would touch; nothing is changed. UserError where there is no such customer."""
    with reading(warehouse):  # of this version, and whole
        pass
    with opening(warehouse):
        con = duckdb.connect(str(warehouse), read_only=True)
    with con:
        lock_down(con)
        register = Register.beside(warehouse)
        ensure_known(con, register)
        done = _done(con, register, customer)
        return done or _found(con, register, customer)


def erase(warehouse: Path, customer: str, reason: str = "", now: datetime | None = None) -> Erasure:
    """Erase a customer and all that were merged with it, from what is believed and was believed, raw rows and
    quarantine. The warehouse is replaced as by a load: kill -9 at any time leaves the one before or the one after, and
    an erasure that was cut short is finished by the next load or erasure.

    UserError where there is no such customer, where another process writes, or where ``reason`` names the person.
    """
    with reading(warehouse):
        pass
    found: Erasure | None = None
    with writing(warehouse, holds_erased) as con:
        lock_down(con)
        schema.create(con)
        register = Register.beside(warehouse)
        ensure_known(con, register)
        is_behind = catch_up(con, register)
        found = _done(con, register, customer)
        if found and not is_behind:
            raise Unchanged
        if not found:
            found, register = erase_in(con, register, customer, reason, now or datetime.now(UTC))
        _derive(con)
        register.save()
    assert found is not None
    return found


def catch_up(con: duckdb.DuckDBPyConnection, register: Register) -> bool:
    """Erase whom the register knows and the warehouse does not: after an erasure that was cut short, or a backup that
    was put back. Whether there was anything to do."""
    told = {row[0] for row in con.execute("SELECT pseudonym FROM meta.erasure").fetchall()}
    pending = [entry for entry in register.entries if entry.pseudonym not in told]
    if pending:
        identifiers.recognise(con, register, pending, WHOLE)
        raw.link(con, register, texts_of(con), [*raw.believed_origins()])
        _apply(con, pending)
    return bool(pending)


def _done(con: duckdb.DuckDBPyConnection, register: Register, customer: str) -> Erasure | None:
    entry = register.find(CUSTOMER, customer)
    told = entry and con.execute("SELECT 1 FROM meta.erasure WHERE pseudonym = $p", {"p": entry.pseudonym}).fetchone()
    return Erasure((customer,), pseudonyms=(entry.pseudonym,), before=entry.erased_at) if entry and told else None


def erase_in(
    con: duckdb.DuckDBPyConnection, register: Register, customer: str, reason: str, now: datetime
) -> tuple[Erasure, Register]:
    """Erase a customer from the rows of ``con``, and the register that is to be kept from then on. What is derived of
    the rows is then to be derived anew."""
    found = _found(con, register, customer)
    if any(text in reason.casefold() for text in (*found.texts.within, *map(str.casefold, found.customers))):
        raise UserError.of(
            t("The reason names the person who is to be erased."), next=t("Give one that does not: it is kept.")
        )
    noted = con.execute(f"SELECT kind, id, pseudonym FROM {identifiers.IDS}").fetchall()
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    entries = [Entry(kind, register.trace(id), pseudonym, at, reason) for kind, id, pseudonym in noted]
    register = register.with_entries(entries, map(register.trace, found.texts.whole))
    refused = _apply(con, entries)
    theirs = {id: pseudonym for kind, id, pseudonym in noted if kind == CUSTOMER}
    named = tuple(theirs[id] for id in found.customers)
    return replace(found, refused=refused, mentions=mentions(con, found.texts), pseudonyms=named), register


def _found(con: duckdb.DuckDBPyConnection, register: Register, customer: str) -> Erasure:
    """Who and what is to be erased; identifiers and raw rows are noted in temporary tables of ``con``."""
    customers = customers_of(con, customer) or ((customer,) if raw.was_refused(con, customer) else ())
    if not customers:
        near = nearest(con, customer)
        raise UserError.of(
            t("There is no customer “{id}”.", id=customer), next=t("The nearest is {near}.", near=near) if near else ""
        )
    identifiers.note(con, named(CUSTOMER, customers))
    texts = texts_of(con)
    keys = keys_that_tell(con, texts)
    for kind in dict.fromkeys(kind for kind, _ in keys):
        identifiers.add(con, named(kind, [key for of, key in keys if of == kind]))
    raw.link(con, register.with_entries((), map(register.trace, texts.whole)), texts, [*raw.believed_origins()])
    con.execute(f"CREATE OR REPLACE TEMP TABLE erased_refused AS FROM {QUARANTINE}")
    refused = raw.empty_quarantine(con, "erased_refused")
    counted, files = raw.linked(con)
    rows = count(con, WHOLE, WHOLE, noted=True)
    files = tuple(sorted({*files, *raw.files_in_place(con)}))
    return Erasure(customers, rows, counted, refused, files, texts=texts)


def named(kind: str, ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Each identifier with a random pseudonym. They are in the order of the identifiers, so that what is decided by
    the order of two of them is decided alike."""
    pseudonyms = sorted(f"erased-{secrets.token_hex(8)}" for _ in ids)
    return [(kind, id, pseudonym) for id, pseudonym in zip(sorted(ids), pseudonyms, strict=True)]


def _apply(con: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> int:
    """Erase what is noted, and the raw rows that are linked, from all there is; how many values of quarantine went."""
    raw.empty_raw(con)
    refused = raw.empty_quarantine(con, QUARANTINE)
    empty(con, WHOLE, WHOLE)
    identifiers.replace(con, WHOLE)
    record(con, entries)
    return refused


def record(con: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> None:
    """Write into the warehouse that these were erased."""
    for entry in entries:
        con.execute(
            "INSERT INTO meta.erasure SELECT coalesce((SELECT max(load) FROM meta.load), 0), $kind, $pseudonym, "
            "$at::TIMESTAMP, $reason",
            {
                "kind": entry.kind,
                "pseudonym": entry.pseudonym,
                "at": entry.erased_at.removesuffix("Z"),
                "reason": entry.reason,
            },
        )


def _derive(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute("SELECT rules, as_of FROM meta.load ORDER BY load DESC LIMIT 1").fetchone()
    if row:
        rules, as_of = Rules.from_json(json.loads(row[0])), row[1]
        derive.refresh(con, rules, as_of)
        derive.roll_up(con, rules, as_of)

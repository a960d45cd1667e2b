"""Seals: checksums over definitions, data and settings, and over the document itself, so that a changed byte shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.model.tables import TABLES
from crmeter.warehouse.duck import Warehouse

ALGORITHM = "sha256"


def digest(plain: Any) -> str:
    """The SHA-256 of plain values, written as JSON with sorted keys."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def data_digest(warehouse: Warehouse) -> str:
    """A checksum of every canonical row as it is believed, in no particular order."""
    found: dict[str, list[Any]] = {}
    for table in TABLES:
        columns = [c for c in warehouse.tables[table.name].columns if not c.startswith("_")]
        # nulls are written out: concat_ws would skip them, and (a, null) would look like (null, a)
        quoted = ("'" + c.replace("'", "''") + "', " + '"' + c.replace('"', '""') + '"' for c in columns)
        [(rows, total)] = warehouse.execute(
            f"SELECT count(*), coalesce(sum(md5_number_lower(json_object({', '.join(quoted)})::VARCHAR)::HUGEINT), 0) "
            f'FROM main."{table.name}"'
        )
        if rows:
            found[table.name] = [rows, str(total)]
    return digest(found)


def sealed(document: Mapping[str, Any], *, definitions: Any, data: str, settings: Any) -> dict[str, Any]:
    """The document with its seal."""
    seal = {"algorithm": ALGORITHM, "definitions": digest(definitions), "data": data, "settings": digest(settings)}
    whole = {**document, "seal": seal}
    return {**whole, "seal": {**seal, "checksum": digest(whole)}}


def is_intact(document: Mapping[str, Any]) -> bool:
    """Whether a sealed document is as it was sealed, to the byte of its values."""
    seal = dict(document.get("seal") or {})
    checksum = seal.pop("checksum", None)
    return checksum is not None and digest({**document, "seal": seal}) == checksum


def check_seal(document: Mapping[str, Any]) -> None:
    """UserError for an evaluation that is not as it was sealed."""
    if not is_intact(document):
        raise UserError.of(
            t("Evaluation {id} is not as it was sealed: its checksum does not match.", id=document.get("id", "?")),
            t("Somebody or something changed it after the fact, so its numbers cannot be trusted."),
            t("Restore it from a backup, or evaluate the period again."),
        )

"""The text of a proposed mapping: one SELECT a person can read, with its reasons beside each column."""

from __future__ import annotations

from collections.abc import Iterable

from crmeter.ingest.mapping import quoted
from crmeter.ingest.propose.draft import Draft, Item
from crmeter.ingest.propose.proposal import level
from crmeter.kernel.messages import t

_LONGEST = 200


def write_sql(draft: Draft) -> str:
    """The mapping of a draft. Required columns that are missing stand as NULL, marked."""
    lines = [f"-- {draft.table.name}: {comment(draft.table.grain)}"]
    source = t('Proposed from "{table}" ({rows} rows). Change what you like: crmeter never overwrites it.',
               table=draft.raw.name, rows=f"{draft.raw.rows:,}")  # fmt: skip
    lines.append(f"-- {comment(source)}")
    lines += [f"-- ! {comment(note)}" for note in draft.notes]
    lines += _select(draft, draft.items, draft.where, said=draft.items)
    for branch, where in zip(draft.branches, draft.branch_where, strict=True):
        lines += ["UNION ALL", *_select(draft, draft.items | branch, [*where, *_kept(draft)], said=branch)]
    lines += _left_out(draft)
    return "\n".join(lines) + "\n"


def comment(text: str) -> str:
    """A text that stays on one line of comment, whatever was in a header."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def named_columns(draft: Draft) -> list[str]:
    """Every column that the SELECTs deliver: those of the model in its order, then attributes."""
    found = set(draft.items).union(*draft.branches)
    order = [column.name for column in draft.table.columns if column.name in found or column.required]
    return [*order, *(name for name in draft.items if name not in order)]


def _kept(draft: Draft) -> list[tuple[str, str]]:
    """What holds for further SELECTs too."""
    return draft.where


def _select(draft: Draft, items: dict[str, Item], where: list[tuple[str, str]], said: dict[str, Item]) -> Iterable[str]:
    """One SELECT; reasons stand beside the columns in ``said``."""
    names = named_columns(draft)
    yield "SELECT"
    for place, name in enumerate(names):
        item = items.get(name)
        comma = "," if place < len(names) - 1 else ""
        reason = f"  -- {comment(_reason(item))}" if name in said or item is None else ""
        yield f"    {item.expression if item else 'NULL'} AS {_alias(name)}{comma}{reason}"
    yield f"FROM {quoted(draft.raw.name)}"
    for place, (condition, why) in enumerate(where):
        yield f"{'WHERE' if place == 0 else '  AND'} {condition}  -- {comment(why)}"
    if draft.group_by:
        yield f"GROUP BY {quoted(draft.group_by)}"
    if draft.last_of:
        yield f"QUALIFY row_number() OVER (PARTITION BY {quoted(draft.last_of)} ORDER BY _file DESC, _row DESC) = 1"


def _reason(item: Item | None) -> str:
    if item is None:
        return t("MISSING: nothing in the file was found for it")
    words = {"sure": t("sure"), "likely": t("likely"), "unsure": t("unsure")}
    said = t("{sure}: {why}", sure=words[level(item.confidence)], why=item.why)
    if not item.others:
        return said
    return t("{why}; could also be {names}", why=said, names=", ".join(f'"{name}"' for name in item.others))


def _alias(name: str) -> str:
    return name if name.isascii() and name.isidentifier() and name not in _KEYWORDS else quoted(name)


_KEYWORDS = frozenset({"order", "group", "select", "from", "where", "table", "case", "end", "limit", "to", "default"})


def _left_out(draft: Draft) -> Iterable[str]:
    """What the mapping does without, as comments."""
    absent = [c.name for c in draft.table.columns if c.name not in named_columns(draft)]
    if absent:
        yield f"-- {comment(t('Not found: {names}', names=', '.join(absent)))}"
    unused = [] if draft.second else draft.free()
    if unused:
        yield "-- " + comment(t("Not used:"))
        for start in range(0, len(unused), 6):
            yield "--   " + comment(", ".join(f'"{name}"' for name in unused[start : start + 6]))

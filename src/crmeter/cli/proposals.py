"""Proposed and checked mappings as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from crmeter.cli.tables import table
from crmeter.kernel.messages import t

if TYPE_CHECKING:
    from crmeter.app.founding import Founded
    from crmeter.app.lacking import Reach
    from crmeter.app.mapping import Checked, Proposed, TableProposal


def founded(made: Founded) -> str:
    """What a new workspace is, what was assumed for it, and what to do next."""
    parts = [t("Made {folder}.", folder=made.root)]
    if made.assumed:
        parts.append(
            t("Assumed, change it in crmeter.toml if it is not so: {settings}", settings="; ".join(made.assumed))
        )
    if made.proposed:
        parts.append(proposed(made.proposed))
        parts.append(reached(made.reaches))
        parts.append(t("Look through the mappings in {folder}, then run: crmeter ingest -C {root}",
                       folder=made.root / "mappings", root=made.root))  # fmt: skip
    else:
        parts.append(t("Put export files into {folder}, name them in crmeter.toml, then run: crmeter map -C {root}",
                       folder=made.root / "exports", root=made.root))  # fmt: skip
    parts.append(t("Each quarter is evaluated on its third day ({id}) once something calls this every few minutes: "
                   "crmeter run-due -C {root}", id=made.schedule, root=made.root))  # fmt: skip
    return "\n\n".join(parts)


def proposed(found: Sequence[Proposed]) -> str:
    """What is proposed for each source: its tables column by column, and what was left out."""
    return "\n\n".join(part for each in found for part in _source(each)) or t("crmeter.toml names no source.")


def reached(families: Sequence[Reach]) -> str:
    """How far the mappings reach: of each family of KPIs how many can be computed, and what the others lack."""
    from crmeter.reports import words

    lines = [t("KPIs that can be computed with what is mapped:")]
    for family in families:
        lines.append(t("{family}: {count} of {total}", family=words.family(family.family), count=family.computable,
                       total=family.total))  # fmt: skip
        for gap in family.gaps:
            needs = ", ".join(t(" or ").join(alternatives) for alternatives in gap.needs)
            lines.append("  " + t("without {needs}: not {kpis}", needs=needs, kpis=", ".join(gap.kpis)))
    return "\n".join(lines)


def _source(each: Proposed) -> Iterator[str]:
    if each.joined:
        yield "\n".join(
            t("Files read as one table, as crmeter.toml now says: {table} = {pattern}", table=name, pattern=glob)
            for name, glob in each.joined
        )
    for proposal in each.proposals.tables:
        yield _table(proposal)
    left = [
        t("{table} goes nowhere: {reason}", table=leftover.raw_table, reason=leftover.reason)
        for leftover in each.proposals.leftovers
    ]
    if left or each.said:
        yield "\n".join((*each.said, *left))
    yield "\n".join(written.as_text() for written in each.written)


def _table(proposal: TableProposal) -> str:
    from crmeter.reports import words

    sure = t("{level} ({share})", level=_level(proposal.level), share=f"{proposal.confidence:.0%}")
    lines = [t("{table} from {raw}: {sure}", table=words.table(proposal.table), raw=proposal.raw_table, sure=sure)]
    rows = [
        [
            column.column,
            ", ".join(column.raw) or column.expression,
            t("{level} ({share})", level=_level(column.level), share=f"{column.confidence:.0%}"),
            column.why + (t("; or {others}", others=", ".join(column.others)) if column.others else ""),
        ]
        for column in proposal.columns
    ]
    lines.append(table([t("Column"), t("Taken from"), t("How sure"), t("Why")], rows))
    if proposal.missing:
        lines.append(t("Missing, and needed: {columns}", columns=", ".join(proposal.missing)))
    if proposal.not_found:
        lines.append(t("Not found: {columns}", columns=", ".join(proposal.not_found)))
    if proposal.unused:
        lines.append(t("Left out: {columns}", columns=", ".join(proposal.unused)))
    return "\n".join((*lines, *proposal.notes))


def _level(code: str) -> str:
    return {"sure": t("sure"), "likely": t("likely"), "unsure": t("unsure")}.get(code, code)


def checked(found: Sequence[Checked]) -> str:
    """The mappings that may be loaded."""
    if not found:
        return t("crmeter.toml names no source.")
    rows = [[each.source, each.table, ", ".join(each.columns)] for each in found]
    return table([t("Source"), t("Table"), t("Columns")], rows) + "\n\n" + t("All mappings can be loaded.")

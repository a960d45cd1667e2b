"""Writing proposals into a workspace, without touching what a user wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crmeter.ingest.propose.proposal import Proposals, TableProposal
from crmeter.kernel.messages import t


@dataclass(frozen=True)
class Written:
    """What happened to the file of one proposal: ``new``, ``same`` (was there already), ``beside`` (as .new, since the
    file is there and differs) or ``unfinished`` (as .todo, since a required column is missing)."""

    table: str
    path: Path
    how: str

    def as_text(self) -> str:
        """One line for a person."""
        if self.how == "beside":
            return t("{path}: your own file stays; the proposal is beside it", path=self.path)
        if self.how == "unfinished":
            return t("{path}: not complete; fill in what is missing and take .todo off its name", path=self.path)
        return t("{path}: unchanged", path=self.path) if self.how == "same" else t("{path}: written", path=self.path)


def write(proposals: Proposals, folder: Path) -> tuple[Written, ...]:
    """Write each mapping to ``folder``/<table>.sql. A file that is there and differs is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(proposal, folder) for proposal in proposals.tables)


def _write(proposal: TableProposal, folder: Path) -> Written:
    own = folder / f"{proposal.table}.sql"
    if own.exists() and own.read_text("utf-8", errors="replace") == proposal.sql:
        return Written(proposal.table, own, "same")
    if not proposal.complete:
        path, how = folder / f"{proposal.table}.sql.todo", "unfinished"
    elif own.exists():
        path, how = folder / f"{proposal.table}.sql.new", "beside"
    else:
        path, how = own, "new"
    path.write_text(proposal.sql, "utf-8")
    return Written(proposal.table, path, how)

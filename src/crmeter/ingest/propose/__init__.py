"""Proposing mappings: what export files hold, told from their headers and values, and how sure that is."""

from crmeter.ingest.propose.files import Written, write
from crmeter.ingest.propose.joins import find_joins
from crmeter.ingest.propose.proposal import ColumnProposal, Join, Leftover, Proposals, TableProposal, level
from crmeter.ingest.propose.propose import propose

__all__ = [
    "ColumnProposal",
    "Join",
    "Leftover",
    "Proposals",
    "TableProposal",
    "Written",
    "find_joins",
    "level",
    "propose",
    "write",
]

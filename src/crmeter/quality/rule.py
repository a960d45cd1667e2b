"""What a quality rule is: which rows it is asked of, and what must hold of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from crmeter.kernel.messages import t
from crmeter.model.tables import BY_NAME


class Kind(StrEnum):
    """The side of quality that a rule is about."""

    COMPLETENESS = "completeness"  # what is asked for is there
    VALIDITY = "validity"  # a value can be one
    UNIQUENESS = "uniqueness"  # nothing is there twice
    CONSISTENCY = "consistency"  # values agree with one another


class Severity(StrEnum):
    """What a row that breaks a rule does to the numbers."""

    ERROR = "error"  # a KPI is wrong or leaves the row out
    WARNING = "warning"  # a split, an average or a campaign is less true
    INFO = "info"  # nothing yet


@dataclass(frozen=True)
class Rule:
    """One rule on one table: ``holds`` is asked of the rows that ``of`` is true of. Both are conditions in DuckDB's SQL
    on the row ``r``, our own, never a user's. ``says`` is a message key: what is true of a row that keeps the rule."""

    table: str
    name: str
    kind: Kind
    severity: Severity
    says: str
    holds: str
    of: str = "true"

    @property
    def asked(self) -> str:
        """``of``, without the rows of erased customers where the rule is about something that erasure takes away."""
        table = BY_NAME[self.table]
        erased = {column.name for column in table.columns if column.erased}
        named = set(re.findall(r'\br\."?(\w+)', f"{self.of} {self.holds}"))
        if not erased & named or "customer_id" not in dict(table.stored):
            return self.of
        pseudonyms = "(SELECT pseudonym FROM meta.erasure WHERE kind = 'customer')"
        return f"({self.of}) AND coalesce(r.customer_id NOT IN {pseudonyms}, true)"

    @property
    def words(self) -> str:
        """What is true of a good row, in the language of the moment."""
        return t(self.says)


def filled(table: str, column: str, severity: Severity, says: str, of: str = "true") -> Rule:
    """A column that should not be empty."""
    return Rule(table, f"{column}_filled", Kind.COMPLETENESS, severity, says, f'r."{column}" IS NOT NULL', of)


def known(table: str, column: str, other: str, key: str, severity: Severity, says: str) -> Rule:
    """A reference that should lead somewhere, where it is given."""
    holds = f'EXISTS (FROM main."{other}" AS o WHERE o."{key}" = r."{column}")'
    return Rule(table, f"{column}_known", Kind.CONSISTENCY, severity, says, holds, f'r."{column}" IS NOT NULL')

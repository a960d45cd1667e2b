"""What a user is told when something is wrong: what, why, what next, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: ``what`` happened, ``why`` it matters, ``next`` to try. All in the user's language."""

    what: str
    why: str = ""
    next: str = ""

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.next) if part)


class UserError(Exception):
    """A mistake the user can mend. The faces print its problems and exit with 1 (HTTP: a problem document)."""

    exit_code = 1
    http_status = 422

    def __init__(self, *problems: Problem) -> None:
        self.problems: tuple[Problem, ...] = problems
        super().__init__("\n\n".join(map(str, problems)))

    @classmethod
    def of(cls, what: str, why: str = "", next: str = "") -> UserError:
        """The common case of a single problem."""
        return cls(Problem(what, why, next))


class CheckFailed(UserError):
    """A check the user asked for (``--fail-on``) did not hold."""

    exit_code = 3


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise one UserError that holds every problem found, if there is one."""
    found = tuple(problems)
    if found:
        raise UserError(*found)

"""The era in which years are said: the common one, or that of the Republic of China."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ROC = 1911  # the year before the first of the Republic
ERAS = ("common", "roc")

_era: ContextVar[str] = ContextVar("era", default="common")


def era() -> str:
    """One of ERAS; ``roc`` holds in Traditional Chinese alone."""
    return _era.get()


def count_years(chosen: str) -> None:
    """Say years in an era from here on, until the end of the block of :func:`counting_years` around it."""
    _era.set(chosen)


@contextmanager
def counting_years(chosen: str) -> Iterator[None]:
    """Say years inside the block in an era."""
    token = _era.set(chosen)
    try:
        yield
    finally:
        _era.reset(token)

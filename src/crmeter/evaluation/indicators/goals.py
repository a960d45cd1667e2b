"""The goals a company may begin from, each with the KPIs that are usually chosen for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crmeter.kernel.messages import LANGUAGES


@dataclass(frozen=True)
class Goal:
    """One goal in one language. ``why`` says what comes of it, ``kpis`` are ids of the catalogue."""

    id: str
    name: str
    why: str
    kpis: tuple[str, ...]


@cache
def goals(lang: str) -> tuple[Goal, ...]:
    """All goals in one of LANGUAGES, in the order in which they are offered; KeyError for another language."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    text = files("crmeter.evaluation.indicators").joinpath("goals.toml").read_text("utf-8")
    return tuple(
        Goal(id, told[lang]["name"], told[lang]["why"], tuple(told["kpis"])) for id, told in tomllib.loads(text).items()
    )


def goal_ids() -> tuple[str, ...]:
    return tuple(goal.id for goal in goals("en"))

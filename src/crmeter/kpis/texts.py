"""The texts of a KPI: the file ``<measure>.texts.toml`` beside it. A KPI whose card is incomplete does not load.

One table per variant and language (``[cohort.en]``; ``value`` for a measure without variants) with the TEXTS, the list
``synonyms``, the list of tables ``actions``, and ``math`` where the formula has no notation of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from crmeter.kernel.messages import LANGUAGES
from crmeter.metrics.kpi import Kpi
from crmeter.metrics.notation import notation
from crmeter.metrics.value import Better

TEXTS = ("name", "question", "shows", "reading", "caution", "example")
OTHERS = ("synonyms", "actions")


class When(StrEnum):
    """What a KPI does when an action is called for."""

    LOW = "low"
    HIGH = "high"
    FALLING = "falling"
    RISING = "rising"


class ActionKind(StrEnum):
    """What an action changes."""

    SERVICE = "service"
    MARKETING = "marketing"
    SALES_PROCESS = "sales_process"
    CRM_SETTING = "crm_setting"


WHENS, KINDS = {str(when) for when in When}, {str(kind) for kind in ActionKind}
WANTED = {
    Better.UP: (When.LOW, When.FALLING),
    Better.DOWN: (When.HIGH, When.RISING),
    Better.NONE: (),
}


@dataclass(frozen=True)
class Action:
    """What to do when a KPI is so: one imperative sentence."""

    when: When
    kind: ActionKind
    do: str


@dataclass(frozen=True)
class Texts:
    """Everything about a KPI that people write, in one language. ``math`` is empty where the formula says it."""

    name: str
    question: str
    shows: str
    reading: str
    caution: str
    example: str
    math: str
    synonyms: tuple[str, ...]
    actions: tuple[Action, ...]


class IncompleteCard(Exception):
    """A KPI of the catalogue whose texts are not all there: which KPI, in which language, and what is missing."""


@cache
def texts(kpi: Kpi, family: str, lang: str) -> Texts:
    """The texts of a KPI in one of LANGUAGES. Raises IncompleteCard unless they are complete in all of them."""
    told = read(family, kpi.measure).get(kpi.variant, {})
    wrong = list(missing(kpi, told))
    if wrong:
        raise IncompleteCard("\n".join(wrong))
    return _texts(told[lang])


@cache
def read(family: str, measure: str) -> Mapping[str, Any]:
    """The file as it stands: variant → language → key."""
    path = files("crmeter.kpis").joinpath(family, f"{measure}.texts.toml")
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def missing(kpi: Kpi, told: Mapping[str, Any]) -> Iterator[str]:
    """What the texts of one variant lack, a sentence for each language."""
    needed = (*TEXTS, *(() if notation(kpi.formula) else ("math",)))
    for lang in LANGUAGES:
        found = told.get(lang, {})
        lacks = [key for key in needed if not str(found.get(key, "")).strip()]
        lacks += [key for key in OTHERS if not isinstance(found.get(key), list)]
        lacks += [f"actions for {when}" for when in _without_action(kpi, found.get("actions", []))]
        if lacks:
            yield f"The card of {kpi.id} is incomplete in {lang}: {', '.join(lacks)}."
        unknown = sorted(found.keys() - {*TEXTS, *OTHERS, "math"})
        if unknown:
            yield f"The card of {kpi.id} has what no card has in {lang}: {', '.join(unknown)}."
    if len({tuple(_kinds(told.get(lang, {}))) for lang in LANGUAGES}) > 1:
        yield f"The card of {kpi.id} has other actions, or another order of them, in one language than in another."


def _without_action(kpi: Kpi, actions: list[dict[str, str]]) -> list[str]:
    """The states in which something is to be done and nothing is said, and actions that are none."""
    whens = {action.get("when", "") for action in actions}
    lacks = [str(when) for when in WANTED[kpi.better] if when not in whens]
    return lacks + [repr(action) for action in actions if not _is_action(action)]


def _is_action(told: Mapping[str, str]) -> bool:
    return told.get("when") in WHENS and told.get("kind") in KINDS and bool(told.get("do", "").strip())


def _kinds(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for action in told.get("actions", []):
        yield action.get("when", ""), action.get("kind", "")


def _texts(found: Mapping[str, Any]) -> Texts:
    actions = tuple(Action(When(a["when"]), ActionKind(a["kind"]), a["do"]) for a in found["actions"])
    written = {key: found[key] for key in TEXTS}
    return Texts(**written, math=found.get("math", ""), synonyms=tuple(found["synonyms"]), actions=actions)

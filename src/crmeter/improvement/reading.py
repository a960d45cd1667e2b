"""Drafts as plain values, and back: what cannot be read is said, all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from crmeter.improvement.drafts import Draft, Enrolled, Group, Kind, Plain, Step
from crmeter.kernel.errors import Problem, raise_if_any
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain
from crmeter.stats.effects.effect import Method


def plain(draft: Draft) -> dict[str, Any]:
    """Plain values; :func:`read_draft` reads them."""
    return {field.name: _plain(getattr(draft, field.name)) for field in fields(draft)}


def _plain(value: Any) -> Any:
    if isinstance(value, Group | Step):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, Kind | Enrolled) else value


def read_draft(written: Plain) -> Draft:
    """The draft that plain values say; empty texts and empty lists stand for what is not said yet.

    UserError with everything that cannot be read.
    """
    problems: list[Problem] = []
    found = _fields(written, _READ, "", problems)
    if "group" in found:
        found["group"] = Group(**_fields(_section(found["group"], "group", problems), _GROUP, "group.", problems))
    if "steps" in found:
        rows = found["steps"] if isinstance(found["steps"], list | tuple) else [found["steps"]]
        found["steps"] = tuple(
            Step(**_fields(_section(row, f"steps {number}", problems), _STEP, f"steps {number}: ", problems))
            for number, row in enumerate(rows, start=1)
        )
    raise_if_any(problems)
    return Draft(**found)


def _section(written: Any, name: str, problems: list[Problem]) -> Plain:
    if isinstance(written, Mapping):
        return written
    problems.append(_unreadable(name, written, t("Write a section with its own names.")))
    return {}


def _fields(
    written: Plain, known: Mapping[str, Callable[[Any], Any]], before: str, problems: list[Problem]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in written.items():
        if name not in known:
            names = ", ".join(known)
            problems.append(
                Problem(t("A plan has no “{name}”.", name=before + name), next=t("It has: {names}.", names=names))
            )
        elif value is not None and value != "":
            try:
                found[name] = known[name](value)
            except (TypeError, ValueError):
                problems.append(_unreadable(before + name, value, _how(known[name])))
    return found


def _unreadable(name: str, value: Any, how: str) -> Problem:
    return Problem(t("“{value}” cannot be read as “{name}” of a plan.", value=value, name=name), next=how)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.strip()


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise TypeError
    return date.fromisoformat(value.strip()) if isinstance(value, str) else value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(each, str) for each in value):
        raise TypeError
    return tuple(value)


def _as_it_is(value: Any) -> Any:
    return value


def _how(reader: Callable[[Any], Any]) -> str:
    """What should be written."""
    choices = {Kind: Kind, Enrolled: Enrolled, Method: Method, Grain: Grain}
    for kind, words in choices.items():
        if reader is kind:
            return t("Choose from: {names}.", names=", ".join(words))
    written: Mapping[Callable[[Any], Any], str] = {
        _day: t("Write a day such as {example}.", example="2025-07-01"),
        _number: t("Write a number."),
        _truth: t("Write true or false."),
        _texts: t("Write a list of texts."),
    }
    return written.get(reader, t("Write a text."))


_READ: Mapping[str, Callable[[Any], Any]] = {
    "title": _text,
    "problem": _text,
    "cause": _text,
    "kind": Kind,
    "owner": _text,
    "start": _day,
    "end": _day,
    "goal": _text,
    "kpi": _text,
    "target": _number,
    "expected": _number,
    "least": _number,
    "cost": _number,
    "guards": _texts,
    "group": _as_it_is,
    "split": _truth,
    "share": _number,
    "method": Method,
    "grain": Grain,
    "steps": _as_it_is,
    "evaluation": _text,
    "finding": _as_it_is,
    "advice": _text,
}
_GROUP: Mapping[str, Callable[[Any], Any]] = {
    "by": _text,
    "target": _texts,
    "comparison": _texts,
    "where": _texts,
    "campaign": _text,
    "enrolled": Enrolled,
}
_STEP: Mapping[str, Callable[[Any], Any]] = {"what": _text, "owner": _text, "due": _day}

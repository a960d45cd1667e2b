"""Drafts as files that a person edits: ``plans/<id>.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from crmeter.app.indicators.notation import toml_value
from crmeter.app.indicators.writing import write_whole
from crmeter.app.settings import Workspace
from crmeter.improvement.drafts import Draft, Enrolled, Kind
from crmeter.improvement.reading import read_draft
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.stats.effects.effect import Method

FOLDER = "plans"
_WIDTH = 42  # of a key and its value, before the comment


def path_of(workspace: Workspace, id: str) -> Path:
    """The file of a draft."""
    return workspace.root / FOLDER / f"{id}.toml"


def read(workspace: Workspace, id: str) -> Draft | None:
    """The draft in the file of a plan; None where there is no such file. UserError where it cannot be read."""
    path = path_of(workspace, id)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError.of(t("{path} can’t be read.", path=path), why=str(error)) from None
    try:
        return read_draft(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError.of(
            t("{path} can’t be read.", path=path), str(error), t("Write it as TOML, as the lines around it are.")
        ) from None


def write(workspace: Workspace, id: str, draft: Draft) -> Path:
    """Write the file of a draft, whole or not at all."""
    path = path_of(workspace, id)
    write_whole(path, "\n".join(_lines(id, draft)) + "\n")
    return path


def _lines(id: str, draft: Draft) -> Iterator[str]:
    yield "# " + t("Improvement plan {id}. Fill in what is empty, then: crmeter plan register {id}", id=id)
    yield ""
    said = _said()
    for field in fields(draft):
        if field.name not in ("group", "steps", "finding", "evaluation", "advice"):
            yield _line(field.name, getattr(draft, field.name), said[field.name])
    for name in ("evaluation", "advice"):
        if getattr(draft, name):
            yield _line(name, getattr(draft, name), "")
    if draft.finding:
        known = {key: value for key, value in draft.finding.items() if value is not None}
        yield "finding = {" + ", ".join(f"{key} = {toml_value(value)}" for key, value in known.items()) + "}"
    yield ""
    yield "[group]"
    for field in fields(draft.group):
        yield _line(field.name, getattr(draft.group, field.name), said[f"group.{field.name}"])
    for step in draft.steps or ():
        yield from _step(step.what, step.owner, step.due)
    if not draft.steps:
        yield from _step("", "", None)


def _step(what: str, owner: str, due: date | None) -> Iterator[str]:
    yield ""
    yield "[[steps]]"
    yield _line("what", what, t("what is done"))
    yield _line("owner", owner, t("who does it"))
    yield _line("due", due, t("until when"))


def _line(name: str, value: Any, comment: str) -> str:
    """A key with its value; what is not said yet is an empty text, which reads as nothing."""
    written = '""' if value is None else toml_value(str(value) if isinstance(value, Kind | Enrolled) else value)
    line = f"{name} = {written}"
    return f"{line:<{_WIDTH}}  # {comment}" if comment else line


def _said() -> dict[str, str]:
    """What each key means, in the language of the moment."""
    return {
        "title": t("what the plan is called"),
        "problem": t("what is wrong"),
        "cause": t("why it is wrong: what the plan does away with"),
        "kind": " | ".join(Kind),
        "owner": t("who answers for it"),
        "start": t("its first day"),
        "end": t("the day after its last"),
        "goal": t("the goal it serves: its id; or kpi and target below"),
        "kpi": t("the KPI that decides"),
        "target": t("the value it is to have"),
        "expected": t("how much it is to change, in its unit: -0.05 of a share are 5 points less"),
        "least": t("the smallest change that is worth the effort; none: as much as expected"),
        "cost": t("what it costs, in the currency of the workspace"),
        "guards": t("KPIs that must not get worse meanwhile"),
        "split": t("lots may decide who is treated: an A/B test"),
        "share": t("of those, how many are treated"),
        "method": t("none: the best is proposed. Else: {names}", names=" | ".join(Method)),
        "grain": t("of comparisons by period: none, month or week"),
        "group.by": t("an attribute such as customer.team; none: everybody"),
        "group.target": t("its values that are treated"),
        "group.comparison": t("its values that are compared with; none: all others"),
        "group.where": t("filters that hold of all, such as “customer.kind = 'company'”"),
        "group.campaign": t("the campaign by which they are treated, where there is one"),
        "group.enrolled": t("present: customers at the start. new: those who come while the plan runs"),
    }

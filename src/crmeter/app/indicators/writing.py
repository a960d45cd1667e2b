"""Writing indicators.toml: new sections at its end, single keys in place, so that what people wrote around it stays."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crmeter.app.indicators.fields import of_family
from crmeter.app.indicators.notation import section_name, toml_value
from crmeter.app.indicators.reading import FILE
from crmeter.evaluation.indicators import Indicator, Objective
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

_HEADING = re.compile(r"^\s*\[(?!\[)")


def objective_section(objective: Objective) -> str:
    """An objective as a section of the file."""
    return _section("objectives", objective.id, objective.__dict__)


def indicator_section(indicator: Indicator) -> str:
    """An indicator as a section of the file."""
    return _section("indicators", indicator.kpi, indicator.__dict__, always=("every", "against"))


def _section(family: str, id: str, held: Mapping[str, Any], always: tuple[str, ...] = ()) -> str:
    lines = [f"[{section_name(family, id)}]"]
    for key, setting in of_family(family).items():
        value = held[key]
        default = setting.default if not isinstance(setting.default, list) else tuple(setting.default)
        if key in always or (value is not None and value != default):
            lines.append(f"{key} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def appended(text: str, sections: Iterable[str]) -> str:
    """The text with sections at its end."""
    blocks = [text.rstrip("\n") + "\n"] if text.strip() else []
    return "\n".join((*blocks, *sections))


def changed(text: str, family: str, id: str, values: Mapping[str, Any]) -> str:
    """The text with keys of one section set; comments and order stay.

    UserError where the section is written in a way that cannot be changed safely (an inline table, say).
    """
    wanted = tomllib.loads(text)
    wanted[family][id] |= {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}
    lines = text.rstrip("\n").split("\n")  # splitlines would also cut strings at signs of other scripts
    start = next((i for i, line in enumerate(lines) if _is_heading(line, family, id)), None)
    if start is not None:
        end = next((i for i in range(start + 1, len(lines)) if _HEADING.match(lines[i])), len(lines))
        for key, value in values.items():
            place = next((i for i in range(start + 1, end) if re.match(rf"\s*{re.escape(key)}\s*=", lines[i])), None)
            line = f"{key} = {toml_value(value)}"
            if place is None:
                lines.insert(start + 1, line)
                end += 1
            else:
                lines[place] = line
    made = "\n".join(lines) + "\n"
    try:
        same = tomllib.loads(made) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise UserError.of(
            t("{file}: [{section}] is written in a way that can’t be changed from here.",
              file=FILE, section=section_name(family, id)),
            next=t("Change it by hand: {lines}.",
                   lines=", ".join(f"{key} = {toml_value(value)}" for key, value in values.items())),
        )  # fmt: skip
    return made


def _is_heading(line: str, family: str, id: str) -> bool:
    try:
        held = tomllib.loads(line) if _HEADING.match(line) else {}
    except tomllib.TOMLDecodeError:
        return False
    return held == {family: {id: {}}}


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError.of(t("{path} can’t be written.", path=path), why=str(error)) from None

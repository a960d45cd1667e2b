"""Reading indicators.toml: everything that is wrong is said at once, with its section and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmeter.app.indicators.fields import FAMILIES, of_family
from crmeter.app.indicators.notation import section_name, toml_value
from crmeter.app.settings.kinds import Misfit, nearest
from crmeter.app.settings.table import REQUIRED, Setting
from crmeter.evaluation.indicators import Indicator, IndicatorSystem, Objective
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t

FILE = "indicators.toml"
ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Known:
    """What the file may name: KPIs by every name they have, each with its id; sources of the settings."""

    kpis: Mapping[str, str]
    sources: tuple[str, ...]


def read_system(path: Path, known: Known) -> IndicatorSystem:
    """The indicator system of a file; an empty one where there is no file. UserError with everything that is wrong."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return IndicatorSystem()
    except UnicodeDecodeError:
        raise UserError.of(t("{path} is not written in UTF-8.", path=path), next=t("Save it as UTF-8.")) from None
    except OSError as error:
        raise UserError.of(t("{path} can’t be read.", path=path), why=str(error)) from None
    return parsed(text, known, path)


def parsed(text: str, known: Known, path: Path | str = FILE) -> IndicatorSystem:
    """The indicator system that a text says."""
    try:
        toml = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError.of(t("{path} is not valid TOML.", path=path), why=str(error)) from None
    reading = _Reading(toml, known)
    system = reading.system()
    raise_if_any(reading.problems)
    return system


@dataclass
class _Reading:
    """What has been read so far, and what was wrong with it."""

    toml: dict[str, Any]
    known: Known
    problems: list[Problem] = field(default_factory=list)

    def system(self) -> IndicatorSystem:
        for name in self.toml:
            if name not in FAMILIES:
                what = t("{file}: there is no section [{section}].", file=FILE, section=name)
                self._wrong(what, t("Sections are {names}.", names=", ".join(FAMILIES)), nearest(name, FAMILIES))
        objectives = tuple(Objective(id=id, **held) for id, held in self._sections("objectives"))
        for objective in objectives:
            if not ID.fullmatch(objective.id):
                what = t("{file}: an objective can’t be named “{name}”.", file=FILE, name=objective.id)
                self._wrong(what, t("Allowed: lower-case letters, digits and _, a letter first."))
        indicators = tuple(Indicator(kpi=id, **held) for id, held in self._sections("indicators"))
        return IndicatorSystem(objectives, tuple(self._checked(indicators, [o.id for o in objectives])))

    def _sections(self, family: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The sections of a family with their values; those that are no sections are noted and left out."""
        given = self.toml.get(family, {})
        if not isinstance(given, dict):
            self._no_section(family)
            return
        for id, held in given.items():
            if isinstance(held, dict):
                yield id, self._section(family, id, held)
            else:
                self._no_section(f"{family}.{id}")

    def _no_section(self, name: str) -> None:
        self._wrong(t("{file}: {name} is a section, not a setting.", file=FILE, name=name), f"[{name}]")

    def _section(self, family: str, id: str, given: dict[str, Any]) -> dict[str, Any]:
        settings = of_family(family)
        for key in given:
            if key not in settings:
                what = t("{file}, [{section}]: there is no setting “{key}”.", file=FILE,
                         section=section_name(family, id), key=key)  # fmt: skip
                self._wrong(what, t("Settings here are {names}.", names=", ".join(settings)), nearest(key, settings))
        return {key: self._value(_place(family, id, key), setting, given) for key, setting in settings.items()}

    def _value(self, place: str, setting: Setting, given: dict[str, Any]) -> Any:
        value = given.get(setting.key, setting.default)
        if value is None:
            return None
        if value is REQUIRED:
            said = t("Write for example: {line}", line=f"{setting.key} = {setting.example}")
            self.problems.append(Problem(t("{place} is missing.", place=place), next=said))
            return ""
        try:
            return setting.kind.read(value)
        except Misfit as misfit:
            what = t("{place} is {value}.", place=place, value=toml_value(value))
            self._wrong(what, t("Allowed: {what}.", what=setting.kind.allowed()), misfit.nearest)
            return "" if setting.default is REQUIRED else setting.default and setting.kind.read(setting.default)

    def _checked(self, indicators: tuple[Indicator, ...], objectives: list[str]) -> Iterator[Indicator]:
        """The indicators under the ids of their KPIs; what they name must be there, and active ones complete."""
        seen: dict[str, str] = {}
        for indicator in indicators:
            id = self.known.kpis.get(indicator.kpi)
            if id is None:
                what = t("{file}: there is no KPI “{id}”.", file=FILE, id=indicator.kpi)
                self._wrong(what, t("“crmeter kpis” lists them."), nearest(indicator.kpi, self.known.kpis))
                id = indicator.kpi
            if id in seen:
                what = t(
                    "{file}: “{one}” and “{other}” are the same KPI.", file=FILE, one=seen[id], other=indicator.kpi
                )
                self._wrong(what, "")
            seen[id] = indicator.kpi
            self._check_names(indicator, "objectives", indicator.objectives, objectives)
            self._check_names(indicator, "sources", indicator.sources, list(self.known.sources))
            self._check_complete(indicator)
            yield Indicator(**{**indicator.__dict__, "kpi": id})

    def _check_names(self, indicator: Indicator, key: str, named: tuple[str, ...], there: list[str]) -> None:
        for name in named:
            if name not in there:
                place = _place("indicators", indicator.kpi, key)
                what = t("{place} names “{name}”, which is not there.", place=place, name=name)
                self._wrong(what, t("There are: {names}.", names=", ".join(there) or "–"), nearest(name, there))

    def _check_complete(self, indicator: Indicator) -> None:
        """An active KPI serves an objective and has an owner. Definition, unit and direction come with the KPI."""
        if not indicator.active:
            return
        missing = [key for key in ("objectives", "owner") if not getattr(indicator, key)]
        for key in missing:
            place, example = _place("indicators", indicator.kpi, key), of_family("indicators")[key].example
            self._wrong(
                t("{place} is missing.", place=place),
                t("An active KPI serves at least one objective and has an owner."),
                said=t("Write for example: {line}", line=f"{key} = {example}")
                + " " + t("A draft has active = false."),
            )  # fmt: skip

    def _wrong(self, what: str, why: str, close: str = "", said: str = "") -> None:
        self.problems.append(Problem(what, why, t("Did you mean “{word}”?", word=close) if close else said))


def _place(family: str, id: str, key: str) -> str:
    return f"{FILE}, [{section_name(family, id)}] {key}"

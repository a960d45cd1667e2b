"""Reading crmeter.toml and the environment: everything that is wrong is said at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmeter.app.settings.kinds import Misfit, nearest
from crmeter.app.settings.own_kpis import own_catalogue
from crmeter.app.settings.table import REQUIRED, SECTIONS, Setting, of_section
from crmeter.app.settings.workspace import (
    AlertSettings,
    DeliverySettings,
    MailSettings,
    RecipientSettings,
    SourceSettings,
    Target,
    Workspace,
)
from crmeter.kernel.calendar import WEEKDAYS, Calendar
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.kernel.retail_year import RetailYear
from crmeter.kernel.working_time import WorkingTime
from crmeter.model.rules import Rules
from crmeter.warehouse.memory import bound_memory

if TYPE_CHECKING:
    from crmeter.kpis.catalogue import Catalogue

TOML = "crmeter.toml"
NOT_SETTINGS = ("CRMETER_WORKSPACE", "CRMETER_LANG")  # read elsewhere: where the workspace is, and the language
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def open_workspace(folder: Path | None = None, environ: Mapping[str, str] | None = None) -> Workspace:
    """The workspace in ``folder``, else in CRMETER_WORKSPACE, else here.

    Raises one UserError with every problem found in crmeter.toml and in the CRMETER_* variables.
    """
    environ = os.environ if environ is None else environ
    root = Path(folder or environ.get("CRMETER_WORKSPACE") or ".").expanduser().resolve()
    reading = _Reading(_parsed(root), environ)
    reading.check_sections()
    held = {section: reading.section(section) for section in reading.sections()}
    reading.check_environment()
    own = own_catalogue(held, reading.problems)
    raise_if_any(reading.problems)
    bound_memory(held["engine"]["memory"])
    return _workspace(root, held, own)


def _parsed(root: Path) -> dict[str, Any]:
    path = root / TOML
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise UserError.of(
            t("There is no workspace in {folder}: it has no crmeter.toml.", folder=root),
            next=t("Make one with “crmeter new DIR FILES”, or name its folder with -C DIR or CRMETER_WORKSPACE."),
        ) from None
    except UnicodeDecodeError:
        raise UserError.of(t("{path} is not written in UTF-8.", path=path), next=t("Save it as UTF-8.")) from None
    except OSError as error:
        raise UserError.of(t("{path} can’t be read.", path=path), why=str(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise UserError.of(
            t("{path} is not valid TOML.", path=path),
            why=str(error),
            next=t('Text stands in quotes, and each setting on a line of its own: currency = "TWD".'),
        ) from None


@dataclass
class _Reading:
    """What has been read so far, and what was wrong with it."""

    toml: dict[str, Any]
    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)  # the variables that would override something here

    def sections(self) -> list[str]:
        """The sections there are here: sources and targets one by one."""
        found: list[str] = []
        for section in SECTIONS:
            family = section.partition(".")[0]
            if section.endswith(".*"):
                given = self.toml.get(family)
                found += [f"{family}.{name}" for name in given] if isinstance(given, dict) else []
            else:
                found.append(section)
        return found

    def check_sections(self) -> None:
        """Report sections that do not exist, sources that no folder could be named after, and what is no section."""
        families = list(dict.fromkeys(section.partition(".")[0] for section in SECTIONS))
        for name, held in self.toml.items():
            if name not in families:
                what = t("{file}: there is no section [{section}].", file=TOML, section=name)
                self._wrong(what, t("Sections are {names}.", names=", ".join(families)), nearest(name, families))
            elif not isinstance(held, dict):
                self._wrong(t("{file}: {name} is a section, not a setting.", file=TOML, name=name), f"[{name}]")
        for name in self._names("sources"):
            if not _NAME.fullmatch(name):
                what = t("{file}: a source can’t be named “{name}”.", file=TOML, name=name)
                self._wrong(what, t("Allowed: lower-case letters, digits and _, a letter first."))
        for name in self._names("kpis"):
            if not _NAME.fullmatch(name):
                what = t("{file}: a KPI can’t be named “{name}”.", file=TOML, name=name)
                self._wrong(what, t("Allowed: lower-case letters, digits and _, a letter first."))

    def _names(self, family: str) -> list[str]:
        given = self.toml.get(family)
        return list(given) if isinstance(given, dict) else []

    def section(self, section: str) -> dict[str, Any]:
        """The values of one section, defaults filled in; problems are noted and left out."""
        family, _, name = section.partition(".")
        given = self.toml.get(family, {})
        given = given.get(name, {}) if name and isinstance(given, dict) else given
        if not isinstance(given, dict):
            if name:
                self._wrong(t("{file}: {name} is a section, not a setting.", file=TOML, name=section), f"[{section}]")
            return {}
        settings = of_section(section)
        for key in given:
            if key not in settings:
                what = t(
                    "{file}, [{section}]: there is no setting “{key}”.", file=TOML, section=_shown(section), key=key
                )
                self._wrong(what, t("Settings here are {names}.", names=", ".join(settings)), nearest(key, settings))
        found: dict[str, Any] = {}
        for key, setting in settings.items():  # the kind of a source comes first, and says which settings it has
            if setting.only and found.get("kind", setting.only[0]) not in setting.only:
                self._refuse(section, setting, given, str(found["kind"]))
                found[key] = None
            else:
                found[key] = self._value(section, setting, given)
        return found

    def _refuse(self, section: str, setting: Setting, given: dict[str, Any], kind: str) -> None:
        """Report a setting that the kind of source does not have."""
        if setting.key in given:
            place = f"{TOML}, [{_shown(section)}] {setting.key}"
            what = t("{place} has no meaning for a source of kind {kind}.", place=place, kind=kind)
            self._wrong(what, t("It is for sources of kind {kind}.", kind=", ".join(setting.only)))

    def _value(self, section: str, setting: Setting, given: dict[str, Any]) -> Any:
        variable = "CRMETER_" + re.sub(r"\W", "_", f"{section}_{setting.key}").upper()
        self._known.add(variable)
        place = f"{TOML}, [{_shown(section)}] {setting.key}"
        value = given.get(setting.key, setting.default)
        if variable in self.environ:
            place, value = variable, setting.kind.from_text(self.environ[variable])
        if value is None:
            return None
        if value is REQUIRED:
            allowed = t("Allowed: {what}.", what=setting.kind.allowed())
            said = t("Write for example: {line}", line=f"{setting.key} = {setting.example}")
            self.problems.append(Problem(t("{place} is missing.", place=place), allowed, said))
            return None
        try:
            return setting.kind.read(value)
        except Misfit as misfit:
            if misfit.inside:
                place, value = f'{place}."{misfit.inside}"', misfit.value
            shown = "•••" if setting.kind.secret else _toml(value)
            what = t("{place} is {value}.", place=place, value=shown)
            self._wrong(what, t("Allowed: {what}.", what=misfit.allowed or setting.kind.allowed()), misfit.nearest)
            return None

    def check_environment(self) -> None:
        """Report CRMETER_* variables that override nothing: a typo must not be silent."""
        for name in sorted(self.environ):
            if name.startswith("CRMETER_") and name not in self._known and name not in NOT_SETTINGS:
                what = t("The environment sets {name}, which is no setting.", name=name)
                why = t("Settings are named CRMETER_SECTION_KEY, such as CRMETER_WORKSPACE_CURRENCY.")
                self._wrong(what, why, nearest(name, [*self._known, *NOT_SETTINGS]))

    def _wrong(self, what: str, why: str, close: str = "") -> None:
        self.problems.append(Problem(what, why, t("Did you mean “{word}”?", word=close) if close else ""))


def _shown(section: str) -> str:
    """The section as its heading is written in the toml."""
    family, _, name = section.partition(".")
    return f'{family}."{name}"' if "." in name else section


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _calendar(own: dict[str, Any], held: dict[str, Any]) -> Calendar:
    start = WEEKDAYS.index(own["week_start"])
    ends, weekday, month = held["retail_year_ends"] or ("nearest", (start - 1) % 7, 12)
    festival = held["spring_festival"]
    return Calendar(
        start,
        own["fiscal_year_start"],
        RetailYear(held["retail_weeks"], ends, weekday, month, held["retail_year_named"]),
        held["country"] is not None if festival is None else festival,
    )


def _working(held: dict[str, Any]) -> WorkingTime:
    hours = held["hours"] or ()
    if len(hours) == 2:  # the same on every day that is worked
        hours = tuple(None if weekday in held["weekend"] else hours for weekday in range(7))
    days = {key: held[key] for key in ("country", "weekend", "holidays", "workdays", "lunch")}
    return WorkingTime(**days, hours=hours)


def _workspace(root: Path, held: dict[str, dict[str, Any]], own_kpis: Catalogue | None) -> Workspace:
    own, alerts = held["workspace"], held["alerts"]
    rules = Rules(
        currency=own["currency"],
        timezone=own["timezone"],
        calendar=_calendar(own, held["calendar"]),
        working=_working(held["calendar"]),
        inactivity_days=own["inactivity_days"],
        inactivity_by_segment=own["inactivity_by_segment"],
        contract_gap_days=own["contract_gap_days"],
        as_of=own["as_of"],
        gross_margin=own["gross_margin"],
        lifetime_years=own["lifetime_years"],
        discount_rate=own["discount_rate"],
        horizon_years=own["horizon_years"],
        yearly_margin=own["yearly_margin"],
        yearly_retention=own["yearly_retention"],
        tier_high=own["tier_high"],
        tier_medium=own["tier_medium"],
        attribution_days=own["attribution_days"],
        meaningful_actions=own["meaningful_actions"],
        csi_weights=held["csi"]["weights"],
        ces_high_is_good=held["ces"]["good_end"] == "high",
    )
    return Workspace(
        root=root,
        name=own["name"] or root.name,
        rules=rules,
        warehouse_setting=held["engine"]["url"],
        server_schema=held["engine"]["schema"],
        server_raw=dict(held["engine"]["raw"]),
        memory=held["engine"]["memory"],
        store_setting=held["store"]["url"],
        sources=tuple(
            SourceSettings(name=section.partition(".")[2], **values)
            for section, values in held.items()
            if section.startswith("sources.")
        ),
        targets={
            section.partition(".")[2]: Target(values["value"])
            for section, values in held.items()
            if section.startswith("targets.")
        },
        dimensions=held["evaluation"]["dimensions"],
        quality_owners=dict(held["quality"]["owners"]),
        alerts=AlertSettings(tuple(alerts["kpis"]), alerts["grain"], alerts["false_alarms"]),
        own_kpis=own_kpis,
        mail=MailSettings(**held["mail"]),
        recipients={
            name: RecipientSettings(name, **values)
            for name, values in ((s.partition(".")[2], v) for s, v in held.items() if s.startswith("recipients."))
        },
        delivery=DeliverySettings(**held["delivery"]),
        era=held["calendar"]["era"],
    )

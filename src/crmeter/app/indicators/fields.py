"""Every key of indicators.toml: the reader, its messages and the page of the docs come from this one table."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from crmeter.app.settings import kinds
from crmeter.app.settings.kinds import Misfit, SettingKind, nearest
from crmeter.app.settings.table import REQUIRED, Setting
from crmeter.evaluation.indicators import AGAINST, EVERY
from crmeter.evaluation.indicators.goals import goal_ids
from crmeter.kernel.messages import t


def _names(value: Any) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if any(not isinstance(name, str) or not name.strip() for name in found):
        raise Misfit()
    return tuple(dict.fromkeys(name.strip() for name in found))


def _some_of(*options: str) -> SettingKind:
    def read(value: Any) -> tuple[str, ...]:
        found = _names(value)
        for name in found:
            if name not in options:
                raise Misfit(nearest(name, options))
        return found

    return SettingKind(read, lambda: t("a list of these: {names}", names=", ".join(options)))


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        raise Misfit()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Misfit() from None


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit()
    return value


NAMES = SettingKind(_names, lambda: t("a name, or a list of names"))
DAY = SettingKind(_day, lambda: t("a day as YYYY-MM-DD"))
FLAG = SettingKind(_flag, lambda: t("true or false"))

FIELDS = (
    Setting("objectives.*", "name", kinds.TEXT, REQUIRED, '"Keep the customers we have"',
            lambda: t("The objective in one sentence, the same for every team.")),
    Setting("objectives.*", "goal", kinds.choice(*goal_ids()), None, '"satisfaction_loyalty"',
            lambda: t("The goal it follows, of those that “crmeter objective goals” lists.")),
    Setting("objectives.*", "owner", kinds.TEXT, None, '"Lin Mei"',
            lambda: t("Who answers for the objective.")),
    Setting("objectives.*", "note", kinds.TEXT, None, '"Decided at the board meeting in May"',
            lambda: t("Anything worth keeping beside it.")),
    Setting("indicators.*", "objectives", NAMES, [], '["keep_customers"]',
            lambda: t("The objectives the KPI serves. An active one serves at least one.")),
    Setting("indicators.*", "owner", kinds.TEXT, None, '"Lin Mei"',
            lambda: t("Who answers for the KPI. An active one has an owner.")),
    Setting("indicators.*", "decision", kinds.TEXT, None, '"Which customers the service team calls first"',
            lambda: t("The decision it drives: what is done otherwise when it moves.")),
    Setting("indicators.*", "every", kinds.choice(*EVERY), "quarter", '"month"',
            lambda: t("How it is evaluated: one value for each of these periods.")),
    Setting("indicators.*", "against", _some_of(*AGAINST), ["previous", "year"], '["year", "target"]',
            lambda: t("How it is evaluated: what the value is compared with. The target stands in crmeter.toml.")),
    Setting("indicators.*", "sources", NAMES, [], '["crm", "shop"]',
            lambda: t("The sources of crmeter.toml its data comes from.")),
    Setting("indicators.*", "review_by", DAY, None, "2026-03-31",
            lambda: t("The day by which it is asked again whether this is the right KPI.")),
    Setting("indicators.*", "active", FLAG, True, "false",
            lambda: t("false: a draft that need not be complete yet.")),
    Setting("indicators.*", "note", kinds.TEXT, None, '"Started in May"',
            lambda: t("Anything worth keeping beside it.")),
)  # fmt: skip

FAMILIES = ("objectives", "indicators")


def of_family(family: str) -> dict[str, Setting]:
    """The keys of a section of ``objectives`` or ``indicators``."""
    return {field.key: field for field in FIELDS if field.section == f"{family}.*"}

"""The sections ``[kpis.NAME]``: what they may hold, and the KPIs they declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmeter.app.settings.kinds import Misfit, SettingKind, nearest
from crmeter.kernel.errors import Problem
from crmeter.kernel.messages import LANGUAGES, t

if TYPE_CHECKING:
    from crmeter.kpis.catalogue import Catalogue
    from crmeter.kpis.declared import Declaration

OPERATIONS = ("ratio", "sum", "difference")


def _parts(least: int, most: int | None) -> SettingKind:
    """Names of KPIs or measures, so many of them."""

    def read(value: Any) -> tuple[str, ...]:
        found = value if isinstance(value, list) else []
        if not least <= len(found) <= (most or len(found)) or any(not isinstance(n, str) or not n for n in found):
            raise Misfit()
        return tuple(found)

    def allowed() -> str:
        return t("a list of two names") if most else t("a list of two names or more")

    return SettingKind(read, allowed, lambda text: [part.strip() for part in text.split(",")])


def _by_language(value: Any) -> dict[str, str]:
    if isinstance(value, str) and value.strip():
        return {lang: value.strip() for lang in LANGUAGES}
    if not isinstance(value, dict) or not value:
        raise Misfit()
    for lang, text in value.items():
        if lang not in LANGUAGES:
            raise Misfit(nearest(lang, LANGUAGES))
        if not isinstance(text, str) or not text.strip():
            raise Misfit(inside=lang, value=text, allowed=t("text that is not empty"))
    return {lang: text.strip() for lang, text in value.items()}


def _word(of: str) -> SettingKind:
    """A word of one of the engine's lists, which is asked for only where a KPI is declared."""

    def words() -> list[str]:
        from crmeter.metrics import value

        return [str(word) for word in getattr(value, of)]

    def read(given: Any) -> str:
        if not isinstance(given, str) or given not in words():
            raise Misfit(nearest(given, words()) if isinstance(given, str) else "")
        return given

    return SettingKind(read, lambda: ", ".join(words()))


TWO, SEVERAL = _parts(2, 2), _parts(2, None)
UNIT, BETTER = _word("Unit"), _word("Better")
BY_LANGUAGE = SettingKind(
    _by_language, lambda: t("text, or a table with one for each language: {tags}", tags=", ".join(LANGUAGES))
)


def own_catalogue(held: Mapping[str, Mapping[str, Any]], problems: list[Problem]) -> Catalogue | None:
    """The catalogue with the KPIs that are declared, None where there are none. What is wrong goes to ``problems``."""
    sections = {name.partition(".")[2]: values for name, values in held.items() if name.startswith("kpis.")}
    if not sections:
        return None
    from crmeter.kpis.own import with_own

    declared = [_declared(id, values, problems) for id, values in sections.items()]
    catalogue, wrong = with_own([each for each in declared if each is not None])
    problems += wrong
    return catalogue


def _declared(id: str, values: Mapping[str, Any], problems: list[Problem]) -> Declaration | None:
    from crmeter.kpis.declared import Declaration
    from crmeter.metrics import Better, Unit
    from crmeter.metrics.composed import Operation

    given = [operation for operation in OPERATIONS if values.get(operation)]
    if len(given) != 1:
        what = t("crmeter.toml, [kpis.{id}] needs one of {names}, and has {count}.",
                 id=id, names=", ".join(OPERATIONS), count=len(given))  # fmt: skip
        problems.append(Problem(what, next=t("Write for example: {line}", line='ratio = ["complaints", "orders"]')))
    if len(given) != 1 or any(values.get(key) is None for key in ("unit", "better", "name", "question")):
        return None
    return Declaration(
        id=id,
        operation=Operation(given[0]),
        parts=values[given[0]],
        unit=Unit(values["unit"]),
        better=Better(values["better"]),
        name=values["name"],
        question=values["question"],
        caution=values.get("caution") or {},
        synonyms=values.get("synonyms") or (),
        minimum_sample=values["minimum_sample"],
    )

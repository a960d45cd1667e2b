"""Packs of benchmarks: files of the workspace, and what the warehouse holds of them, beside the KPIs that they are
compared with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crmeter.app.measuring import believed
from crmeter.app.settings import Workspace
from crmeter.evaluation.benchmarks import ANY, Benchmark, why_not
from crmeter.kernel.errors import Problem, UserError, raise_if_any
from crmeter.kernel.messages import t
from crmeter.kernel.period import Grain
from crmeter.metrics.definitions import definition
from crmeter.warehouse.duck import Warehouse

FOLDER = "benchmarks"
SHARED = ("source", "year", "population", "grain", "currency")  # may stand once for a whole pack
ALLOWED = {*SHARED, "kpi", "value", "low", "high", "definition", "definition_text"}
_HASH = re.compile(r"[0-9a-f]{12,64}")


def packs(workspace: Workspace) -> list[Benchmark]:
    """The benchmarks of all packs, by file. UserError with everything that is wrong in them."""
    found: list[Benchmark] = []
    problems: list[Problem] = []
    for path in sorted((workspace.root / FOLDER).glob("*.toml")):
        found += _read(workspace, path, problems)
    raise_if_any(problems)
    return found


def _read(workspace: Workspace, path: Path, problems: list[Problem]) -> Iterator[Benchmark]:
    try:
        toml = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        problems.append(Problem(t("{path} is not valid TOML.", path=f"{FOLDER}/{path.name}"), str(error)))
        return
    rows = toml.pop("benchmark", [])
    if not isinstance(rows, list) or not rows:
        problems.append(Problem(t("{path} has no [[benchmark]].", path=f"{FOLDER}/{path.name}")))
        return
    for number, row in enumerate(rows, 1):
        given = {**toml, **row} if isinstance(row, dict) else {}
        wrong = list(_wrong(workspace, given))
        place = t("{path}, benchmark {number}", path=f"{FOLDER}/{path.name}", number=number)
        problems += [Problem(f"{place}{t(': ')}{each}") for each in wrong]
        if not wrong:
            yield _made(workspace, given, path.stem)


def _made(workspace: Workspace, given: Mapping[str, Any], pack: str) -> Benchmark:
    (kpi,) = workspace.catalogue.chosen([given["kpi"]])
    return Benchmark(
        kpi.id,
        given["source"],
        given["year"],
        given["population"],
        _number(given.get("value")),
        _number(given.get("low")),
        _number(given.get("high")),
        given.get("grain"),
        given.get("currency"),
        given.get("definition"),
        str(given.get("definition_text", "")),
        pack,
    )


def _number(given: Any) -> float | None:
    return None if given is None else float(given)


def _wrong(workspace: Workspace, given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one benchmark."""
    for name in given.keys() - ALLOWED:
        yield t("there is no key “{key}”; keys are {keys}", key=name, keys=", ".join(sorted(ALLOWED)))
    for name in ("kpi", "source", "population"):
        if not isinstance(given.get(name), str) or not given[name].strip():
            yield t("{key} is missing", key=name)
    if isinstance(given.get("kpi"), str) and workspace.catalogue.find(given["kpi"]) is None:
        yield t("there is no KPI “{id}”", id=given["kpi"])
    year = given.get("year")
    if not isinstance(year, int) or not 1900 <= year <= 2200:
        yield t("year must be a year such as 2024")
    yield from _wrong_numbers(given)
    if given.get("grain") not in (None, ANY, *map(str, Grain)):
        yield t("grain must be one of {choices}", choices=", ".join((ANY, *map(str, Grain))))
    if given.get("definition") is not None and not _HASH.fullmatch(str(given["definition"])):
        yield t("definition must be the hash that “crmeter kpi explain” prints; put words into definition_text")
    if not given.get("definition") and not str(given.get("definition_text", "")).strip():
        yield t("it says nothing of how the source counts: definition or definition_text")


def _wrong_numbers(given: Mapping[str, Any]) -> Iterator[str]:
    numbers = {name: given.get(name) for name in ("value", "low", "high") if given.get(name) is not None}
    for name, number in numbers.items():
        if not isinstance(number, int | float) or isinstance(number, bool):
            yield t("{key} must be a number", key=name)
            return
    if not numbers:
        yield t("it has neither a value nor a range (low, high)")
    low, high, value = (numbers.get(name) for name in ("low", "high", "value"))
    if low is not None and high is not None and not low <= (low if value is None else value) <= high:
        yield t("low, value and high must stand in this order")


def in_data(warehouse: Warehouse, newest: int) -> list[Benchmark]:
    """What the warehouse holds: of each KPI, population and source the newest year up to ``newest``."""
    rows = warehouse.execute(
        "SELECT kpi, source, year, concat_ws(', ', industry, region), value, low, high, definition FROM main.benchmark "
        "WHERE year <= $newest QUALIFY row_number() OVER (PARTITION BY kpi, industry, region, source "
        "ORDER BY year DESC) = 1 ORDER BY kpi, source",
        {"newest": newest},
    )
    return [
        Benchmark(
            kpi,
            source,
            int(year),
            population or "",
            _number(value),
            _number(low),
            _number(high),
            definition=text if _HASH.fullmatch(text) else None,
            definition_text=text,
            pack="benchmark",
        )
        for kpi, source, year, population, value, low, high, text in rows
    ]


def all_benchmarks(workspace: Workspace, warehouse: Warehouse, newest: int) -> list[Benchmark]:
    """Those of the packs, then those of the data."""
    return [*packs(workspace), *in_data(warehouse, newest)]


def listed(workspace: Workspace, grain: str) -> list[dict[str, Any]]:
    """Every benchmark with the reason why it is not compared in an evaluation of a ``grain``, None where it is."""
    if workspace.server or not workspace.warehouse.is_file():
        every = packs(workspace)
    else:
        with believed(workspace) as warehouse:
            every = all_benchmarks(workspace, warehouse, warehouse.load.as_of.year)
    found = []
    for each in every:
        kpi = workspace.catalogue.by_id.get(each.kpi)
        ours = kpi and definition(kpi)
        told = {"definition": ours, "unit": str(kpi.unit), "value": {"value": 0.0}} if kpi else None
        found.append({**each.as_json(), "ours": ours, "reason": why_not(each, told, grain, workspace.rules.currency)})
    return found


def check(workspace: Workspace, grain: str) -> list[dict[str, Any]]:
    """Those that are not compared in an evaluation of a ``grain``."""
    if not (workspace.root / FOLDER).is_dir():
        raise UserError.of(
            t("There are no packs of benchmarks yet."),
            next=t("Write one: a file {folder}/NAME.toml with source, year, population and [[benchmark]] tables.",
                   folder=FOLDER),
        )  # fmt: skip
    return [row for row in listed(workspace, grain) if row["reason"]]

"""The generated pages of docs/. Without an argument they are written; with --check a stale one is an error."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import performance_page
from kpi_pages import catalogue

if TYPE_CHECKING:
    from crmeter.app.settings.table import Setting
    from crmeter.reports.charts.theme import Spec

os.environ["CRMETER_LANG"] = "en"
os.environ["COLUMNS"] = os.environ["TERMINAL_WIDTH"] = "100"

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # for what the benchmarks stored
DOCS = ROOT / "docs"
MADE = "<!-- Made by `make docs`. Do not edit. -->\n"
GENERATED = ("reference", "kpis")  # whatever stands in these folders is generated, all of it


def main() -> int:
    wanted = {path: MADE + text for path, text in pages()}
    drawn = {performance_page.IMAGES / f"{name}.svg": spec for name, spec in performance_page.charts().items()}
    there = {path for folder in GENERATED for path in (DOCS / folder).rglob("*.md")}
    pictures = set(performance_page.IMAGES.glob("*.svg"))
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    redrawn = [path for path, spec in drawn.items() if not path.is_file() or made_of(path) != head(spec)]
    left_over = sorted((there - wanted.keys()) | (pictures - drawn.keys()))
    if "--check" in sys.argv[1:]:
        for path in (*stale, *redrawn, *left_over):
            print(f"{path.relative_to(ROOT)} is stale: run make docs", file=sys.stderr)
        return 1 if stale or redrawn or left_over else 0
    for path in (*stale, *redrawn):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path] if path in wanted else drawing(drawn[path]), "utf-8")
    for path in left_over:
        path.unlink()
    return 0


def head(spec: Spec) -> str:
    """The first line of a picture: what it was made of. Drawn on another machine its letters may be a little wider."""
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
    return f"<!-- Made by `make docs` of {digest[:16]}. Do not edit. -->"


def made_of(picture: Path) -> str:
    return picture.read_text("utf-8").partition("\n")[0]


def drawing(spec: Spec) -> str:
    from crmeter.reports.charts.draw import svg
    from crmeter.reports.charts.theme import COLOURS

    return f"{head(spec)}\n{svg({**spec, 'background': COLOURS['surface']})}\n"


def pages() -> Iterator[tuple[Path, str]]:
    yield DOCS / "reference" / "commands.md", commands()
    yield DOCS / "reference" / "settings.md", settings()
    yield DOCS / "reference" / "indicators.md", indicators()
    yield DOCS / "reference" / "values.md", values()
    yield DOCS / "performance.md", performance_page.page()
    yield from catalogue(DOCS / "kpis")


def commands() -> str:
    """Every command with its help, as the terminal shows it."""
    import typer

    from crmeter.cli.tree import commands as tree

    group = typer.main.get_command(tree())
    top = typer.Context(group, info_name="crmeter")
    parts = ["# Commands\n", f"```text\n{group.get_help(top).rstrip()}\n```\n"]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        shown = command.get_help(typer.Context(command, info_name=name, parent=top)).rstrip()
        parts.append(f"## crmeter {name}\n\n```text\n{shown}\n```\n")
    parts.append(
        "Exit codes: 0 done, 1 a mistake that the message explains, 2 wrong usage, 3 a check failed.\n"
        "Results go to standard output, everything else to standard error.\n"
    )
    return "\n".join(parts)


MEMBERS = {
    "kpi": "the id of the KPI",
    "grain": "the length of the period: day, week, month, quarter, half, year, fiscal_month, fiscal_quarter, "
    "fiscal_year, retail_month, retail_quarter, retail_year, custom",
    "start": "the first business day of the period",
    "end": "the day after its last",
    "by": "the member of each dimension asked for with `--by`; `{}` without; null where rows have none",
    "value": "the value in its unit, null where it is undefined; undefined is never 0",
    "numerator": "what is divided, null where nothing is",
    "denominator": "what it is divided by, null where nothing is",
    "n": "the size of the sample",
    "low": "the lower end of the 95% interval, null where there is none",
    "high": "its upper end",
    "unit": "the unit; a share of 0.05 is 5%",
    "currency": "the currency of an amount of money, else null",
    "status": "`ok`, `small_sample` or `undefined`",
    "reason": "why the value is undefined, or what to know about one that is not; null if nothing",
    "complete": "false where the period reaches past the data horizon: the value is of the part before it",
    "load": "the load it was measured on",
    "definition": "the hash of what is counted; it changes when, and only when, the definition does",
}


def values() -> str:
    """One value as JSON: what each member says, and the codes that may stand in it."""
    from crmeter.metrics.value import Reason, Unit, Value
    from crmeter.reports import words

    rows = "\n".join(f"| `{name}` | {MEMBERS[name]} |" for name in Value._fields)
    units = ", ".join(f"`{unit}`" for unit in Unit)
    reasons = "\n".join(f"| `{reason}` | {words.reason(str(reason))} |" for reason in Reason)
    return (
        "# Values\n\n`crmeter kpi … --format json` prints an array of objects. CSV and Parquet have the same members "
        "as columns; there each dimension of `by` is a column of its own.\n\n"
        f"| member | says |\n|---|---|\n{rows}\n\nUnits: {units}.\n\n## Reasons\n\nSome carry a count after a "
        f"colon: `other_currency:12`.\n\n| code | means |\n|---|---|\n{reasons}\n"
    )


def measures() -> str:
    """The measures that a KPI of crmeter.toml may be composed of, beside the KPIs themselves."""
    from crmeter.kpis.own import named_measures

    found = sorted(named_measures().items())
    rows = "\n".join(f"| `{name}` | {part.formula.words()} |" for name, part in found)
    return (
        "## What `ratio`, `sum` and `difference` may name\n\nEvery KPI of the [catalogue](../kpis/README.md), other "
        "KPIs composed in the same file, and these measures, of which the catalogue is made:\n\n"
        f"| measure | counts |\n|---|---|\n{rows}\n\n"
        "A ratio of sums over customers has an interval clustered by customer; a ratio of two counts of events takes "
        "them as independent (Poisson); anything else has none. Where a part is undefined, so is the whole, for the "
        "same reason.\n"
    )


def indicators() -> str:
    """Every key of indicators.toml, and the goals to begin from."""
    from crmeter.app.indicators.fields import FIELDS
    from crmeter.app.objectives import goals

    parts = [
        "# indicators.toml\n",
        "The indicator system of a workspace: what the company wants, the KPIs chosen for it, who answers for each, "
        "how and from which data it is evaluated, and when the choice is looked at again. The file stands beside "
        "`crmeter.toml` and is its one truth: keep it under version control. `crmeter objective wizard` writes it, "
        "`crmeter objective check` says what it lacks. A KPI is active only with an objective and an owner.\n",
    ]
    for family in dict.fromkeys(field.section for field in FIELDS):
        parts.append(f"## [{family.replace('*', 'ID')}]\n")
        parts += [*_table(field for field in FIELDS if field.section == family), ""]
    parts.append("## Goals to begin from\n\n| goal | name | KPIs usually chosen |\n|---|---|---|")
    parts += [f"| `{g.id}` | {g.name} | {', '.join(f'`{kpi}`' for kpi in g.kpis)} |" for g in goals()]
    return "\n".join(parts) + "\n"


def settings() -> str:
    """Every setting: what it holds, what it is without, and what is allowed."""
    from crmeter.app.settings.table import SECTIONS, SETTINGS

    parts = [
        "# Settings\n",
        "A workspace is a folder with `crmeter.toml`. Each setting can be overridden by the environment: "
        "`CRMETER_WORKSPACE_CURRENCY` is `currency` of `[workspace]`, `CRMETER_SOURCES_SHOP_PATH` is `path` of "
        "`[sources.shop]`. Lists are written with commas, tables as `name=value, name=value`. "
        "`CRMETER_WORKSPACE` is the folder itself, `CRMETER_LANG` the language.\n",
        "Secrets do not stand in the file: an address may be `env:NAME`, which is looked up in the environment, or "
        "`file:PATH`, which is read from that file.\n",
    ]
    for section in SECTIONS:
        parts.append(f"## [{section.replace('*', 'NAME')}]\n")
        parts += _table(setting for setting in SETTINGS if setting.section == section)
        parts.append("")
    return "\n".join(parts) + "\n" + measures()


def _table(settings: Iterable[Setting]) -> Iterator[str]:
    """Settings of one section, one line each."""
    from crmeter.app.settings.table import REQUIRED

    yield "| key | meaning | allowed | default | example |\n|---|---|---|---|---|"
    for setting in settings:
        default = "required" if setting.default is REQUIRED else _shown(setting.default)
        kinds = " or ".join(f"`{kind}`" for kind in setting.only)
        meaning = setting.help() + (f" Only where kind is {kinds}." if kinds else "")
        cells = (f"`{setting.key}`", meaning, setting.kind.allowed(), default, f"`{setting.example}`")
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _shown(default: object) -> str:
    if default is None or default == {} or default == []:
        return "–"
    return f"`{json.dumps(default)}`"


if __name__ == "__main__":
    sys.exit(main())

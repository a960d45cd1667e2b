"""The generated pages of docs/. Without an argument they are written; with --check a stale one is an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ["CRMETER_LANG"] = "en"
os.environ["COLUMNS"] = os.environ["TERMINAL_WIDTH"] = "100"

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
MADE = "<!-- Made by `make docs`. Do not edit. -->\n"
GENERATED = ("reference", "kpis")  # whatever stands in these folders is generated, all of it


def main() -> int:
    wanted = {path: MADE + text for path, text in pages()}
    there = {path for folder in GENERATED for path in (DOCS / folder).rglob("*.md")}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    left_over = sorted(there - wanted.keys())
    if "--check" in sys.argv[1:]:
        for path in (*stale, *left_over):
            print(f"{path.relative_to(ROOT)} is stale: run make docs", file=sys.stderr)
        return 1 if stale or left_over else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    for path in left_over:
        path.unlink()
    return 0


def pages() -> Iterator[tuple[Path, str]]:
    yield DOCS / "reference" / "commands.md", commands()
    yield DOCS / "reference" / "settings.md", settings()


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


def settings() -> str:
    """Every setting: what it holds, what it is without, and what is allowed."""
    from crmeter.app.settings.table import REQUIRED, SECTIONS, SETTINGS

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
        parts.append("| key | meaning | allowed | default | example |\n|---|---|---|---|---|")
        for setting in (s for s in SETTINGS if s.section == section):
            default = "required" if setting.default is REQUIRED else _shown(setting.default)
            cells = (f"`{setting.key}`", setting.help(), setting.kind.allowed(), default, f"`{setting.example}`")
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts)


def _shown(default: object) -> str:
    if default is None or default == {} or default == []:
        return "–"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


if __name__ == "__main__":
    sys.exit(main())

"""Making the demo company: everything drawn from one seed, written as a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from crmeter.demo.faults import damage
from crmeter.demo.folder import write
from crmeter.demo.sheets import draw_sheets, streams
from crmeter.demo.stories import STORY_NAMES, choose
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

FEWEST_CUSTOMERS = 100


def create(directory: Path, *, seed: int = 7, customers: int = 20_000, stories: Sequence[str] = STORY_NAMES) -> None:
    """Write the workspace of the demo company: crmeter.toml, mappings and export files.

    The same arguments give the same bytes. ``stories`` are names out of STORY_NAMES. Raises UserError for a directory
    that holds something else, for an unknown story and for fewer than FEWEST_CUSTOMERS customers.
    """
    plot = choose(stories)
    if customers < FEWEST_CUSTOMERS:
        raise UserError.of(t("The demo company needs at least {count} customers.", count=FEWEST_CUSTOMERS))
    template = files("crmeter.demo") / "workspace"
    _claim(directory, (template / "crmeter.toml").read_bytes())
    _copy(template, directory)
    rng = streams(seed)
    sheets = draw_sheets(rng, customers, plot)
    damage(rng["faults"], sheets)
    write(directory / "exports", sheets)


def _claim(directory: Path, settings: bytes) -> None:
    """Refuse a directory with something in it that is not an earlier demo company."""
    if directory.exists() and not directory.is_dir():
        raise UserError.of(t("{path} is a file, not a folder.", path=directory))
    if not directory.is_dir() or not any(directory.iterdir()):
        return
    there = directory / "crmeter.toml"
    if not there.is_file() or there.read_bytes() != settings:
        raise UserError.of(
            t("{path} is not empty and is not a demo company.", path=directory),
            next=t("Name a new folder."),
        )


def _copy(template: Traversable, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for entry in template.iterdir():
        if entry.is_dir():
            _copy(entry, directory / entry.name)
        else:
            (directory / entry.name).write_bytes(entry.read_bytes())

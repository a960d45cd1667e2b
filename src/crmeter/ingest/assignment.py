"""Which mapping fills which table: the SELECT files of a workspace, read and checked before anything of them runs."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crmeter.ingest.landing import Landed
from crmeter.ingest.mapping import Mapping, check
from crmeter.kernel.errors import Problem, UserError
from crmeter.kernel.messages import t
from crmeter.model.table import Table
from crmeter.model.tables import BY_NAME, WRITTEN


@dataclass(frozen=True)
class Assignment:
    """One canonical table filled from one source by one checked mapping."""

    landed: Landed
    table: Table
    mapping: Mapping

    @property
    def source(self) -> str:
        return self.landed.source.name

    @property
    def select(self) -> str:
        """The SQL to run; its columns are those of the mapping, then _file and _row."""
        return self.mapping.select(self.landed.source.schema, provenance=True)


def assign(root: Path, landed: Sequence[Landed]) -> tuple[list[Assignment], list[Problem]]:
    """The mappings of all sources in ``mappings/<source>/<table>.sql``, and everything that is wrong with them."""
    found: list[Assignment] = []
    problems: list[Problem] = []
    for each in landed:
        mappings, wrong = read_mappings(root, each.source.name, each.columns)
        found += [Assignment(each, mapping.table, mapping) for mapping in mappings]
        problems += wrong
    return found, problems


def read_mappings(root: Path, source: str, columns: Dict[str, Sequence[str]]) -> tuple[list[Mapping], list[Problem]]:
    """The mappings of one source, whose raw tables have ``columns``, and everything that is wrong with them."""
    folder = root / "mappings" / source
    paths = sorted(folder.glob("*.sql"))
    problems = [] if paths else [_no_mapping(source, folder.relative_to(root))]
    found: list[Mapping] = []
    for path in paths:
        try:
            found.append(_read(path, path.relative_to(root), columns))
        except UserError as error:
            problems.extend(error.problems)
    return found, problems


def _read(path: Path, shown: Path, columns: Dict[str, Sequence[str]]) -> Mapping:
    table = BY_NAME.get(path.stem)
    if table is None or table.name in WRITTEN:
        raise UserError.of(
            t("{path} is named after no table that can be filled.", path=shown),
            next=t("Name it after one of: {tables}.", tables=", ".join(sorted(set(BY_NAME) - set(WRITTEN)))),
        )
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError.of(
            t("{path} cannot be read.", path=shown), str(error), t("Save it as a text file in UTF-8.")
        ) from error
    return check(text, shown, table, columns)


def _no_mapping(source: str, folder: Path) -> Problem:
    return Problem(
        t("Source “{source}” has no mapping in {folder}.", source=source, folder=folder),
        t("Nothing of it would be loaded."),
        t("Propose mappings: crmeter map {source}", source=source),
    )

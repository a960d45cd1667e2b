"""A snapshot is used while everything it rests on is as it was, and at no other time.

The snapshots here are planted ones that say 999: whoever answers that has read them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from crmeter.app import snapshots
from crmeter.app.answering import Question, answer
from crmeter.app.erasing import erase
from crmeter.app.ingesting import ingest
from crmeter.app.ready import Ready, key_of
from crmeter.app.settings import Workspace, open_workspace
from crmeter.cli.main import run
from crmeter.kernel.errors import UserError
from crmeter.kernel.period import Grain, Period
from crmeter.snapshots import identity
from crmeter.snapshots.snapshot import Answered, place_of, write
from tests.cli.conftest import write_company

SUMMER = Period(date(2025, 7, 1), date(2025, 10, 1), Grain.QUARTER)
ABOUT = {
    "load": 1,
    "as_of": "2026-01-01",
    "dimensions": ["customer.segment"],  # what a snapshot of this company is split by
    "words": {"revenue": "revenue", "revenue_each": "revenue_each"},
    "names": {"revenue": dict.fromkeys(("en", "zh-Hant", "zh-Hans"), "Revenue")},
}
OWN = """
[kpis.revenue_each]
ratio = ["revenue", "orders"]
unit = "money"
better = "up"
name = "Each"
question = "How much is one?"
"""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_company(tmp_path_factory.mktemp("ready") / "acme")
    ingest(open_workspace(folder, {}))
    return folder


@pytest.fixture
def company(first: Path, tmp_path: Path) -> Workspace:
    """The company of one test alone, with a planted snapshot."""
    folder = tmp_path / "acme"
    shutil.copytree(first, folder)
    workspace = open_workspace(folder, {})
    plant(workspace)
    return workspace


def plant(workspace: Workspace) -> None:
    """A snapshot that says revenue of the third quarter of 2025 was 999; it was 350."""
    key = key_of(workspace)
    assert key is not None
    planted = [Answered("revenue", SUMMER, (), [{"kpi": "revenue", "by": {}, "value": 999}])]
    write(place_of(workspace.warehouse), key, ABOUT, planted)


def said(workspace: Workspace, **asked: object) -> object:
    """The revenue of the third quarter of 2025, as a process that starts now answers."""
    question = Question(**{"ids": ["revenue"], "period": "2025-Q3", **asked})  # type: ignore[arg-type]
    return answer(open_workspace(workspace.root, {}), question).values[0]["value"]


def reload(workspace: Workspace) -> None:
    orders = workspace.root / "exports" / "orders.csv"
    orders.write_text(orders.read_text("utf-8") + "8,1,2025-08-02,7,sale\n", "utf-8")
    place_of(workspace.warehouse).rename(workspace.root / "kept")  # so that the load makes none
    ingest(open_workspace(workspace.root, {}))
    (workspace.root / "kept").rename(place_of(workspace.warehouse))


def rule(workspace: Workspace) -> None:
    """A margin is no matter of the revenue, but of numbers; the load is prepared for it again."""
    toml = workspace.toml.read_text("utf-8")
    workspace.toml.write_text(toml.replace('name = "Acme"', 'name = "Acme"\ntier_high = 0.25'), "utf-8")


def definition(workspace: Workspace) -> None:
    workspace.toml.write_text(workspace.toml.read_text("utf-8") + OWN, "utf-8")


def erasure(workspace: Workspace) -> None:
    kept = place_of(workspace.warehouse).read_bytes()
    place_of(workspace.warehouse).unlink()  # so that the erasure makes none
    erase(workspace, "2")
    place_of(workspace.warehouse).write_bytes(kept)


def revert(workspace: Workspace) -> None:
    """A file put back, byte for byte and with its times: what was published between is not known."""
    before = workspace.root / "before"
    shutil.copy2(workspace.warehouse, before)
    before.replace(workspace.warehouse)


def test_it_is_used_while_nothing_has_changed(company: Workspace) -> None:
    assert said(company) == 999 == said(company, grain=Grain.QUARTER) == said(company, by=())
    ingest(company)  # nothing new
    assert said(company) == 999


@pytest.mark.parametrize(
    ("change", "part", "now"),
    [(reload, "data", 357), (definition, "kpis", 350), (erasure, "data", 350), (revert, "data", 350)],
)
def test_it_is_left_as_soon_as_something_changes(
    company: Workspace, change: Callable[[Workspace], None], part: str, now: float
) -> None:
    snapshot = Ready(company)
    assert said(company) == 999 and snapshot.snapshot() is not None
    change(company)
    assert said(company) == now
    found = Ready(open_workspace(company.root, {}))
    assert found.snapshot() is None
    if part == "data":  # somebody who asked before sees it too
        assert snapshot.snapshot() is None


def test_it_is_left_when_a_rule_changes(company: Workspace) -> None:
    """As by measuring, the answer is then that the data wants to be loaded again."""
    rule(company)
    changed = open_workspace(company.root, {})
    assert Ready(changed).snapshot() is None
    ingest_alone(changed)
    assert Ready(changed).snapshot() is None and said(changed) == 350


def ingest_alone(workspace: Workspace) -> None:
    kept = place_of(workspace.warehouse).read_bytes()
    place_of(workspace.warehouse).unlink()
    ingest(workspace)
    place_of(workspace.warehouse).write_bytes(kept)


def test_it_is_left_when_the_program_changes(company: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(company) == 999
    monkeypatch.setattr("crmeter.app.ready.of_program", lambda: "another")
    assert said(company) == 350


def test_every_module_that_makes_numbers_is_part_of_the_program() -> None:
    """One letter in one of them, and it is another program. Each place is one that a number comes from."""
    sources = {path.as_posix() for path in identity._sources(Path(identity.crmeter.__file__).parent)}
    modules = ("metrics/formulas.py", "model/spells.py", "stats/intervals.py", "kernel/calendar.py", "warehouse/sql.py")
    for name in (*modules, "kpis/value/revenue.py", "kpis/value/revenue.texts.toml", "app/measuring.py"):
        assert any(path.endswith(f"crmeter/{name}") for path in sources)


@pytest.mark.parametrize(
    "asked",
    [
        {"where": ["customer.segment = 'vip'"]},
        {"by": ["customer.segment"]},
        {"known_at": 1},
        {"rates": "2025-01-01"},
        {"period": None, "start": date(2025, 7, 1), "end": date(2025, 10, 1)},
    ],
)
def test_what_it_does_not_hold_is_measured(company: Workspace, asked: dict[str, object]) -> None:
    assert said(company, **asked) in (50, 300, 350)


def test_an_erasure_leaves_no_snapshot_of_before(company: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the new one cannot be made."""
    monkeypatch.setattr(snapshots, "make", lambda *_, **__: 1 / 0)
    erase(company, "2")
    assert not place_of(company.warehouse).exists()


def test_a_load_stands_though_no_snapshot_can_be_made(
    company: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(snapshots, "measure", lambda *_: 1 / 0)
    orders = company.root / "exports" / "orders.csv"
    orders.write_text(orders.read_text("utf-8") + "8,1,2025-08-02,7,sale\n", "utf-8")
    assert ingest(company).load == 2
    assert said(company) == 357 and "snapshot" in caplog.text


def test_a_snapshot_that_cannot_be_written_is_said(company: Workspace) -> None:
    place = place_of(company.warehouse)
    place.unlink()
    place.mkdir()
    for ask in (lambda: snapshots.make(company), lambda: snapshots.remove(company)):
        with pytest.raises(UserError, match="cannot be written") as said:
            ask()
        assert "folder writable" in str(said.value)


def test_none_is_made_by_a_program_that_was_replaced_meanwhile(
    company: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would tell the new one's name, and hold the values of the one before."""
    place_of(company.warehouse).unlink()
    of_program = identity.of_program
    monkeypatch.setattr(of_program, "__wrapped__", lambda: "another")
    with pytest.raises(UserError, match="Another version"):
        snapshots.make(company)
    assert not place_of(company.warehouse).exists()


def test_an_answer_from_it_needs_no_engine(company: Workspace) -> None:
    """Their imports alone cost a second of CPU."""
    program = (
        "import sys; from crmeter.cli.main import run; "
        f"assert run(['kpi', 'revenue', '--period', '2025-Q3', '--format', 'json', '-C', {str(company.root)!r}]) == 0; "
        "print(*(m for m in ('duckdb', 'ibis', 'sqlglot', 'numpy', 'pandas', 'sqlalchemy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "999" in done.stdout and done.stdout.splitlines()[-1] == ""


def test_the_answer_is_printed_as_measured(first: Path, tmp_path: Path) -> None:
    """The same bytes from the snapshot and by measuring, in every format that is text."""
    folder = tmp_path / "acme"
    shutil.copytree(first, folder)
    words = ["kpi", "revenue", "--period", "2025-Q3", "-C", str(folder), "-o", str(tmp_path / "out")]

    def printed() -> list[bytes]:
        found = []
        for form in ("table", "json", "csv"):
            assert run([*words, "--format", form]) == 0
            found.append((tmp_path / "out").read_bytes())
        return found

    before = printed()
    workspace = open_workspace(folder, {})
    [value] = json.loads(before[1])
    key = key_of(workspace)
    assert key is not None and value["value"] == 350
    write(place_of(workspace.warehouse), key, ABOUT, [Answered("revenue", SUMMER, (), [value])])
    assert Ready(workspace).snapshot() is not None
    assert printed() == before

"""Every KPI of the demo company, by the engine and by its independent SQL."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from crmeter.app.ingesting import ingest
from crmeter.app.settings import open_workspace
from crmeter.demo import create
from tests.world.agreement import differing

HORIZON = date(2026, 1, 1)


def test_engine_and_statements_agree(tmp_path: Path) -> None:
    create(tmp_path, seed=11, customers=1000)
    toml = tmp_path / "crmeter.toml"
    # the statements count aspects alike and every action: they are told no weights and no list
    plain = re.sub(r"(?m)^meaningful_actions.*\n", "", toml.read_text("utf-8"))
    toml.write_text(re.sub(r"(?s)\[csi\.weights\].*?\n\n", "", plain), "utf-8")
    workspace = open_workspace(tmp_path)
    ingest(workspace)
    periods = [workspace.rules.calendar.parse(name, HORIZON) for name in ("2025-Q4", "2024-Q3", "2025")]
    found, compared = differing(workspace, periods)
    assert found == {}
    assert compared > 250

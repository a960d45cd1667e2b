"""A folder of files that belong together, whoever is killed while writing it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import crmeter
from crmeter.app.folder import MANIFEST, put_files

WRITER = """
import sys
from pathlib import Path
from crmeter.app.folder import put_files
print("ready", flush=True)
for number in range(10_000):
    put_files(Path(sys.argv[1]), {name: b"%d" % number * 200_000 for name in ("a", "b", "c")}, {"number": number})
"""


def test_killed_at_any_instant_every_file_is_whole_and_the_manifest_tells(tmp_path: Path) -> None:
    folder = tmp_path / "kpis"
    surroundings = {**os.environ, "PYTHONPATH": str(Path(crmeter.__file__).parent.parent)}
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], env=surroundings, stdout=subprocess.PIPE)
        assert writer.stdout and writer.stdout.readline() == b"ready\n"
        time.sleep(random.uniform(0.02, 0.3))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.exists() else {}
        manifest = json.loads(found.pop(MANIFEST, b'{"number": 0, "files": []}'))
        for content in found.values():  # one number, as often as it was written
            digits = len(content) // 200_000
            assert content == content[:digits] * 200_000
        sums = {each["name"]: each["sha256"] for each in manifest["files"]}
        if sums == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}:
            assert all(content.startswith(str(manifest["number"]).encode()) for content in found.values())
        else:
            assert not manifest.get("complete")  # files that do not belong together are never said to
        put_files(folder, dict.fromkeys(("a", "b", "c"), b"0" * 200000), {"number": 0})  # the next one can write
        assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c", MANIFEST]
    put_files(folder, {"a": b"x"}, {"number": -1})
    assert (folder / "a").read_bytes() == b"x" and not (folder / "b").exists()


def test_names_of_a_manifest_that_lead_elsewhere_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("ours")
    folder = tmp_path / "kpis"
    folder.mkdir()
    (folder / MANIFEST).write_text(json.dumps({"files": [{"name": "../precious"}]}))
    put_files(folder, {"a": b"x"}, {})
    assert (tmp_path / "precious").read_text() == "ours"


@pytest.mark.parametrize("torn", ["", "[]", '{"files": 3}', '{"files": [{}]}'])
def test_a_manifest_that_is_none_counts_as_none(tmp_path: Path, torn: str) -> None:
    (tmp_path / MANIFEST).write_text(torn)
    put_files(tmp_path, {"a": b"x"}, {})
    assert json.loads((tmp_path / MANIFEST).read_text())["files"][0]["name"] == "a"

"""crmeter schedule and run-due: what is due is done once, each gets what they may see, and nothing is sent twice,
whenever the process is killed."""

from __future__ import annotations

import email
import fcntl
import json
import multiprocessing
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import update

from crmeter.app import running, scheduling
from crmeter.app.scheduling import Wanted
from crmeter.app.settings import Workspace, open_workspace
from crmeter.improvement.drafts import Draft, Step
from crmeter.improvement.reading import plain
from crmeter.kernel.errors import UserError
from crmeter.store.database import open_database
from crmeter.store.deliveries import DeliveryStore
from crmeter.store.plans import PlanStore
from crmeter.store.tables import PLAN
from tests.cli import killed_runs
from tests.cli.conftest import Call

MADE = datetime(2026, 11, 1, tzinfo=UTC)
DUE = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)  # a Monday, 08:00 in Taipei
RECIPIENTS = """
[mail]
host = "127.0.0.1"
port = {port}
encryption = "none"
sender = "crmeter@acme.example"

[recipients.boss]
kind = "mail"
address = "boss@acme.example"
audience = "management"

[recipients.vip]
kind = "mail"
address = "vip@acme.example"
scope = ["customer.segment = 'vip'"]
language = "zh-Hant"

[recipients.service]
kind = "mail"
address = "service@acme.example"
audience = "service"

[recipients.care]
kind = "mail"
address = "care@acme.example"
scope = ["customer.segment = 'vip'"]
audience = "service"

[recipients.chat]
kind = "dingtalk"
url = "env:NOT_SET"
"""


class Box:
    """Keeps what it is handed, and says ``answer`` to it."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self.answer

    def to(self, address: str) -> list[Any]:
        return [letter for letter in self.letters if letter["To"] == address]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Box, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Box()
    controller = Controller(box, "127.0.0.1", port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def box(server: tuple[Box, int]) -> Box:
    server[0].letters.clear()
    server[0].answer = "250 OK"
    return server[0]


@pytest.fixture(scope="module")
def prepared(loaded: Path, server: tuple[Box, int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with recipients, and a plan of which a step was due in October."""
    folder = tmp_path_factory.mktemp("scheduled") / "acme"
    shutil.copytree(loaded, folder, ignore=shutil.ignore_patterns("app.db*"))  # what others evaluated there
    with (folder / "crmeter.toml").open("a", encoding="utf-8") as toml:
        toml.write(RECIPIENTS.format(port=server[1]))
    url = open_workspace(folder, {}).store_url
    draft = Draft(title="Call back", kpi="revenue", steps=(Step("Train two people", "Lin", date(2026, 10, 15)),))
    plan = PlanStore(url).add(plain(draft), "Lin", "2026-09-01T00:00:00Z")
    with open_database(url).begin() as connection:
        connection.execute(update(PLAN).where(PLAN.c.id == plan.id).values(state="running"))
    return folder


@pytest.fixture
def acme(prepared: Path, tmp_path: Path) -> Workspace:
    """The same, for one test alone."""
    return open_workspace(Path(shutil.copytree(prepared, tmp_path / "acme")), {})


def weekly(workspace: Workspace, *to: str, what: str = "plans") -> None:
    wanted = Wanted(what, "week", "08:00", "monday", to, "last-quarter" if what == "report" else None, format="md")
    scheduling.add(workspace, wanted, now=MADE)


def run(workspace: Workspace, after: timedelta = timedelta(minutes=1)) -> dict[str, Any]:
    return running.run_due(workspace, now=DUE + after)


def states(workspace: Workspace) -> dict[str, str]:
    return {each.recipient: each.state for each in DeliveryStore(workspace.store_url).list()}


def test_each_gets_what_they_may_see_once(acme: Workspace, box: Box) -> None:
    weekly(acme, "vip", "care", what="report")
    assert run(acme, timedelta(minutes=-1))["runs"] == [] and box.letters == []
    assert [each["state"] for each in run(acme)["deliveries"]] == ["sent"] * 2
    reports = {letter["To"].partition("@")[0]: letter for letter in box.letters}
    assert reports["vip"]["Subject"] == "Acme · 2025 年第 4 季"
    assert reports["care"]["Subject"] == "Acme · Q4 2025 · For customer service"
    told = {name: next(iter(letter.iter_attachments())).get_content() for name, letter in reports.items()}
    # what Ann, the only vip, bought in the quarter: 401; with Bob's refund it is 351 for the company
    assert "NT$401" in told["vip"] and "NT$401" not in told["care"]
    assert not any("NT$351" in text for text in told.values())
    assert "customer.segment in ('vip')" in reports["vip"].get_body().get_content()
    assert run(acme)["runs"] == [] and len(box.letters) == 2
    # a week later nothing is new: the data end where they did
    (later,) = run(acme, timedelta(weeks=1, minutes=1))["runs"]
    assert later["state"] == "done" and "nothing new for vip, care" in later["note"] and len(box.letters) == 2


def test_steps_that_are_overdue(acme: Workspace, box: Box) -> None:
    weekly(acme, "boss", "service")  # revenue, which the plan is about, is not for service
    assert [each["recipient"] for each in run(acme)["deliveries"]] == ["boss"]
    (letter,) = box.letters
    assert "“Train two people” was due on 15 October 2026 (Lin)" in letter.get_content()
    # of three weeks that were missed one is made up for
    assert [each["due_at"] for each in run(acme, timedelta(weeks=4, hours=2))["runs"]] == ["2026-11-30T00:00:00Z"]


def test_a_failure_is_tried_again_later_and_holds_up_nobody(acme: Workspace, box: Box) -> None:
    weekly(acme, "chat", "boss")
    box.answer = "451 later"
    first = run(acme)
    assert {each["recipient"]: each["next_try_at"] for each in first["deliveries"]} == {
        "chat": "2026-11-02T00:06:00Z", "boss": "2026-11-02T00:06:00Z"
    }  # fmt: skip
    assert "451 later" in first["deliveries"][1]["note"] and "NOT_SET" in first["deliveries"][0]["note"]
    assert run(acme, timedelta(minutes=3))["deliveries"] == []
    box.answer = "250 OK"
    assert [each["state"] for each in run(acme, timedelta(minutes=6))["deliveries"]] == ["waiting", "sent"]
    for minutes in (30, 120, 450, 2000):  # 20, 80, 320 and 1280 minutes after the try before
        run(acme, timedelta(minutes=minutes))
    assert states(acme)["chat"] == "failed" and len(box.letters) == 1
    (chat,) = [each for each in DeliveryStore(acme.store_url).list() if each.recipient == "chat"]
    assert chat.attempts == running.MOST_ATTEMPTS
    scheduling.retry(acme, chat.id)
    assert states(acme)["chat"] == "waiting"
    with pytest.raises(UserError, match="neither failed nor unknown"):
        scheduling.retry(acme, "D2")


def test_killed_at_any_step_nothing_is_sent_twice(acme: Workspace, box: Box, tmp_path: Path) -> None:
    """12 moments: before and after each of 6 steps. Where the message may have left, it waits for a person."""
    weekly(acme, "boss")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.cli.killed_runs", "crmeter.app.composing", "duckdb"])
    steps = 2 * len(killed_runs.STEPS)
    for step in range(1, steps + 2):
        box.letters.clear()
        folder = Path(shutil.copytree(acme.root, tmp_path / f"killed-{step}"))
        now = (DUE + timedelta(minutes=1)).isoformat()
        process = context.Process(target=killed_runs.run, args=(str(folder), now, step))
        process.start()
        process.join(60)
        assert process.exitcode == (-9 if step <= steps else 0)
        here = open_workspace(folder, {})
        left, after_take = len(box.letters), 8 <= step <= 11
        assert left == (step >= 10)
        again = run(here, timedelta(minutes=2))
        if after_take:
            assert again["deliveries"] == [] and states(here) == {"boss": "unknown"} and len(box.letters) == left
            scheduling.retry(here, "D1", arrived=left == 1)
            run(here, timedelta(minutes=3))
        assert states(here) == {"boss": "sent"} and len(box.letters) == 1
    assert len({letter["Message-ID"] for letter in box.letters}) == 1


def test_one_process_at_a_time(acme: Workspace, box: Box) -> None:
    weekly(acme, "boss")
    store = Path(acme.store_url.removeprefix("sqlite:///"))
    with store.with_name(f"{store.name}.due.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run(acme)["busy"] and box.letters == []
    assert not run(acme)["busy"] and len(box.letters) == 1


def test_paused_and_removed(acme: Workspace, box: Box) -> None:
    weekly(acme, "boss")
    scheduling.pause(acme, "s1")
    assert run(acme)["runs"] == []
    scheduling.pause(acme, "S1", paused=False, now=DUE + timedelta(minutes=2))
    assert run(acme, timedelta(minutes=3))["runs"] == []  # what was due meanwhile is not made up for
    assert len(run(acme, timedelta(weeks=1))["runs"]) == 1
    scheduling.remove(acme, "S1")
    assert run(acme, timedelta(weeks=2))["runs"] == [] and scheduling.schedules(acme) == []


def test_loading_comes_first_and_what_fails_is_said(acme: Workspace, box: Box) -> None:
    weekly(acme, "boss")
    weekly(acme, what="ingest")
    found = run(acme)
    assert [(each["what"], each["state"]) for each in found["runs"]] == [("ingest", "done"), ("plans", "done")]
    (acme.root / "mappings" / "shop" / "order.sql").write_text("SELECT nonsense FROM nowhere", "utf-8")
    again = run(acme, timedelta(weeks=1, minutes=1))["runs"]
    assert again[0]["state"] == "failed" and again[0]["next_try_at"] == "2026-11-09T00:06:00Z"
    assert again[1]["state"] == "done"


def test_what_cannot_be_scheduled(acme: Workspace) -> None:
    wanted = Wanted("alerts", "week", "25:00", "someday", ("vip", "bos"), "2025-Q4", format="json")
    with pytest.raises(UserError) as told:
        scheduling.add(acme, wanted)
    said = str(told.value)
    for part in ("“25:00” is no time", "“someday” is no day", "same period each time", "vip may see", "“boss”"):
        assert part in said, part
    with pytest.raises(UserError, match="Nobody would get it"):
        scheduling.add(acme, Wanted("report", "day", "08:00"))
    with pytest.raises(UserError, match="one audience"):
        scheduling.add(acme, Wanted("report", "day", "08:00", to=("boss",), format="json"))


def test_on_the_command_line(crmeter: Call, prepared: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(prepared, tmp_path / "acme"))
    made = crmeter("schedule", "add", "report", "--every", "month", "--on", "last", "--to", "boss", "-C", folder)
    assert made.code == 0 and "each month, last day, 08:00" in made.out
    assert "每月最後一天" in crmeter("schedule", "-C", folder, "--lang", "zh-Hant").out
    (told,) = json.loads(crmeter("schedule", "list", "-C", folder, "--format", "json").out)
    assert told["to"] == ["boss"] and told["last"] is None
    assert "Nothing is due" in crmeter("run-due", "-C", folder).out
    assert crmeter("schedule", "pause", "S9", "-C", folder).code == 1
    toml = (folder / "crmeter.toml").read_text("utf-8")
    (folder / "crmeter.toml").write_text(toml.replace('url = "env:NOT_SET"', 'url = "https://x/?token=t0p"'), "utf-8")
    refused = crmeter("schedule", "-C", folder)
    assert refused.code == 1 and "env:NAME" in refused.err and "t0p" not in refused.err

"""Doing what is due: the runs of schedules, then sending what they bring.

One process does this at a time. Whatever it is doing when it is killed, the next one goes on: a run that was begun is
done again (each of them may be), a message that waited is sent, and one that was just being sent is not, for nobody
knows whether it arrived: a person decides.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crmeter.app import evaluating, ingesting, recipients
from crmeter.app.composing import compose, period_of
from crmeter.app.ingesting import silent
from crmeter.app.scheduling import KINDS, cadence, moment
from crmeter.app.settings import Workspace
from crmeter.app.settings.workspace import RecipientSettings
from crmeter.delivery.message import Message
from crmeter.delivery.outcome import Outcome, Result
from crmeter.ingest.landing import Progress
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.deliveries import FAILED, SENT, UNKNOWN, WAITING, DeliveryStore, NewDelivery, StoredDelivery
from crmeter.store.schedules import DONE, SKIPPED, ScheduleStore, StoredRun, StoredSchedule
from crmeter.store.schedules import FAILED as RUN_FAILED

MOST_ATTEMPTS = 6
FIRST_WAIT = timedelta(minutes=5)  # then four times as long each time


def run_due(workspace: Workspace, *, now: datetime | None = None, progress: Progress = silent) -> dict[str, Any]:
    """Do everything that is due and send what waits; what was done, as plain values.

    ``busy`` is true where another process is at it: then nothing is done here.
    """
    at = (now or datetime.now(UTC)).astimezone(UTC)
    with _alone(workspace) as alone:
        if not alone:
            return {"busy": True, "runs": [], "deliveries": [], "open": []}
        outbox = DeliveryStore(workspace.store_url)
        outbox.interrupted(moment(at), t("The process ended while it was being sent: it may have arrived."))
        runs = [run for run in _runs(workspace, at, progress) if run is not None]
        sent = [_sent(workspace, outbox, each, at, progress) for each in outbox.due(moment(at))]
        still = [each.as_json() for each in outbox.list() if each.state != SENT]
        return {"busy": False, "runs": runs, "deliveries": sent, "open": still}


@contextmanager
def _alone(workspace: Workspace) -> Iterator[bool]:
    """Whether no other process does this just now; the kernel lets go of the lock however a process ends."""
    store = Path(workspace.store_url.removeprefix("sqlite:///"))
    store.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(store.with_name(f"{store.name}.due.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(lock)


def _runs(workspace: Workspace, at: datetime, progress: Progress) -> Iterator[dict[str, Any] | None]:
    """Everything that is due, loading first, then judging, then telling."""
    store = ScheduleStore(workspace.store_url)
    active = [each for each in store.list() if not each.paused]
    for schedule in sorted(active, key=lambda each: (KINDS.index(each.document["what"]), int(each.id[1:]))):
        yield _run(workspace, store, schedule, at, progress)


def _run(
    workspace: Workspace, store: ScheduleStore, schedule: StoredSchedule, at: datetime, progress: Progress
) -> dict[str, Any] | None:
    """Do a schedule where it is due; of several moments that were missed only the newest. None where nothing is due."""
    due = moment(cadence(schedule.document).latest(ZoneInfo(workspace.rules.timezone), at))
    last = next(iter(store.runs(schedule.id)), None)
    if due <= schedule.created_at or not _is_open(last, due, moment(at)):
        return None
    attempts = store.begin(schedule.id, due, moment(at))
    told = {"schedule": schedule.id, "what": schedule.document["what"], "due_at": due}
    try:
        note, deliveries, failed = _done(workspace, schedule, due, at, progress)
    except Exception as error:  # one that fails does not keep the others from being done
        logging.getLogger("crmeter").debug("", exc_info=True)
        note, deliveries, failed = "", [], [_said(error)]
    if not failed:
        store.finish(schedule.id, due, moment(at), note, deliveries)
        return {**told, "state": DONE, "note": note, "next_try_at": None}
    again = None if attempts >= MOST_ATTEMPTS else moment(at + FIRST_WAIT * 4 ** (attempts - 1))
    said = "; ".join(failed)
    store.fail(schedule.id, due, moment(at), said, again, deliveries)
    return {**told, "state": RUN_FAILED, "note": said, "next_try_at": again}


def _said(error: Exception) -> str:
    if isinstance(error, UserError):
        return " ".join(problem.what for problem in error.problems)
    return t("This is a fault of crmeter: {error}.", error=f"{type(error).__name__}: {error}")


def _is_open(last: StoredRun | None, due: str, at: str) -> bool:
    """Whether a moment is still to be done: never begun, begun and not ended, or failed and to be tried again."""
    if last is None or last.due_at < due:
        return True
    if last.due_at > due or last.state in (DONE, SKIPPED):
        return False
    return last.state != RUN_FAILED or (last.next_try_at is not None and last.next_try_at <= at)


def _done(
    workspace: Workspace, schedule: StoredSchedule, due: str, at: datetime, progress: Progress
) -> tuple[str, list[NewDelivery], list[str]]:
    """Do it once; what to note, what it brings to whom, and what failed. Doing it again does no harm."""
    document = schedule.document
    progress(t("Doing {what} of {id}", what=document["what"], id=schedule.id), None)
    if document["what"] == "ingest":
        report = ingesting.ingest(workspace, (), progress)
        return t("{count} rows accepted", count=sum(count.accepted for count in report.tables)), [], []
    if document["what"] == "evaluate":
        found = evaluating.evaluate(workspace, period=period_of(document), scope=document["scope"], progress=progress)
        return str(found["id"]), [], []
    return _brought(workspace, schedule, due, at)


def _brought(
    workspace: Workspace, schedule: StoredSchedule, due: str, at: datetime
) -> tuple[str, list[NewDelivery], list[str]]:
    """The messages for those who have none of this moment yet. One who cannot be served does not hold up the others."""
    there = {
        row.recipient for row in DeliveryStore(workspace.store_url).list(schedule.id) if row.due_at == due
    }  # fmt: skip
    made, without, failed = [], [], []
    for name in schedule.document["to"]:
        if name in there:
            continue
        try:
            delivery = _delivery(workspace, schedule, due, recipients.recipient(workspace, name), at)
        except Exception as error:
            logging.getLogger("crmeter").debug("", exc_info=True)
            failed.append(f"{name}: {_said(error)}")
            continue
        made += [delivery] if delivery else []
        without += [] if delivery else [name]
    note = t("nothing new for {names}", names=", ".join(without)) if without else ""
    return note, made, failed


def _delivery(
    workspace: Workspace, schedule: StoredSchedule, due: str, whom: RecipientSettings, at: datetime
) -> NewDelivery | None:
    """The message for one recipient; None where there is nothing that was not told before."""
    rows = DeliveryStore(workspace.store_url).list(schedule.id)
    told = frozenset(key for row in rows if row.recipient == whom.name and row.due_at != due for key in row.about)
    draft = compose(workspace, schedule.document, whom, told, at)
    if draft is None:
        return None
    subject = " ".join(draft.subject.split())  # a line break has no place in the head of a mail
    message = Message(_message_id(workspace, schedule, due, whom.name), subject, draft.text, draft.attachments)
    return NewDelivery(schedule.id, due, whom.name, subject, draft.about, message.packed())


def _message_id(workspace: Workspace, schedule: StoredSchedule, due: str, name: str) -> str:
    """The same for the same schedule, moment and recipient, and for no other of any company."""
    parts = (str(workspace.root), schedule.created_at, schedule.id, due, name)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    domain = (workspace.mail.sender or "").partition("@")[2] or "crmeter.invalid"
    return f"<{schedule.id}.{digest}@{domain}>"


def _sent(
    workspace: Workspace, outbox: DeliveryStore, each: StoredDelivery, at: datetime, progress: Progress
) -> dict[str, Any]:
    """Send one message: say so, send it, say what came of it."""
    progress(t("Sending to {name}", name=each.recipient), None)
    message = Message.unpacked(outbox.content(each.id))
    try:
        send = recipients.sender(workspace, each.recipient)
    except UserError as error:  # nothing was sent: what is missing in the settings can be mended
        outbox.take(each.id, moment(at))
        outcome = Outcome(Result.FAILED, _said(error))
    else:
        outbox.take(each.id, moment(at))
        try:
            outcome = send(message)
        except Exception as error:  # it may have happened before or after the message left
            logging.getLogger("crmeter").debug("", exc_info=True)
            outcome = Outcome(Result.UNKNOWN, _said(error))
    state, again = _after(outcome, each.attempts + 1, at)
    outbox.settle(each.id, state, moment(at), outcome.note, again)
    return {**_brief(each), "state": state, "note": outcome.note, "next_try_at": again}


def _after(outcome: Outcome, attempts: int, at: datetime) -> tuple[str, str | None]:
    """The state that follows, and when it is tried again."""
    match outcome.result:
        case Result.SENT:
            return SENT, None
        case Result.UNKNOWN:
            return UNKNOWN, None
        case Result.FAILED if attempts < MOST_ATTEMPTS:
            return WAITING, moment(at + FIRST_WAIT * 4 ** (attempts - 1))
        case _:
            return FAILED, None


def _brief(each: StoredDelivery) -> Mapping[str, Any]:
    return {"id": each.id, "schedule": each.schedule, "recipient": each.recipient, "subject": each.subject}

"""What a schedule brings to a recipient: a message with what they may see, in their language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmeter.app import alerting, evaluating, reporting
from crmeter.app.plans import plans
from crmeter.app.recipients import MAIL
from crmeter.app.settings import Workspace
from crmeter.app.settings.workspace import RecipientSettings
from crmeter.delivery.message import Attachment
from crmeter.kernel.messages import language, speaking, t
from crmeter.reports import forecast as forecast_words
from crmeter.reports.audiences import AUDIENCES
from crmeter.reports.periods import day
from crmeter.reports.reading import Reading
from crmeter.reports.sentences import movement

Plain = Mapping[str, Any]
MOST = 5  # findings of each kind in a message
KINDS_OF_FILES = {
    "html": "text/html",
    "md": "text/markdown",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
DEFAULT_PERIODS = {"day": "last-day", "week": "last-week", "month": "last-month", "quarter": "last-quarter"}


@dataclass(frozen=True)
class Draft:
    """A message to be; ``about`` are keys of what it tells of, each told to a recipient once."""

    subject: str
    text: str
    about: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()


Compose = Callable[[Workspace, Plain, RecipientSettings, frozenset[str], datetime], Draft | None]


def compose(
    workspace: Workspace, document: Plain, whom: RecipientSettings, told: frozenset[str], now: datetime
) -> Draft | None:
    """The message that a schedule has for a recipient; None where there is nothing that was not told before."""
    brings: Mapping[str, Compose] = {"report": _report, "alerts": _alerts, "plans": _plans}
    with speaking(whom.language or document["language"] or language()):
        return brings[document["what"]](workspace, document, whom, told, now)


def period_of(document: Plain) -> str:
    """The name of the period that is evaluated."""
    return str(document["period"] or DEFAULT_PERIODS[document["every"]])


def _report(
    workspace: Workspace, document: Plain, whom: RecipientSettings, told: frozenset[str], now: datetime
) -> Draft | None:
    """The report of the period over what the recipient may see, cut to their audience."""
    scope = tuple(dict.fromkeys((*document["scope"], *whom.scope)))
    with speaking("en"):  # one evaluation for all, whatever they speak
        found = evaluating.evaluate(workspace, period=period_of(document), scope=scope)
    form = document["format"]
    about = f"report:{found['id']}:{form}:{whom.audience or ''}:{language()}"
    if about in told:
        return None
    audience = AUDIENCES[whom.audience] if whom.audience else None
    reading = Reading(found, workspace.catalogue.cards(language()), audience)
    text = [
        f"{reading.workspace} · {reading.heading}",
        *(t("{name}: {value}", name=name, value=value) for name, value in reading.about),
    ]
    for heading, kind in ((t("Weaknesses"), "weakness"), (t("Strengths"), "strength")):
        lines = [
            f"– {movement(reading.by_id[f['kpi']], f['comparison'], reading.base_words(f['comparison']))}"
            for f in reading.top(kind, MOST)
        ]
        text += ["", heading, *(lines or [t("none")])]
    files: tuple[Attachment, ...] = ()
    if whom.kind == MAIL:
        content = reporting.report(workspace, found["id"], form, whom.audience)
        files = (Attachment(f"{found['id']}.{language()}.{form}", KINDS_OF_FILES[form], content),)
    return Draft(f"{reading.workspace} · {reading.heading}", "\n".join(text) + "\n", (about,), files)


def _alerts(
    workspace: Workspace, document: Plain, whom: RecipientSettings, told: frozenset[str], now: datetime
) -> Draft | None:
    """What is new, further off, or over, of the KPIs that the recipient may see."""
    found = alerting.alerts(workspace)
    new = []
    for each in (*found["alerts"], *(each for each in found["ongoing"] if each["kind"] in alerting.TOLD)):
        key = f"alert:{each['kpi']}:{each['kind']}:{each['since']['start']}:{each['period']['start']}"
        if key not in told and _may_see(workspace, whom, each["kpi"]):
            new.append((key, each))
    if not new:
        return None
    calendar = workspace.rules.calendar
    lines = [f"– {forecast_words.kind(each['kind'])}: {forecast_words.alert(each, calendar)}" for _, each in new]
    lines += ["", t("An alert says that something is unusual, not why.")]
    subject = t("{company}: alerts ({count})", company=workspace.name, count=len(new))
    return Draft(subject, "\n".join(lines) + "\n", tuple(key for key, _ in new))


def _plans(
    workspace: Workspace, document: Plain, whom: RecipientSettings, told: frozenset[str], now: datetime
) -> Draft | None:
    """The steps of plans that are overdue."""
    late = [
        (plan, step)
        for plan in plans(workspace, now=now)
        for step in plan["overdue"]
        if plan["kpi"] is None or _may_see(workspace, whom, plan["kpi"])
    ]
    if not late:
        return None
    lines = [
        t("– {plan} “{title}”: “{step}” was due on {day} ({owner})", plan=plan["id"], title=plan["title"],
          step=step["what"], day=_day(step["due"]), owner=step["owner"] or "–")
        for plan, step in late
    ]  # fmt: skip
    subject = t("{company}: overdue steps of plans ({count})", company=workspace.name, count=len(late))
    return Draft(subject, "\n".join(lines) + "\n", ())


def _day(iso: str) -> str:
    return day(datetime.fromisoformat(iso).date())


def _may_see(workspace: Workspace, whom: RecipientSettings, kpi: str) -> bool:
    if whom.audience is None:
        return True
    return AUDIENCES[whom.audience].shows(kpi, workspace.catalogue.family_of.get(kpi, ""))

"""An evaluation read for people: every number of the document beside its words, in the language of the moment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from crmeter.kernel.messages import t
from crmeter.reports import calendar_notes, numbers, periods, words
from crmeter.reports.audiences import Audience
from crmeter.reports.cards import BareCard, Card

Plain = Mapping[str, Any]
COMPARISONS = ("previous", "year", "target")


@dataclass(frozen=True)
class Measured:
    """One value said: with its interval, its sample, and what to be careful of."""

    text: str
    interval: str
    sample: str
    marks: tuple[str, ...]  # small sample, period in progress
    reason: str
    defined: bool


@dataclass(frozen=True)
class Compared:
    """One comparison said. ``verdict`` is the code, ``word`` and ``icon`` say it."""

    kind: str
    base: str
    period: str
    change: str
    relative: str
    interval: str
    p: str
    verdict: str
    word: str
    icon: str
    reason: str


@dataclass(frozen=True)
class Line:
    """One KPI of the evaluation."""

    kpi: str
    card: Card
    family: str
    unit: str
    currency: str | None
    better: str
    definition: str
    value: Plain
    now: Measured
    comparisons: Mapping[str, Compared]
    raw: Mapping[str, Plain]  # the comparisons as the document has them
    trend: Sequence[Plain]

    @property
    def anchor(self) -> str:
        """An id for links within the report."""
        return "kpi-" + re.sub(r"[^a-z0-9]+", "-", self.kpi.lower())

    @property
    def verdict(self) -> str:
        """Of the comparison with the period before."""
        compared = self.comparisons.get("previous")
        return compared.verdict if compared else "unknown"


@dataclass(frozen=True)
class Reading:
    """The document and the cards of its KPIs, and what the sections of a report ask of them.

    With an audience, only the KPIs that it is shown, and the findings on those.
    """

    document: Plain
    cards: Mapping[str, Card] = field(default_factory=dict)
    audience: Audience | None = None

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        shown = self.audience.shows if self.audience else lambda kpi, family: True
        return tuple(self._line(kpi) for kpi in self.document["kpis"] if shown(kpi["kpi"], kpi["family"]))

    @cached_property
    def by_id(self) -> dict[str, Line]:
        return {line.kpi: line for line in self.lines}

    @cached_property
    def families(self) -> dict[str, list[Line]]:
        """The KPIs by family, in the order of the document."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.family, []).append(line)
        return found

    def findings(self, kind: str) -> list[Plain]:
        """The strengths or weaknesses, strongest first; those of KPIs that the document lacks are left out."""
        found = [f for f in self.document["findings"] if f["kind"] == kind and f["kpi"] in self.by_id]
        return sorted(found, key=lambda f: f["rank"])

    @property
    def risks(self) -> list[Plain]:
        """The risks in their order; those of no single KPI are everybody's."""
        found = [f for f in self.document["findings"] if f["kind"] == "risk"]
        return sorted((f for f in found if f["kpi"] is None or f["kpi"] in self.by_id), key=lambda f: f["rank"])

    def top(self, kind: str, most: int) -> list[Plain]:
        """As many of them as are shown: ``most``, fewer where the audience wants fewer."""
        return self.findings(kind)[: min(most, self.audience.most) if self.audience else most]

    @property
    def segments(self) -> bool:
        """Whether the segments of findings are listed."""
        return self.audience is None or self.audience.segments

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many KPIs came to each verdict against the period before."""
        return {code: sum(line.verdict == code for line in self.lines) for code in words.VERDICTS}

    @cached_property
    def undefined(self) -> list[Line]:
        return [line for line in self.lines if not line.now.defined]

    @property
    def period(self) -> str:
        return periods.said(self.document["period"]["name"])

    @property
    def days(self) -> str:
        period = self.document["period"]
        return periods.span(date.fromisoformat(period["start"]), date.fromisoformat(period["end"]))

    @property
    def grain(self) -> str:
        return str(self.document["period"]["grain"])

    @property
    def scope(self) -> tuple[str, ...]:
        """The conditions that say whom the evaluation is about; empty for all customers."""
        return tuple(self.document.get("scope") or ())

    @property
    def workspace(self) -> str:
        return str(self.document["workspace"]["name"])

    @property
    def complete(self) -> bool:
        return bool(self.document["complete"])

    @property
    def newest_day(self) -> str:
        """The last day that the data holds."""
        return periods.day(date.fromisoformat(self.document["as_of"]) - timedelta(days=1))

    @property
    def sealed(self) -> str:
        return periods.instant(self.document["sealed_at"], self.document["workspace"]["timezone"])

    @property
    def heading(self) -> str:
        """What the report is of and for whom, below the name of the company."""
        return f"{self.period} · {self.audience.title()}" if self.audience else self.period

    @property
    def about(self) -> list[tuple[str, str]]:
        """What stands at the head of a report: period, scope, data and state."""
        scope = f" {t('and')} ".join(self.scope) or t("all customers")
        data = t("load {load}, up to {day}", load=self.document["load"], day=self.newest_day)
        state = t("period complete") if self.complete else t("period in progress")
        return [(t("Period"), self.days), (t("Scope"), scope), (t("Data"), data), (t("State"), state)]

    @property
    def sealing(self) -> list[str]:
        """What stands at the foot: which evaluation it is, and the sums that prove it."""
        seal = self.document["seal"]
        sums = (
            (f"{t('Checksum')} ({seal['algorithm']})", seal["checksum"]),
            (t("Definitions"), seal["definitions"]),
            (t("Data"), seal["data"]),
            (t("Settings"), seal["settings"]),
        )
        told = t("Evaluation {id}, sealed {moment}.", id=self.document["id"], moment=self.sealed)
        return [told, *(f"{word}{t(': ')}{value}" for word, value in sums)]

    def period_name(self, value: Plain) -> str:
        """The canonical name of the period of one value."""
        return periods.name_of(value, periods.calendar(self.document["workspace"].get("rules") or {}))

    def _line(self, kpi: Plain) -> Line:
        value = kpi["value"]
        unit, currency = kpi["unit"], value.get("currency") or self.document["workspace"]["currency"]
        raw = {kind: c for kind in COMPARISONS if (c := kpi["comparisons"].get(kind))}
        return Line(
            kpi=kpi["kpi"],
            card=self.cards.get(kpi["kpi"]) or BareCard(kpi["kpi"]),
            family=kpi["family"],
            unit=unit,
            currency=currency,
            better=kpi["better"],
            definition=kpi["definition"],
            value=value,
            now=measured(value, unit, currency),
            comparisons={kind: self._compared(kind, c, unit, currency) for kind, c in raw.items()},
            raw=raw,
            trend=kpi.get("trend") or [],
        )

    def _compared(self, kind: str, found: Plain, unit: str, currency: str | None) -> Compared:
        verdict = _target_verdict(found) if kind == "target" else str(found["verdict"])
        base = found.get("target") if kind == "target" else (found.get("base") or {}).get("value")
        changed = found.get("change")
        return Compared(
            kind=kind,
            base=numbers.amount(base, unit, currency),
            period="" if kind == "target" else self.base_period(kind),
            change="" if changed is None else numbers.change(changed, unit, currency),
            relative="" if unit in ("share", "points") else numbers.relative(found.get("relative")),
            interval=numbers.change_interval(found.get("low"), found.get("high"), unit, currency),
            p=numbers.p_value(found.get("p")),
            verdict=verdict,
            word=_target_word(found) if kind == "target" else words.verdict(verdict),
            icon=words.icon(verdict),
            reason=words.reason(found.get("reason")),
        )

    def base_words(self, comparison: str) -> str:
        """What a comparison is with, as it stands in a sentence: “the quarter before”."""
        aligned = (self.document["base"].get(comparison) or {}).get("aligned")
        return words.base("festival" if aligned else comparison, self.grain)

    @property
    def calendar_notes(self) -> tuple[str, ...]:
        """What to know of the calendar before comparing: Spring Festival, and periods of unlike length."""
        return calendar_notes.notes(self.document)

    def base_period(self, kind: str) -> str:
        """The period that ``previous`` or ``year`` compares with, in words."""
        found = self.document["base"].get(kind)
        return periods.said(found["name"]) if found else ""


def measured(value: Plain, unit: str, currency: str | None) -> Measured:
    """A value of the document in words."""
    marks = []
    if value["status"] == "small_sample":
        marks.append(words.status("small_sample"))
    if not value["complete"]:
        marks.append(t("period in progress"))
    defined = value["value"] is not None
    return Measured(
        text=numbers.amount(value["value"], unit, currency),
        interval=numbers.interval(value.get("low"), value.get("high"), unit, currency),
        sample=_sample(value, unit),
        marks=tuple(marks),
        reason=words.reason(value.get("reason")),
        defined=defined,
    )


def _sample(value: Plain, unit: str) -> str:
    """The parts of a share, else how many records a value rests on. A count is its own sample."""
    top, bottom, n = value.get("numerator"), value.get("denominator"), value.get("n")
    if unit == "share" and top is not None and bottom is not None and top == round(top) and bottom == n:
        return t("{part} of {whole}", part=numbers.count(top), whole=numbers.count(bottom))
    if n is None or unit == "count":
        return ""
    return t("n = {count}", count=numbers.count(n))


def _target_verdict(found: Plain) -> str:
    met = found.get("met")
    return "unknown" if met is None else "better" if met else "worse"


def _target_word(found: Plain) -> str:
    met = found.get("met")
    return t("cannot tell") if met is None else t("target met") if met else t("target missed")

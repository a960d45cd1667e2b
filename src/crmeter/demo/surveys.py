"""Surveys: satisfaction after a request was resolved, recommendation once a quarter. Most people do not answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo.clock import HORIZON, Floats, Ints, at_hours
from crmeter.demo.people import People
from crmeter.demo.service import Cases

CSAT_INVITED = 0.75  # of resolved requests
CSAT_ANSWERING = 0.42
NPS_INVITED = 0.15  # of customers, each quarter
NPS_ANSWERING = 0.34
_CSAT = np.array([0.04, 0.06, 0.15, 0.37, 0.38])  # scores 1 to 5
_CSAT_WAITED = np.array([0.14, 0.19, 0.29, 0.24, 0.14])  # after more than LONG_DAYS without an answer
LONG_DAYS = 2.0
_NPS = np.array([0.02, 0.01, 0.02, 0.02, 0.03, 0.06, 0.08, 0.15, 0.20, 0.18, 0.23])  # scores 0 to 10


@dataclass(frozen=True)
class Answers:
    """One entry per invitation; ``score`` and ``answered`` are NaN where nobody answered; ``case`` −1 without one."""

    customer: Ints
    case: Ints
    invited: Floats
    answered: Floats
    score: Floats


def draw_csat(rng: np.random.Generator, cases: Cases) -> Answers:
    """Answers to "How satisfied are you with our help?", 1 to 5."""
    resolved = np.nan_to_num(cases.resolved, nan=HORIZON)
    case = np.flatnonzero((resolved < HORIZON) & (rng.random(len(cases)) < CSAT_INVITED))
    waited = cases.answered[case] - cases.opened[case] > LONG_DAYS
    luck = rng.random(len(case))
    usual, annoyed = np.cumsum(_CSAT), np.cumsum(_CSAT_WAITED)
    score = 1.0 + np.where(waited, np.searchsorted(annoyed[:-1], luck), np.searchsorted(usual[:-1], luck))
    return _answered(rng, cases.customer[case], case, resolved[case] + 0.02, score, CSAT_ANSWERING)


def draw_nps(rng: np.random.Generator, people: People, until: Floats) -> Answers:
    """Answers to "Would you recommend us?", 0 to 10, asked in the second month of each quarter."""
    parts: list[Ints] = []
    times: list[Floats] = []
    for quarter in range(20):
        at = quarter * 91.3125 + 40
        there = np.flatnonzero((people.start < at) & (np.nan_to_num(until, nan=0.0) > at))
        asked = there[rng.random(len(there)) < NPS_INVITED]
        parts.append(asked)
        times.append(at_hours(rng, at + rng.integers(0, 10, len(asked)).astype(float), "office"))
    customer = np.concatenate(parts)
    score = rng.choice(11, size=len(customer), p=_NPS).astype(float)
    return _answered(rng, customer, np.full(len(customer), -1), np.concatenate(times), score, NPS_ANSWERING)


def _answered(
    rng: np.random.Generator, customer: Ints, case: Ints, invited: Floats, score: Floats, answering: float
) -> Answers:
    answered = invited + 0.05 + rng.exponential(1.2, len(invited))
    silent = (rng.random(len(invited)) >= answering) | (answered >= HORIZON)
    kept = invited < HORIZON
    return Answers(
        customer=customer[kept],
        case=case[kept],
        invited=invited[kept],
        answered=np.where(silent, np.nan, answered)[kept],
        score=np.where(silent, np.nan, score)[kept],
    )

"""Surveys: satisfaction and effort after a request was resolved; recommendation and the index of satisfaction once a
quarter. Most people do not answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmeter.demo.clock import HORIZON, LOGGED, Floats, Ints, at_hours, day_of
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
CES_INVITED = 0.15  # of requests resolved since LOGGED that were not asked for satisfaction
CES_ANSWERING = 0.4
CSI_INVITED = 0.025  # of customers, each quarter since LOGGED
CSI_ANSWERING = 0.38
ASPECTS = ("產品品質", "服務品質", "問題解決速度", "溝通")
_CES = np.array([0.03, 0.04, 0.08, 0.15, 0.25, 0.26, 0.19])  # scores 1 to 7: it was easy
_CSI = np.array([[0.02, 0.04, 0.12, 0.40, 0.42], [0.03, 0.06, 0.18, 0.41, 0.32],
                 [0.05, 0.10, 0.25, 0.36, 0.24], [0.04, 0.07, 0.22, 0.40, 0.27]])  # fmt: skip


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


def draw_ces(rng: np.random.Generator, cases: Cases, asked: Answers) -> Answers:
    """Answers to "It was easy to get my request handled", 1 to 7: of people who were not ``asked`` already."""
    resolved = np.nan_to_num(cases.resolved, nan=HORIZON)
    other = (resolved >= day_of(LOGGED)) & (resolved < HORIZON) & ~np.isin(np.arange(len(cases)), asked.case)
    case = np.flatnonzero(other & (rng.random(len(cases)) < CES_INVITED / (1 - CSAT_INVITED)))
    score = 1.0 + rng.choice(7, size=len(case), p=_CES).astype(float)
    return _answered(rng, cases.customer[case], case, resolved[case] + 0.02, score, CES_ANSWERING)


def draw_csi(rng: np.random.Generator, people: People, until: Floats) -> tuple[Answers, Floats]:
    """Invitations to the index of satisfaction, and the score of each for each of ASPECTS, 1 to 5.

    The aspects of one answer go together: who is content is content with most of it.
    """
    customer, invited = _asked(rng, people, until, CSI_INVITED, day_of(LOGGED), 60)
    invitations = _answered(rng, customer, np.full(len(customer), -1), invited, np.ones(len(customer)), CSI_ANSWERING)
    mood = rng.random((len(invitations.customer), 1))
    luck = np.where(rng.random((len(mood), len(ASPECTS))) < 0.5, mood, rng.random((len(mood), len(ASPECTS))))
    edges = np.cumsum(_CSI, axis=1)[:, :-1]
    scores = 1.0 + (luck[:, :, None] > edges[None, :, :]).sum(axis=2)
    return invitations, np.where(np.isnan(invitations.score)[:, None], np.nan, scores)


def draw_nps(rng: np.random.Generator, people: People, until: Floats) -> Answers:
    """Answers to "Would you recommend us?", 0 to 10, asked in the second month of each quarter."""
    customer, invited = _asked(rng, people, until, NPS_INVITED, 0.0, 40)
    score = rng.choice(11, size=len(customer), p=_NPS).astype(float)
    return _answered(rng, customer, np.full(len(customer), -1), invited, score, NPS_ANSWERING)


def _asked(
    rng: np.random.Generator, people: People, until: Floats, share: float, since: float, days: int
) -> tuple[Ints, Floats]:
    """Customer and time of each invitation: a share of those present, so many days into each quarter since a day."""
    parts: list[Ints] = []
    times: list[Floats] = []
    for quarter in range(20):
        at = quarter * 91.3125 + days
        if at < since:
            continue
        there = np.flatnonzero((people.start < at) & (np.nan_to_num(until, nan=0.0) > at))
        asked = there[rng.random(len(there)) < share]
        parts.append(asked)
        times.append(at_hours(rng, at + rng.integers(0, 10, len(asked)).astype(float), "office"))
    return np.concatenate(parts), np.concatenate(times)


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

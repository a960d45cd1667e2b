"""What customers, colleagues and strangers said since LOGGED: a few texts for every hundred customers.

Stories are heard here too: whoever had trouble in the first month speaks of it, whoever waited for the slow team
complains of waiting, and prices are a topic in the months after they rose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from crmeter.demo import company, phrases
from crmeter.demo.cells import Cells, names, numbered, where
from crmeter.demo.clock import (
    FIRST_DAY,
    HORIZON,
    LOGGED,
    Bools,
    Floats,
    Ints,
    after_working_hours,
    at_hours,
    day_of,
    texts,
)
from crmeter.demo.files import Sheet
from crmeter.demo.people import People
from crmeter.demo.phrases import BAD, GOOD, NEUTRAL
from crmeter.demo.purchases import PRICE_CHANGE
from crmeter.demo.service import AGENTS_PER_TEAM, SLOW_TEAM
from crmeter.demo.stories import Plot

SHARE = 0.15  # texts, of all customers there ever were
SOURCES = ("App 內回饋", "電話回訪", "網路評論", "社群貼文", "業務筆記", "同仁意見")
_IN_APP, _CALL_BACK, _REVIEW, _SOCIAL, _NOTE, _COLLEAGUE = range(len(SOURCES))
_WEIGHTS = (0.34, 0.18, 0.22, 0.12, 0.08, 0.06)
VOICES = ("客戶", "員工", "市場")
_TOPICS = tuple(phrases.TOPICS)
_TOPIC_WEIGHTS = (0.27, 0.19, 0.18, 0.10, 0.12, 0.14)
MOODS = (GOOD, NEUTRAL, BAD)
_MOOD_WEIGHTS = (0.46, 0.18, 0.36)
_COFFEES = ("阿里山日曬豆", "耶加雪菲水洗豆", "濾掛咖啡隨身包")
_STATUS = ("新進", "已指派", "已解決")


@dataclass(frozen=True)
class _Said:
    """Where and when each text was said, by whom (a customer or −1), of what and in which mood."""

    at: Floats
    source: Ints
    customer: Ints
    topic: Ints
    mood: Ints

    def __len__(self) -> int:
        return len(self.at)


def draw_feedback(rng: np.random.Generator, people: People, until: Floats, plot: Plot) -> tuple[Sheet, Sheet]:
    """Two files: what the company gathered itself, and what an agency found outside (reviews and posts)."""
    said = _drawn(rng, people, until, plot)
    written = _written(rng, said, plot)
    resolved = _resolved(rng, said)
    inside = (said.source != _REVIEW) & (said.source != _SOCIAL)
    colleague = (said.source == _NOTE) | (said.source == _COLLEAGUE)
    status = np.where(~np.isnan(resolved), 2, (rng.random(len(said)) < 0.6).astype(np.int64))
    tagged = rng.random(len(said)) < 0.8
    user = np.where(colleague, rng.integers(0, 30, len(said)), -1)
    owner = np.where(status > 0, rng.integers(0, len(company.TEAMS) * AGENTS_PER_TEAM, len(said)), -1)
    ours: dict[str, Cells] = {
        "意見編號": numbered("F", np.arange(len(said))),
        "時間": texts(said.at, "second"),
        "來源": names(SOURCES, said.source),
        "發聲者": names(VOICES, _voice(said)),
        "客戶編號": numbered("C", said.customer),
        "員工編號": numbered("U", user, 3),
        "內容": written,
        "主題": where(tagged & ~colleague, names(_TOPICS, said.topic)),
        "處理狀態": names(_STATUS, status),
        "負責人": numbered("U", owner, 3),
        "解決時間": texts(resolved, "second"),
    }
    stars = names(("5", "3", "1"), np.where(said.source == _REVIEW, said.mood, -1))
    theirs = {header: ours[header] for header in ("意見編號", "時間", "來源", "發聲者", "客戶編號", "內容", "處理狀態")}
    return _rows(ours, inside), _rows(theirs | {"星等": stars}, ~inside)


def _rows(sheet: dict[str, Cells], kept: Bools) -> Sheet:
    return {
        header: [cell for cell, there in zip(cells, kept.tolist(), strict=True) if there]
        for header, cells in sheet.items()
    }


def _voice(said: _Said) -> Ints:
    colleague = (said.source == _NOTE) | (said.source == _COLLEAGUE)
    return np.where(colleague, 1, np.where(said.source == _SOCIAL, 2, 0))


def _drawn(rng: np.random.Generator, people: People, until: Floats, plot: Plot) -> _Said:
    count = round(SHARE * len(people))
    since = day_of(LOGGED)
    at = np.sort(at_hours(rng, since + rng.random(count) * (HORIZON - since), "service"))
    source = rng.choice(len(SOURCES), size=count, p=_WEIGHTS)
    customer = _present(rng, people, until, at)
    nameless = (source == _SOCIAL) | (source == _COLLEAGUE) | ((source == _REVIEW) & (rng.random(count) < 0.6))
    customer = np.where(nameless, -1, customer)
    topic = rng.choice(len(_TOPICS), size=count, p=_TOPIC_WEIGHTS)
    mood = rng.choice(len(MOODS), size=count, p=_MOOD_WEIGHTS)
    luck = rng.random(count)
    for told, subject, share in _moved(people, customer, at, plot):
        chosen = told & (luck < share)
        topic = np.where(chosen, _TOPICS.index(subject), topic)
        mood = np.where(chosen, MOODS.index(BAD), mood)
    return _Said(at, source, customer, topic, mood)


def _present(rng: np.random.Generator, people: People, until: Floats, at: Floats) -> Ints:
    """Somebody who is a customer at each time: the first such of thirty drawn, −1 if none was."""
    drawn = rng.integers(0, len(people), (30, len(at)))
    there = (people.start[drawn] < at) & (np.nan_to_num(until[drawn], nan=0.0) > at)
    return np.where(there.any(axis=0), drawn[there.argmax(axis=0), np.arange(len(at))], -1)


def _moved(people: People, customer: Ints, at: Floats, plot: Plot) -> list[tuple[Bools, str, float]]:
    """Who speaks of a story: which texts, the topic, and the share of those that take it up."""
    known = customer >= 0
    found = [((at >= day_of(PRICE_CHANGE)) & (at < day_of(PRICE_CHANGE) + 60), "價格", 0.25)]
    soon = known & (at - people.start[customer] < 60)
    found.append((soon & people.trouble[customer], "訂閱開通", 0.8))
    if plot.slow_team:
        inside = (at >= day_of(plot.slow_team.start)) & (at < day_of(plot.slow_team.end))
        found.append((known & inside & (people.team[customer] == SLOW_TEAM), "客服", 0.6))
    return found


def _resolved(rng: np.random.Generator, said: _Said) -> Floats:
    """When somebody had dealt with it; praise and posts are read and left."""
    work = after_working_hours(said.at, rng.lognormal(np.log(16.0), 0.9, len(said)))
    worth = (said.mood != MOODS.index(GOOD)) & (said.source != _SOCIAL) & (rng.random(len(said)) < 0.75)
    return np.where(worth & (work < HORIZON), work, np.nan)


def _written(rng: np.random.Generator, said: _Said, plot: Plot) -> Cells:
    found = []
    upgraded = day_of(plot.upgrade.start) if plot.upgrade else HORIZON
    luck = rng.random((len(said), 6))
    for number in range(len(said)):
        chance = luck[number].tolist()
        body, opening, closing = _pieces(said, number, chance, upgraded)
        text = body.format(
            product=_one(_COFFEES, chance[3]),
            days=3 + int(chance[4] * 9),
            agent=f"{_one(company.SURNAMES, chance[5])}小姐" if chance[5] < 0.6 else "客服人員",
            month=(FIRST_DAY + timedelta(days=said.at[number])).month,
        )
        found.append(opening + text + closing)
    return found


def _pieces(said: _Said, number: int, chance: list[float], upgraded: float) -> tuple[str, str, str]:
    """Body, opening and closing of a text."""
    source, mood = int(said.source[number]), MOODS[int(said.mood[number])]
    if source == _COLLEAGUE:
        of = phrases.STAFF_AFTER if said.at[number] >= upgraded else phrases.STAFF_BEFORE
        return _one(of, chance[0]), "", "。"
    if source == _NOTE:
        return _one(phrases.SALES_NOTES, chance[0]), "", "。"
    if source == _SOCIAL:
        return _one(phrases.MARKET, chance[0]), "", "。"
    bodies = phrases.TOPICS[_TOPICS[int(said.topic[number])]][mood]
    return _one(bodies, chance[0]), _one(phrases.OPENINGS[mood], chance[1]), _one(phrases.CLOSINGS[mood], chance[2])


def _one(of: Sequence[str], chance: float) -> str:
    return of[int(chance * len(of))]

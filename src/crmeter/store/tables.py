"""The tables of the store. A change here needs a migration beside it."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

#: The newest migration; a test holds it to the files of ``migrations/versions``.
SCHEMA = "0008"

EVALUATION = Table(
    "evaluation",
    METADATA,
    Column("id", String, primary_key=True),
    Column("sealed_at", String, nullable=False),  # UTC, ISO 8601, as in the document
    Column("period", String, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("load", Integer, nullable=False),
    Column("document", Text, nullable=False),  # canonical JSON, byte for byte what was sealed
    Column("checksum", String, nullable=False),
)

SEGMENT = Table(
    "segment",
    METADATA,
    Column("name", String, primary_key=True),
    Column("saved_at", String, nullable=False),  # UTC, ISO 8601
    Column("definition", Text, nullable=False),  # canonical JSON: {"where": […], "rfm": …, "tier": …}
)

ALERT = Table(
    "alert",
    METADATA,
    Column("kpi", String, primary_key=True),
    Column("grain", String, primary_key=True),
    Column("started_on", Date, primary_key=True),  # the first day of the first period that was far off
    Column("direction", String, nullable=False),  # above, or below
    Column("distance", Float, nullable=False),  # standard errors, when last told
    Column("told_on", Date, nullable=False),  # the first day of the period that it was last told of
    Column("ended_on", Date),  # the first day of the period in which it was over; null while it goes on
    Column("documents", Text, nullable=False),  # canonical JSON: all that was told of it, by period
)

PLAN = Table(
    "plan",
    METADATA,
    Column("id", String, primary_key=True),  # P1, P2 …
    Column("state", String, nullable=False),
    Column("content", Text, nullable=False),  # canonical JSON: what it says
    Column("registration", Text),  # canonical JSON: what was sealed before its start; null before
)

PLAN_EVENT = Table(
    "plan_event",
    METADATA,
    Column("plan", String, ForeignKey("plan.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),  # UTC, ISO 8601
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("details", Text, nullable=False),  # canonical JSON
)

PLAN_VERIFICATION = Table(
    "plan_verification",
    METADATA,
    Column("plan", String, ForeignKey("plan.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),  # UTC, ISO 8601
    Column("load", Integer, nullable=False),
    Column("verdict", String, nullable=False),
    Column("document", Text, nullable=False),  # canonical JSON, byte for byte what was sealed
    Column("checksum", String, nullable=False),
)

GOAL = Table(
    "goal",
    METADATA,
    Column("id", String, primary_key=True),  # G1, G2 …
    Column("created_at", String, nullable=False),  # UTC, ISO 8601
    Column("closed_at", String),
    Column("parent", String, ForeignKey("goal.id")),
    Column("document", Text, nullable=False),  # canonical JSON: as it was set
    Column("outcome", Text),  # canonical JSON: the state it was closed in
)

GOAL_CHECK_IN = Table(
    "goal_check_in",
    METADATA,
    Column("goal", String, ForeignKey("goal.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),  # UTC, ISO 8601
    Column("by", String),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),  # canonical JSON: how the goal stood then
)

RUN = Table(
    "run",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("evaluation", String, unique=True),  # the id of what it makes; null where it was given up
    Column("asked", String, nullable=False),  # checksum of the period, whom it is about and what gave occasion to it
    Column("period", String, nullable=False),
    Column("state", String, nullable=False),  # running, finished or outdated
    Column("started_at", String, nullable=False),  # UTC, ISO 8601
    Column("ended_at", String),
    Column("reason", String),  # the step whose inputs had changed, of one that was given up
)

RUN_STEP = Table(
    "run_step",
    METADATA,
    Column("run", Integer, ForeignKey("run.number"), primary_key=True),
    Column("step", String, primary_key=True),
    Column("started_at", String, nullable=False),
    Column("finished_at", String, nullable=False),
    Column("inputs", Text, nullable=False),  # canonical JSON: checksums of what the step started from
    Column("made", Text),  # canonical JSON: what it made; null when the evaluation is sealed
)

EVENT = Table(
    "event",
    METADATA,
    Column("id", String, primary_key=True),  # V1, V2 …
    Column("kind", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("began", Date),
    Column("note", Text, nullable=False),
    Column("added_at", String, nullable=False),  # UTC, ISO 8601
)

SCHEDULE = Table(
    "schedule",
    METADATA,
    Column("id", String, primary_key=True),  # S1, S2 …
    Column("created_at", String, nullable=False),  # UTC, ISO 8601
    Column("paused", Integer, nullable=False),  # 0 or 1
    Column("removed_at", String),
    Column("document", Text, nullable=False),  # canonical JSON: what is done when, and for whom
)

SCHEDULE_RUN = Table(
    "schedule_run",
    METADATA,
    Column("schedule", String, ForeignKey("schedule.id"), primary_key=True),
    Column("due_at", String, primary_key=True),  # UTC, ISO 8601
    Column("state", String, nullable=False),  # running, done, failed, skipped
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", String),  # of one that failed and is tried again
    Column("updated_at", String, nullable=False),
    Column("note", Text, nullable=False),
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("id", String, primary_key=True),  # D1, D2 …
    Column("schedule", String, ForeignKey("schedule.id"), nullable=False),
    Column("due_at", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("state", String, nullable=False),  # waiting, sending, sent, failed, unknown
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", String),
    Column("updated_at", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("about", Text, nullable=False),  # canonical JSON: what it tells of, so that it is told once
    Column("note", Text, nullable=False),
    Column("content", LargeBinary),  # the message as it is sent; gone once it was
    UniqueConstraint("schedule", "due_at", "recipient"),
)

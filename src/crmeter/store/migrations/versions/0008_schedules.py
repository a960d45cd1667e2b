"""Schedules, their runs, and what is sent to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("paused", sa.Integer, nullable=False),
        sa.Column("removed_at", sa.String),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "schedule_run",
        sa.Column("schedule", sa.String, sa.ForeignKey("schedule.id"), primary_key=True),
        sa.Column("due_at", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.String),
        sa.Column("updated_at", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("schedule", sa.String, sa.ForeignKey("schedule.id"), nullable=False),
        sa.Column("due_at", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", sa.String),
        sa.Column("updated_at", sa.String, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.UniqueConstraint("schedule", "due_at", "recipient"),
    )

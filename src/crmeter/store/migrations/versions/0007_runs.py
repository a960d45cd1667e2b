"""Runs of evaluations with their steps, and events that give occasion to one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "run",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("evaluation", sa.String, unique=True),
        sa.Column("asked", sa.String, nullable=False),
        sa.Column("period", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("ended_at", sa.String),
        sa.Column("reason", sa.String),
    )
    # two processes that are asked the same at once go on with one run
    op.create_index(
        "run_running",
        "run",
        ["asked"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "run_step",
        sa.Column("run", sa.Integer, sa.ForeignKey("run.number"), primary_key=True),
        sa.Column("step", sa.String, primary_key=True),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("finished_at", sa.String, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("made", sa.Text),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("began", sa.Date),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("added_at", sa.String, nullable=False),
    )

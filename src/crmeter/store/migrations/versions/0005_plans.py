"""Improvement plans. What was sealed, what happened and what was verified is never changed: the database refuses it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("registration", sa.Text),
    )
    op.create_table(
        "plan_event",
        sa.Column("plan", sa.String, sa.ForeignKey("plan.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
    )
    op.create_table(
        "plan_verification",
        sa.Column("plan", sa.String, sa.ForeignKey("plan.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("load", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("checksum", sa.String, nullable=False),
    )
    for table, what in (("plan_event", "the history of a plan"), ("plan_verification", "a verification")):
        refuse = f"SELECT RAISE(ABORT, '{what} is never changed')"
        op.execute(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} BEGIN {refuse}; END")
        op.execute(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} BEGIN {refuse}; END")
        # INSERT OR REPLACE deletes without asking the trigger above
        op.execute(
            f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} WHEN EXISTS "
            f"(SELECT 1 FROM {table} WHERE plan = NEW.plan AND number = NEW.number) BEGIN {refuse}; END"
        )
    refuse = "SELECT RAISE(ABORT, 'a registered plan is never changed')"
    op.execute(
        "CREATE TRIGGER plan_registered BEFORE UPDATE ON plan WHEN OLD.registration IS NOT NULL AND "
        "(NEW.registration IS NOT OLD.registration OR NEW.content IS NOT OLD.content) "
        f"BEGIN {refuse}; END"
    )
    op.execute(
        f"CREATE TRIGGER plan_delete BEFORE DELETE ON plan WHEN OLD.registration IS NOT NULL BEGIN {refuse}; END"
    )

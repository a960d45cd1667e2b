"""Alerts that were given."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("kpi", sa.String, primary_key=True),
        sa.Column("grain", sa.String, primary_key=True),
        sa.Column("started_on", sa.Date, primary_key=True),
        sa.Column("direction", sa.String, nullable=False),
        sa.Column("distance", sa.Float, nullable=False),
        sa.Column("told_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("documents", sa.Text, nullable=False),
    )

"""Saved segments of customers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "segment",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("saved_at", sa.String, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
    )

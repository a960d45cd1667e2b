"""The sealed evaluations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sealed_at", sa.String, nullable=False),
        sa.Column("period", sa.String, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("load", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("checksum", sa.String, nullable=False),
    )

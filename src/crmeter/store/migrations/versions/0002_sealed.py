"""The database itself refuses to change a sealed evaluation."""

from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSE = "SELECT RAISE(ABORT, 'a sealed evaluation is never changed')"


def upgrade() -> None:
    op.execute(f"CREATE TRIGGER evaluation_update BEFORE UPDATE ON evaluation BEGIN {_REFUSE}; END")
    op.execute(f"CREATE TRIGGER evaluation_delete BEFORE DELETE ON evaluation BEGIN {_REFUSE}; END")
    # INSERT OR REPLACE deletes without asking the trigger above
    op.execute(
        "CREATE TRIGGER evaluation_replace BEFORE INSERT ON evaluation "
        f"WHEN EXISTS (SELECT 1 FROM evaluation WHERE id = NEW.id) BEGIN {_REFUSE}; END"
    )

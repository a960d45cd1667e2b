"""Run by Alembic; the connection is handed over by ``crmeter.store.database``."""

from alembic import context

from crmeter.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()

"""Opening the database of the store: SQLite set up to be durable, its schema brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.store.tables import SCHEMA

BUSY_SECONDS = 30
MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> Engine:
    """An engine on the store at ``url`` (``sqlite:///path``), made or migrated to the schema of this version.

    Raises UserError where it cannot be reached, is damaged, or was made by a newer version.
    """
    location = _read_url(url)
    path = Path(location.database) if location.database else None
    with saying_what_is_wrong(location):
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(location, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _set_up)
        _bring_up_to_date(engine)
    return engine


def _read_url(url: str) -> URL:
    try:
        location = make_url(url)
    except ArgumentError:
        location = None
    if location is None or location.get_backend_name() != "sqlite" or location.database in (None, "", ":memory:"):
        raise UserError.of(
            t("The store “{url}” can't be used.", url=url if location is None else location.render_as_string()),
            t("This version keeps evaluations in an SQLite file."),
            t("Set url under [store] in crmeter.toml, for example “sqlite:///data/app.db”."),
        )
    return location


def _set_up(connection: Any, _: object) -> None:
    """Readers beside one writer; what was acknowledged is on the disk."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _bring_up_to_date(engine: Engine) -> None:
    if schema_of(engine) == SCHEMA:
        return
    # half a second of imports, needed once in the life of a store
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))  # two processes may find the same old store at once
        found = schema_of(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise UserError.of(
                t("The store was made by a newer version of crmeter (schema {found}).", found=found),
                next=t("Install that version, or set another store under [store] in crmeter.toml."),
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def schema_of(bind: Engine | Connection) -> str | None:
    """The migration a store stands at, None for an empty one."""
    if isinstance(bind, Engine):
        with bind.connect() as connection:
            return schema_of(connection)
    if not inspect(bind).has_table("alembic_version"):
        return None
    found = bind.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


@contextmanager
def saying_what_is_wrong(location: URL) -> Iterator[None]:
    """Turn what the database and the disk report into a message for the user."""
    name = location.database or ""
    try:
        yield
    except OSError as error:
        raise UserError.of(
            t("The store “{path}” can't be opened: {reason}.", path=name, reason=error.strerror or error),
            next=t("Check url under [store] in crmeter.toml and the rights of its folder."),
        ) from error
    except DatabaseError as error:
        raise _explain(name, str(error.orig)) from error


def _explain(path: str, reason: str) -> UserError:
    if "not a database" in reason or "malformed" in reason:
        return UserError.of(
            t("The store “{path}” is damaged or no store at all ({reason}).", path=path, reason=reason),
            t("Its evaluations can't be read."),
            t("Put back a copy of the file, or move it away: a new, empty store is then made."),
        )
    if "locked" in reason:
        return UserError.of(
            t("The store “{path}” is in use by another process.", path=path),
            next=t("Wait until that one has finished, then try again."),
        )
    if "full" in reason:
        return UserError.of(
            t("There is no room on the disk for the store “{path}”.", path=path),
            t("Nothing was changed."),
            t("Make room and try again."),
        )
    return UserError.of(
        t("The store “{path}” can't be used: {reason}.", path=path, reason=reason),
        next=t("Check url under [store] in crmeter.toml and the rights of its folder."),
    )

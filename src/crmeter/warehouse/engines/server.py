"""The canonical tables that lie on a server, opened for measuring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from importlib import import_module

from crmeter.model.rules import Rules
from crmeter.warehouse import derive
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines.engine import Engine
from crmeter.warehouse.engines.products import product_of
from crmeter.warehouse.horizon import data_horizon, history_start

NO_LOAD = 0  # the number of the load where no table tells of one
_WRITTEN = ("arrival", "rule_result")
_LOADED = {"load": "INTEGER", "as_of": "DATE", "history_start": "DATE", "rules": "VARCHAR"}


def opened(url: str, schema: str | None) -> AbstractContextManager[Engine]:
    """A session of the server at ``url`` that shows the canonical tables of ``schema`` (None: the usual one).

    Raises UserError where the tables do not have the canonical columns, ServerError where the server does not let us
    in or read, ImportError without the driver.
    """
    module = import_module(f"crmeter.warehouse.engines.{product_of(url).module}")
    session: AbstractContextManager[Engine] = module.opened(url, schema)
    return session


@contextmanager
def reading(url: str, schema: str | None, rules: Rules, now: datetime | None = None) -> Iterator[Warehouse]:
    """Open the canonical tables of ``schema`` and derive, in temporary tables, what measuring needs by ``rules``.

    A table that is not there counts as one without rows. Raises what :func:`opened` does.
    """
    with opened(url, schema) as engine:
        yield derived(engine, rules, now)


def derived(engine: Engine, rules: Rules, now: datetime | None = None) -> Warehouse:
    """The warehouse of an engine that shows the canonical tables: what measuring needs is derived in it now."""
    as_of = data_horizon(engine, rules, now or datetime.now(UTC))
    derive.refresh(engine, rules, as_of)
    counted = json.dumps(rules.as_json(), default=str)
    engine.put("load", _LOADED, [(_last_load(engine), as_of, history_start(engine), counted)])
    return Warehouse(engine)


def _last_load(engine: Engine) -> int:
    """The newest load that the tables which are written of every load tell of."""
    told = (engine.execute(f"SELECT max(load) FROM {engine.named('main', name)}") for name in _WRITTEN)
    return max((number for [(number,)] in told if number is not None), default=NO_LOAD)

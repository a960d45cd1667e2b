"""The canonical tables on a server, opened as the settings say, or built there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.products import product_of

if TYPE_CHECKING:
    from crmeter.ingest.landing import Progress
    from crmeter.ingest.report import LoadReport


@contextmanager
def on_server(workspace: Workspace) -> Iterator[Warehouse]:
    """The tables that ``[engine]`` names, counted by the settings of the workspace.

    Raises UserError without the driver, where the server does not let us in or read, and where its tables are not
    canonical.
    """
    with _reached(workspace) as url:
        from crmeter.warehouse.engines import server

        with server.reading(url, workspace.server_schema, workspace.rules) as found:
            yield found


def build(workspace: Workspace, names: Sequence[str], progress: Progress) -> LoadReport:
    """Build the canonical tables on the server from the raw tables that ``[engine] raw`` names.

    Raises UserError as :func:`on_server`, and with all that is wrong with mappings and columns.
    """
    _require_own_schema(workspace, names)
    with _reached(workspace) as url:
        from crmeter.ingest.in_place import Plan
        from crmeter.ingest.in_place import build as build_there

        plan = Plan(workspace.root, url, workspace.server_raw, workspace.server_schema or "", workspace.rules)
        return build_there(plan, progress)


def _require_own_schema(workspace: Workspace, names: Sequence[str]) -> None:
    if not workspace.server_raw:
        raise UserError.of(
            t("[engine] url names a server, and [engine] raw no raw tables to build from there."),
            next=t(
                'Say where those of each source lie: raw = {{ crm = "crm_raw" }}. Its mappings stand in mappings/crm.'
            ),
        )
    if not workspace.server_schema:
        raise UserError.of(
            t("[engine] raw needs [engine] schema, where the canonical tables are built."),
            next=t("Name a schema of its own: what stands in it is replaced."),
        )
    if names:
        raise UserError.of(
            t("On a server the tables are built of all sources together."), next=t("Name no source: crmeter ingest")
        )


@contextmanager
def _reached(workspace: Workspace) -> Iterator[str]:
    """The address of the server; what it says of itself and what its driver lacks become one UserError."""
    url = workspace.server
    if url is None:
        raise ValueError("the workspace names no server")
    product = product_of(url)
    try:
        import_module(product.driver)
    except ImportError:
        raise UserError.of(
            t("[engine] url needs the driver of {product}, which is not installed.", product=product.name),
            next=t("Install it: pip install 'crmeter[{extra}]'", extra=product.extra),
        ) from None
    from crmeter.connectors.sql.address import secrets, shown

    try:
        yield url
    except ServerError as error:
        said = " ".join(str(error).split())
        for secret in secrets(url):
            said = said.replace(secret, "•••")
        place = shown(url)
        raise UserError.of(
            t("The canonical tables in {database} on {host} can’t be read.", database=place.database, host=place.host),
            said,
            t("Check [engine] in crmeter.toml, that the server runs, and that its user may read the tables. A password "
              'belongs into the environment: url = "env:NAME".'),
        ) from None  # fmt: skip

"""The canonical tables on a server, opened as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from crmeter.app.settings import Workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t
from crmeter.warehouse.duck import Warehouse
from crmeter.warehouse.engines.engine import ServerError
from crmeter.warehouse.engines.products import product_of


@contextmanager
def on_server(workspace: Workspace) -> Iterator[Warehouse]:
    """The tables that ``[engine]`` names, counted by the settings of the workspace.

    Raises UserError without the driver, where the server does not let us in or read, and where its tables are not
    canonical.
    """
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
    from crmeter.warehouse.engines import server

    try:
        with server.reading(url, workspace.server_schema, workspace.rules) as found:
            yield found
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

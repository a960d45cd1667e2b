"""The products on whose servers the canonical tables may lie. Light: settings are read with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A database product: how its addresses begin, the ``driver`` that reaches it and the extra that installs that,
    and the module beside this one whose ``opened(url, schema)`` gives an engine."""

    name: str
    schemes: tuple[str, ...]
    driver: str
    extra: str
    module: str


PRODUCTS = (
    Product("PostgreSQL", ("postgresql://", "postgres://"), "psycopg", "postgres", "postgres_session"),
    Product("ClickHouse", ("clickhouse://",), "clickhouse_connect", "clickhouse", "clickhouse_session"),
    Product("Spark", ("spark://", "sc://"), "pyspark", "spark", "spark_session"),
)
SCHEMES = tuple(scheme for product in PRODUCTS for scheme in product.schemes)
BARE = ("spark://",)
"""The schemes that are an address by themselves: the driver is told elsewhere where its server is."""


def product_of(url: str) -> Product:
    """The product that an address names.

    >>> product_of("postgresql://ann@db/crm").name
    'PostgreSQL'
    """
    return next(product for product in PRODUCTS if url.startswith(product.schemes))

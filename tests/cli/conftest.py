"""A small company in files, and a way to call the command line as a shell does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crmeter.cli.main import run

TOML = """
[workspace]
name = "Acme"
currency = "TWD"
timezone = "Asia/Taipei"

[sources.shop]
path = "exports/*.csv"

[targets.revenue]
value = 500
"""
CUSTOMERS = "id,name,segment\n1,Ann,vip\n2,Bob,=cmd()\n3,Cat,\n"
# Ann buys 100 and 200 in the third quarter of 2025, Bob 50; in the fourth Ann 400, Bob returns 50 of his.
ORDERS = """id,customer,day,amount,kind
1,1,2025-07-01,100,sale
2,1,2025-09-30,200,sale
3,2,2025-08-01,50,sale
4,1,2025-10-01,400,sale
5,2,2025-11-11,-50,refund
6,1,2025-12-31,1,sale
7,2,not a day,5,sale
"""
CUSTOMER_SQL = "SELECT id AS customer_id, name, nullif(segment, '') AS segment FROM customers"
ORDER_SQL = """SELECT id AS order_id, customer AS customer_id, "day" AS ordered_at, amount, 'TWD' AS currency, kind
FROM orders"""


@dataclass(frozen=True)
class Answer:
    """What a command line came to."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]


@pytest.fixture
def crmeter(capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a command line; no answer may hold a traceback."""

    def call(*words: str | Path) -> Answer:
        capfd.readouterr()
        code = run([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Answer(code, out, err)

    return call


def write_company(folder: Path) -> Path:
    """The export files, mappings and settings of the company."""
    texts = {
        "crmeter.toml": TOML,
        "exports/customers.csv": CUSTOMERS,
        "exports/orders.csv": ORDERS,
        "mappings/shop/customer.sql": CUSTOMER_SQL,
        "mappings/shop/order.sql": ORDER_SQL,
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its files loaded. Tests do not change it."""
    folder = write_company(tmp_path_factory.mktemp("acme"))
    assert run(["ingest", "-C", str(folder)]) == 0
    return folder


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """The company with nothing loaded yet, for one test alone."""
    return write_company(tmp_path / "acme")

"""crmeter needs, on a company by hand: seventy buy a kit and then beans, seventy tea and then tea; ten differ."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from crmeter.analysis.needs.accuracy import accuracy, model_of
from crmeter.analysis.needs.bought import bought
from crmeter.app.measuring import believed
from crmeter.app.settings import open_workspace
from crmeter.cli.main import run
from tests.cli.conftest import Call, write_company

PEOPLE = 140
ORDER_SQL = """SELECT id AS order_id, customer AS customer_id, "day" AS ordered_at, amount, 'TWD' AS currency, kind,
nullif(product, '') AS product FROM orders"""


def chosen(person: int, year: int) -> str:
    """What somebody buys in a year: the first half a kit and then beans, the others tea; ten of them beans in 2025."""
    if person < PEOPLE // 2:
        return "kit" if year == 2022 else "beans"
    return "beans" if year == 2025 and person < PEOPLE // 2 + 10 else "tea"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_company(tmp_path_factory.mktemp("needs"))
    people = ["id,name,segment", *(f"{n},,{'a' if n < PEOPLE // 2 else 'b'}" for n in range(PEOPLE)), "gone,,a"]
    orders = ["id,customer,day,amount,kind,product"]
    for year in range(2022, 2026):
        orders += [f"{year}-{n},{n},{year}-12-31,10,sale,{chosen(n, year)}" for n in range(PEOPLE)]
    orders += ["r,0,2025-12-31,-10,refund,beans", "n,0,2025-12-31,10,sale,"]  # neither is a purchase of an item
    (folder / "exports" / "customers.csv").write_text("\n".join(people) + "\n", "utf-8")
    (folder / "exports" / "orders.csv").write_text("\n".join(orders) + "\n", "utf-8")
    (folder / "mappings" / "shop" / "order.sql").write_text(ORDER_SQL, "utf-8")
    assert run(["ingest", "-C", str(folder)]) == 0
    return folder


def test_measured_out_of_time_against_the_popular_items(crmeter: Call, company: Path) -> None:
    """The newest year is foretold from the three before. Model: beans after a kit and tea after tea, right for all but
    the ten: 130 of 140. In 2024 beans and tea were bought as often, tea stands first (more often in all): 60 of 140 buy
    it in 2025. The 70 beans are won and nothing is lost: 70/140 = 0.5 with s² = (70 − 70²/140) ÷ 139 and Student's
    1.9772 × s ÷ √140 = 0.0839."""
    answer = crmeter("needs", "--format", "json", "-C", company)
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert (found["customers"], found["purchases"], found["items"], found["without_item"]) == (140, 560, 3, 1)
    [first] = [rate for rate in found["accuracy"]["hit_rates"] if rate["k"] == 1]
    assert (first["model"], first["popular"]) == pytest.approx((130 / 140, 60 / 140))
    assert (first["change"], first["high"] - first["change"]) == pytest.approx((0.5, 0.0839), abs=1e-4)
    assert (found["accuracy"]["cutoff"], found["recommended"]) == ("2025-01-01", "model")
    again = next(a for a in found["affinities"] if (a["kind"], a["first"]) == ("again", "tea"))
    assert (again["seen"], again["of"], again["beyond_noise"]) == (70, 70, True)


def test_by_customer_by_segment_and_as_rows(crmeter: Call, company: Path) -> None:
    found = json.loads(crmeter("needs", "--customer", "139", "--format", "json", "-C", company).out)
    best = found["customer"]["items"][0]
    assert (best["item"], best["because"]) == ("tea", ["tea"]) and best["chance"] > best["popular"]
    groups = json.loads(crmeter("needs", "--by", "segment", "--format", "json", "-C", company).out)["next"]
    assert {g["by"]["segment"]: g["items"][0]["item"] for g in groups} == {"a": "beans", "b": "tea"}
    rows = list(csv.DictReader(io.StringIO(crmeter("needs", "--top", "1", "--format", "csv", "-C", company).out)))
    assert len(rows) == PEOPLE and {row["basis"] for row in rows} == {"model"}
    said = crmeter("needs", "-C", company).out
    assert "is right more often than the most popular one" in said and "1 orders name no item." in said


def test_drawn(crmeter: Call, company: Path, tmp_path: Path) -> None:
    drawn = crmeter("needs", "--by", "segment", "--format", "chart", "-C", company).out
    assert drawn.startswith("<svg") and drawn.count("By popularity alone") == 1
    assert "92.9%" in drawn and "42.9%" in drawn  # the title has the hit rates by hand: 130 and 60 of 140
    file = tmp_path / "one.png"
    assert crmeter("needs", "--customer", "3", "--format", "chart", "-o", str(file), "-C", company).code == 0
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--customer", "gone"], "Nothing is known that “gone” has bought."),
        (["--item", "product_line"], "fewer than two different items (order.product_line)"),
        (["--by", "colour"], "cannot be split or filtered by “colour”"),
    ],
)
def test_what_cannot_be_said_is_refused(crmeter: Call, company: Path, words: list[str], said: str) -> None:
    answer = crmeter("needs", *words, "-C", company)
    assert answer.code == 1 and said in answer.err


def test_nothing_after_the_cut_off_is_known_to_the_model(company: Path) -> None:
    workspace = open_workspace(company)
    with believed(workspace) as warehouse:
        warehouse.begin()
        found = bought(warehouse, "product")
    cutoff = date(2025, 1, 1)
    changed = found.choices.item.copy()
    changed[found.day >= (cutoff - date(1970, 1, 1)).days] = 0
    other = type(found)(
        type(found.choices)(found.choices.person, changed, found.choices.era, 3), found.day, found.customers,
        found.items, 0, 0,
    )  # fmt: skip
    one, two = model_of(found, cutoff), model_of(other, cutoff)
    assert (one.factors == two.factors).all() and (one.popularity == two.popularity).all()
    assert model_of(found, date(2026, 1, 1)).popularity.tolist() != one.popularity.tolist()
    few = type(found)(found.choices, found.day - 10_000, found.customers, found.items, 0, 0)
    assert accuracy(few, date(2026, 1, 1), (1,)) is None  # nobody has bought since

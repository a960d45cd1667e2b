"""Steps that are noted down, and what makes two of them the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.kernel.expressions import Private, days_of, digest, ibis, ir, is_private, real, shape, tables_of
from crmeter.warehouse.sql import _compiler, declared, to_sql

ORDER = declared("order", {"order_id": "VARCHAR", "kind": "VARCHAR", "amount": "DECIMAL(18,4)", "ordered_on": "DATE"})


def spent(kind: object = "sale", least: object = 0) -> ir.Table:
    rows = ORDER.filter(ORDER.kind == kind, ORDER.amount > least)
    return rows.group_by("ordered_on").agg(spent=rows.amount.sum(), n=rows.count())


def test_the_same_steps_have_one_digest_and_others_have_another() -> None:
    assert digest(spent()) == digest(spent())
    others = [
        spent("refund"),
        spent(least=1),
        spent(least=1.0),
        spent(least="0"),
        spent(least=True),
        spent(least=False),
    ]
    assert len({digest(each) for each in (spent(), *others)}) == 1 + len(others)


def test_what_an_argument_is_called_and_in_which_list_it_stands_matters() -> None:
    found = [
        ORDER.mutate(a=ORDER.amount),
        ORDER.mutate(b=ORDER.amount),
        ORDER.select("kind", "amount"),
        ORDER.select("amount", "kind"),
        ORDER.select(["kind", "amount"]),
        ORDER.select("kind,amount"),
        ORDER.amount - 1,
        1 - ORDER.amount,
        ORDER.amount.cast("int64"),
        ORDER.amount.cast("int64").cast("int64"),
    ]
    assert len(set(map(digest, found))) == len(found)


def test_a_column_more_or_of_another_type_makes_another_table() -> None:
    columns = {"a": "VARCHAR", "b": "DATE"}
    found = [
        declared("t", columns),
        declared("u", columns),
        declared("t", columns, "main"),
        declared("t", {**columns, "c": "DATE"}),
        declared("t", {**columns, "b": "TIMESTAMP"}),
    ]
    assert len({digest(each.count()) for each in found}) == len(found)


@given(st.text(), st.text())
def test_no_text_passes_for_another(one: str, two: str) -> None:
    """Whatever stands in a value, quotes and brackets too, it is not taken for a part of the steps."""
    assert (digest(spent(one)) == digest(spent(two))) == (one == two)


def test_what_is_asked_of_an_expression_is_what_ibis_says() -> None:
    found = spent()
    made = real(found)
    assert found.columns == tuple(made.columns) == ("ordered_on", "spent", "n")
    assert str(found.spent.type()) == str(made.spent.type())
    assert found.spent.type().is_decimal()
    assert found.n.type().is_integer()
    assert found.ordered_on.type().is_date()
    assert ORDER.get_name() == "order"
    assert 'SUM("t1"."amount")' in to_sql(found)


def test_operators_on_either_side() -> None:
    amount = ORDER.amount
    found = ORDER.select(x=(2 - amount) / amount, y=-(1 + amount), z=(amount > 1) & ~(amount < 0) | (amount == 5))
    sql = to_sql(found)
    assert '(2 - "t0"."amount")' in sql.replace("CAST(2 AS TINYINT)", "2")
    assert "NOT" in sql


def test_what_somebody_gave_is_private_in_all_that_is_made_of_it() -> None:
    theirs = ORDER.filter(ORDER.kind.isin(Private(["vip"])))
    assert is_private(theirs.group_by("kind").agg(n=theirs.count()))
    assert not is_private(spent())
    assert to_sql(theirs) == to_sql(ORDER.filter(ORDER.kind.isin(["vip"])))


def test_which_tables_are_read() -> None:
    other = declared("customer", {"customer_id": "VARCHAR"})
    both = ORDER.join(other, ORDER.order_id == other.customer_id).select("kind")
    assert tables_of(both) == {"order", "customer"}


def test_a_long_chain_of_steps_is_put_together() -> None:
    rows = ORDER
    for number in range(600):
        rows = rows.mutate(amount=rows.amount + number)
    assert real(rows.select("kind")).columns == ("kind",)


def test_what_cannot_be_noted_down_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be part"):
        ORDER.filter(lambda rows: rows.kind == "sale")
    with pytest.raises(TypeError, match="neither true nor false"):
        assert ORDER.amount > 1
    with pytest.raises(TypeError, match="no parts"):
        list(ORDER.amount)


def test_functions_of_ibis() -> None:
    numbers = ibis.range(5).unnest().name("n").as_table()
    later = numbers.select(day=ibis.literal(date(2026, 1, 1)), best=ibis.greatest(numbers.n, 2))
    assert later.columns == ("day", "best")
    assert "MAKE_DATE(2026, 1, 1)" in to_sql(later)


def until(first: date, last: date, least: date = date(2026, 1, 1)) -> ir.Table:
    rows = ORDER.filter(ORDER.ordered_on >= first, ORDER.ordered_on < last)
    return rows.mutate(late=ibis.greatest(rows.ordered_on, ibis.literal(least)), first=ibis.literal(first)).select(
        "late"
    )


def test_other_days_in_the_same_places_have_the_same_shape() -> None:
    one = until(date(2025, 1, 1), date(2025, 2, 1))
    two = until(date(2024, 5, 1), date(2024, 6, 1), date(2023, 7, 8))
    assert shape(one) == shape(two)
    assert digest(one) != digest(two)
    same = date(2025, 1, 1)  # one day in two places is another shape: it is written once
    assert shape(until(same, same)) != shape(one)
    assert shape(until(same, date(2026, 1, 1))) != shape(one)
    assert shape(ORDER.filter(ORDER.ordered_on >= date(2025, 1, 1))) != shape(
        ORDER.filter(ORDER.ordered_on >= "2025-01-01")
    )


@given(*(st.dates(date(1900, 1, 1), date(2100, 1, 1)) for _ in range(3)))
def test_sql_has_its_own_days_whichever_were_asked_before(one: date, two: date, three: date) -> None:
    expression = until(one, two, three)
    assert to_sql(expression) == str(_compiler().to_sqlglot(real(expression)).sql("duckdb"))


def test_days_of_parts_are_told_apart_in_what_is_made_of_them() -> None:
    """Two parts of one shape, each with a day of its own, do not change their days with each other."""
    january, june = (ORDER.filter(ORDER.ordered_on == day) for day in (date(2026, 1, 1), date(2026, 6, 1)))
    both, turned = january.union(june), june.union(january)
    assert days_of(both) == (date(2026, 1, 1), date(2026, 6, 1))
    assert shape(both) == shape(turned)
    assert shape(both) != shape(january.union(january))
    assert to_sql(both) == str(_compiler().to_sqlglot(real(both)).sql("duckdb"))
    assert to_sql(turned) == str(_compiler().to_sqlglot(real(turned)).sql("duckdb"))
    assert to_sql(both) != to_sql(turned)


def test_a_table_once_more_is_always_the_same_one() -> None:
    """Steps that read alike are alike: joined by two views of one table, they could not be told from other ones."""
    other = ORDER.view()
    assert other is ORDER.view()
    both = ORDER.join(other, [ORDER.kind == other.kind, ORDER.amount < other.amount])
    assert both.select(one=ORDER.order_id, two=other.order_id).columns == ("one", "two")
    assert real(ORDER.view()).equals(real(other))

"""What a mapping may be, that nothing else ever runs, and that provenance changes no row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmeter.ingest.mapping import Mapping, bind, check, functions, quoted
from crmeter.kernel.errors import UserError
from crmeter.model.tables import BY_NAME

ORDER = BY_NAME["order"]
CUSTOMER = BY_NAME["customer"]
RAW = {"orders": ("id", "cust", "d", "amt", "current_date_of_sale"), "customers": ("客戶編號", "名稱", "a.b")}
BASE = "id AS order_id, cust AS customer_id, d AS ordered_at, amt AS amount, 'TWD' AS currency, 'sale' AS kind"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA raw_shop")
        con.execute(
            """CREATE TABLE raw_shop.orders AS FROM (VALUES
            ('1', 'ann', '2025-01-01', '5', NULL, 'a.csv', 2), ('2', 'bob', '2025-01-02', '6', NULL, 'a.csv', 3),
            ('2', 'bob', '2025-01-02', '6', NULL, 'a.csv', 4), ('1', 'ann', '2025-01-01', '5', NULL, 'b.csv', 2),
            ('3', NULL, NULL, '7', NULL, 'b.csv', 3)) AS t(id, cust, d, amt, current_date_of_sale, _file, _row)"""
        )
        con.execute(
            """CREATE TABLE raw_shop.customers AS
            FROM (VALUES ('ann', '安', 'x', 'k.csv', 2), ('bob', '柏', 'y', 'k.csv', 3))
            AS t("客戶編號", "名稱", "a.b", _file, _row)"""
        )
        yield con


def problems(text: str, table: str = "order") -> str:
    with pytest.raises(UserError) as caught:
        check(text, "mappings/shop/order.sql", BY_NAME[table], RAW)
    return str(caught.value)


def mapped(text: str, table: str = "order") -> Mapping:
    return check(text, "mappings/shop/order.sql", BY_NAME[table], RAW)


# --- what is refused -------------------------------------------------------------------------------------------------

FIRST = f"SELECT {BASE} FROM orders"
SECOND_STATEMENTS = [
    "; DROP TABLE orders",
    ";SELECT 1",
    "; -- done\n/* ; */ COPY orders TO 'CANARY'",
    ";;;\nATTACH 'CANARY' AS x",
    "; SET enable_external_access = true",
]
WRITES = [
    "DROP TABLE orders",
    "INSERT INTO orders VALUES (1)",
    "UPDATE orders SET id = 1",
    "DELETE FROM orders",
    "TRUNCATE orders",
    "CREATE TABLE x AS SELECT 1",
    "CREATE OR REPLACE VIEW orders AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "CREATE SECRET s (TYPE http)",
    "ALTER TABLE orders RENAME TO x",
    "COPY orders TO 'CANARY'",
    "COPY (SELECT 1) TO 'CANARY' (FORMAT parquet)",
    "EXPORT DATABASE 'CANARY'",
    "IMPORT DATABASE 'CANARY'",
    "ATTACH 'CANARY' AS x",
    "DETACH x",
    "USE memory",
    "PRAGMA database_list",
    "PRAGMA version",
    "SET threads = 1",
    "RESET threads",
    "CALL pragma_version()",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL httpfs FROM 'http://x'",
    "VACUUM",
    "CHECKPOINT",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "BEGIN",
    "COMMIT",
    "PIVOT orders ON cust USING sum(amt)",
    "WITH x AS (SELECT 1) DELETE FROM orders",
    "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
    "MERGE INTO orders USING customers ON true WHEN MATCHED THEN DELETE",
    "COMMENT ON TABLE orders IS 'x'",
    "SHOW TABLES",
    "DESCRIBE orders",
    "SUMMARIZE orders",
    "SHOW ALL TABLES",
]
SOURCES = [
    "'orders.csv'",
    "'/etc/passwd'",
    '"/etc/passwd"',
    "'https://example.org/x.csv'",
    "read_csv('/etc/passwd')",
    "READ_CSV_AUTO('/etc/passwd')",
    "\"read_csv\"('/etc/passwd')",
    "read_text('/etc/passwd')",
    "read_blob('/etc/*')",
    "glob('/*')",
    "sniff_csv('/etc/passwd')",
    "read_json('/x')",
    "read_ndjson_objects('/x')",
    "read_parquet('s3://x')",
    "parquet_scan('x')",
    "parquet_metadata('x')",
    "parquet_schema('x')",
    "read_duckdb('x')",
    "query('DROP TABLE orders')",
    "query_table('orders')",
    "query_table(['orders'])",
    "duckdb_settings()",
    "duckdb_secrets()",
    "duckdb_logs()",
    "which_secret('x', 'http')",
    "pragma_table_info('orders')",
    "pragma_storage_info('orders')",
    "json_execute_serialized_sql('{}')",
    "sqlite_scan('x', 'y')",
    "postgres_scan('a', 'b', 'c')",
    "mysql_query('a', 'b')",
    "iceberg_scan('x')",
    "delta_scan('x')",
    "http_get('http://x')",
    "st_read('x')",
    "read_xlsx('x')",
    "seq_scan('orders')",
    "pandas_scan(1)",
    "arrow_scan(1, 2, 3)",
    "enable_logging()",
    "checkpoint()",
    "repeat(1, 1000000000)",
    "test_all_types()",
    "information_schema.tables",
    "pg_catalog.pg_tables",
    "main.orders",
    "raw_other.orders",
    "memory.raw_shop.orders",
    "sqlite_master",
    "duckdb_tables",
    "customer",
    "(SELECT * FROM read_csv('/etc/passwd'))",
    "orders, read_csv('/etc/passwd')",
    "orders JOIN LATERAL (SELECT * FROM glob('*')) AS g ON true",
    "orders AT (VERSION => 1)",
    "orders TABLESAMPLE 10%",
    "(SHOW TABLES)",
    "(DESCRIBE orders)",
    "(PIVOT orders ON cust USING sum(amt))",
    "(SELECT * FROM orders PIVOT (sum(amt) FOR cust IN ('a')))",
    "ｏｒｄｅｒｓ",  # full-width letters are another name
    "оrders",  # a Cyrillic о
]
EXPRESSIONS = [
    "getenv('HOME')",
    "current_setting('home_directory')",
    "getvariable('x')",
    "nextval('s')",
    "currval('s')",
    "random()",
    "uuid()",
    "gen_random_uuid()",
    "uuidv7()",
    "now()",
    "today()",
    "current_date",
    "CURRENT_TIMESTAMP",
    "localtimestamp",
    "current_time",
    "get_current_timestamp()",
    "transaction_timestamp()",
    "age(DATE '2025-01-01') + current_localtimestamp()",
    "current_user",
    "user",
    "current_database()",
    "current_query()",
    "version()",
    "txid_current()",
    "current_connection_id()",
    "setseed(1)",
    "sleep_ms(1000000)",
    "pg_sleep(1000)",
    "write_log('x')",
    "error('x')",
    "inet_server_addr()",
    "stats(id)",
    "create_sort_key(id, 'ASC')",
    "json_serialize_sql('SELECT 1')",
    "json_deserialize_sql('{}')",
    "st_asgeojson(id)",
    "no_such_function(id)",
    "MAIN.getenv('x')",
    "system.main.upper(id)",
    "\"getenv\"('HOME')",
    "GeT\n/* x */ENV('HOME')".replace("\n/* x */", ""),
    "list_transform(['a'], x -> getenv(x))",
    "[getenv(x) FOR x IN ['HOME']]",
    "CASE WHEN true THEN getenv('HOME') END",
    "sum(amt::INT) FILTER (getenv('x') = '1')",
    "row_number() OVER (ORDER BY random())",
    "(SELECT content FROM read_text('/etc/passwd'))",
    "EXISTS (FROM glob('*'))",
    "id IN (SELECT file FROM glob('*'))",
    "(SELECT max(id) FROM main.orders)",
    "reservoir_quantile(amt::INT, 0.5)",
    "approx_count_distinct(id)",
    "list_aggregate([1], 'approx_count_distinct')",
    "id::my_type",
    "$1",
    "$secret",
    "?",
    "hash(id)",
    "getenv.x('a')",
]


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    """A path that an executed attack would create."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists(), "something ran"


@pytest.mark.parametrize("tail", SECOND_STATEMENTS)
def test_a_second_statement_is_refused_at_its_place(tail: str, canary: Path) -> None:
    text = FIRST + tail.replace("CANARY", str(canary))
    said = problems(text)
    assert "A second statement: only one SELECT is allowed." in said
    word = next(word for word in ("DROP", "SELECT 1", "COPY", "ATTACH", "SET") if word in tail)
    offset = text.rindex(word)
    line, column = text[:offset].count("\n") + 1, offset - (text[:offset].rfind("\n") + 1) + 1
    assert said.startswith(f"mappings/shop/order.sql:{line}:{column}: ")


@pytest.mark.parametrize("text", WRITES)
def test_anything_but_a_select_is_refused(text: str, canary: Path) -> None:
    assert "mappings/shop/order.sql:1:" in problems(text.replace("CANARY", str(canary)))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "shape",
    [
        "SELECT {base} FROM {source}",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM {source}) SELECT {base} FROM orders",
        "SELECT {base} FROM orders WHERE id IN (SELECT 1 FROM {source})",
        "SELECT {base} FROM orders UNION ALL SELECT {base} FROM {source}",
    ],
)
def test_only_raw_tables_are_read(source: str, shape: str) -> None:
    assert "mappings/shop/order.sql:1:" in problems(shape.format(base=BASE, source=source))


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize(
    "shape",
    [
        "SELECT {base}, {x} AS cost FROM orders",
        "SELECT {base} FROM orders WHERE {x} IS NULL",
        "SELECT {base} FROM orders ORDER BY {x}",
        "SELECT {base} FROM (SELECT *, {x} AS y FROM orders)",
        "SELECT {base} FROM orders JOIN customers ON {x} = 1",
        "SELECT {base} FROM orders QUALIFY {x} = 1",
    ],
)
def test_functions_that_do_more_than_make_values_are_refused(expression: str, shape: str) -> None:
    assert "mappings/shop/order.sql:1:" in problems(shape.format(base=BASE, x=expression))


def test_every_table_function_of_this_duckdb_is_refused_but_the_allowed() -> None:
    with duckdb.connect() as con:
        names = [
            name
            for (name,) in con.execute(
                "SELECT DISTINCT function_name FROM duckdb_functions()"
                " WHERE function_type IN ('table', 'table_macro', 'pragma')"
            ).fetchall()
        ]
    assert len(names) > 100
    for name in names:
        text = f"SELECT {BASE} FROM orders, {quoted(name)}(1)"
        if name in functions.ALLOWED_TABLE_FUNCTIONS:
            mapped(text)
        else:
            assert f'"{name}" is not allowed in FROM' in problems(text)


def test_the_allowed_functions_exist_and_give_the_same_each_time() -> None:
    with duckdb.connect() as con:
        known = con.execute("SELECT lower(function_name), stability FROM duckdb_functions()").fetchall()
    stability = {name: kind for name, kind in known if kind}
    assert {name for name, _ in known} >= functions.ALLOWED
    unsteady = {name for name in functions.ALLOWED if stability.get(name, "CONSISTENT") != "CONSISTENT"}
    assert unsteady == set()


def test_deep_nesting_is_a_problem_and_no_crash() -> None:
    for levels in (90, 300, 900, 5000):
        for text in (f"SELECT {'abs(' * levels}1{')' * levels} AS cost", f"SELECT 1{'+1' * levels} AS cost"):
            assert "mappings/shop/order.sql:1:" in problems(text)


def test_what_stands_behind_a_nul_is_not_lost_silently() -> None:
    assert "NUL" in problems(FIRST + "\0 WHERE false")


@pytest.mark.parametrize("text", ["", "  \n", "-- nothing\n", ";", "/* nothing */"])
def test_an_empty_mapping_is_said(text: str) -> None:
    assert "The mapping is empty." in problems(text)


# --- what is fine ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        FIRST + ";",
        FIRST + ";\n-- the end; DROP TABLE x\n",
        f"SELECT {BASE}, '; DROP TABLE orders' AS product FROM orders",
        f"SELECT {BASE}, 'read_csv(1)' AS product FROM orders -- read_csv('x')",
        f"/* COPY x TO 'y'; /* nested */ */ SELECT {BASE} FROM orders",
        f"SELECT {BASE}, $$a;b$$ AS product FROM orders",
        f"SELECT {BASE}, E'\\'; --' AS product FROM orders",
        f'SELECT {BASE} FROM "orders" AS "o ""; DROP"',
        f"FROM orders SELECT {BASE}",
        f"SELECT {BASE}, current_date_of_sale AS product FROM orders",
        f"WITH x AS (SELECT * FROM orders), y AS (SELECT * FROM x) SELECT {BASE} FROM y",
        f"SELECT {BASE} FROM orders o LEFT JOIN customers k ON o.cust = k.客戶編號",
        f'SELECT {BASE}, "a.b" AS product FROM orders, customers',
        f"SELECT {BASE} FROM orders, unnest([1, 2]) AS u(x), range(3) AS r(i), (VALUES (1)) AS v(z)",
        f"SELECT {BASE}, list_transform(['a'], x -> upper(x))[1] AS product FROM orders",
        f"SELECT {BASE} FROM ORDERS WHERE regexp_matches(id, '^[0-9]+$') AND d::DATE >= DATE '2020-01-01'",
        "SELECT id ORDER_ID, max(cust) customer_id, min(d) ordered_at, sum(amt::DECIMAL(18,4)) amount, 'TWD' currency,"
        " 'sale' kind FROM orders GROUP BY ALL HAVING count(*) > 0",
        f"SELECT {BASE} FROM orders QUALIFY row_number() OVER (PARTITION BY id ORDER BY _row DESC) = 1",
        f"SELECT {BASE}, strftime(d::TIMESTAMP AT TIME ZONE 'Asia/Taipei', '%Y') AS product FROM orders",
        f"SELECT {BASE}, CASE WHEN amt LIKE '-%' THEN coalesce(cust, if(true, 'y', 'z')) END product FROM orders",
        f"SELECT {BASE}, json_extract_string(cust::JSON, '$.a') AS product FROM orders",
    ],
)
def test_ordinary_mappings_pass_and_run(text: str, con: duckdb.DuckDBPyConnection) -> None:
    mapping = mapped(text)
    con.execute(mapping.select("raw_shop") if "JSON" not in text else mapping.select("raw_shop") + " LIMIT 0")
    assert con.description is not None
    assert [name for name, *_ in con.description] == [*_spelled(mapping), "_file", "_row"]


def _spelled(mapping: Mapping) -> list[str]:
    """DuckDB keeps the mapping's spelling of a name; only its case may differ from the model's."""
    return [name.upper() if f" {name.upper()}," in mapping.text else name for name in mapping.columns]


def test_custom_attributes_of_a_customer() -> None:
    mapping = mapped('SELECT 客戶編號 AS customer_id, 名稱 AS name, "a.b" AS 會員等級 FROM customers', "customer")
    assert mapping.columns == ("customer_id", "name", "會員等級") and mapping.custom == ("會員等級",)
    said = problems('SELECT 客戶編號 AS customer_id, "a.b" FROM customers', "customer")
    assert 'Write AS "a_b".' in said
    for name in ("_load", "created_on", "with space", "a-b", "x" * 64, 'quo"te', "1st"):
        said = problems(f"SELECT 客戶編號 AS customer_id, 名稱 AS {quoted(name)} FROM customers", "customer")
        assert "cannot be the name of a custom attribute" in said


# --- what is said ----------------------------------------------------------------------------------------------------


def test_all_problems_at_once_from_the_top_down() -> None:
    said = problems(
        "SELECT id AS order_id,\n       ammt AS amount,\n  客 AS custmer_id, random() AS cost\nFROM orders, getenv('x')"
    )
    places = [line.split(": ")[0] for line in said.splitlines() if line.startswith("mappings/")]
    assert places == [f"mappings/shop/order.sql:{where}" for where in ("1:1", "2:8", "3:3", "3:3", "3:20", "4:14")]
    assert 'There is no column "ammt" in "orders".\nDid you mean "amt"?' in said
    assert 'The table "order" has no column "custmer_id".\nDid you mean "customer_id"?' in said
    assert 'The table "order" needs customer_id, ordered_at, currency, kind too.' in said


def test_the_nearest_raw_table_is_named() -> None:
    assert 'There is no raw table "ordrs" in this source.' in (said := problems(f"SELECT {BASE} FROM ordrs"))
    assert 'Did you mean "orders"?' in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * FROM orders", "1:8: Name the columns one by one instead of *."),
        ("SELECT orders.* FROM orders", "Name the columns one by one"),
        (f"SELECT {BASE}, COLUMNS('a.*') FROM orders", "Name the columns one by one"),
        (f"SELECT {BASE}, max(COLUMNS(*)) AS cost FROM orders", "Name the columns one by one"),
        (f"SELECT {BASE}, amt || 'x' FROM orders", "Column 7 has no name."),
        (f"SELECT {BASE}, id AS Order_ID FROM orders", 'The column "Order_ID" is there twice.'),
        (f"SELECT {BASE}, o.nope AS cost FROM orders o", 'There is no column "nope" in "orders".'),
        (f"SELECT {BASE} FROM orders UNION SELECT {BASE}, 1 AS cost FROM orders", "joined by UNION name different"),
        (
            "SELECT id AS order_id, cust AS customer_id FROM orders UNION SELECT cust AS customer_id, id AS order_id"
            " FROM orders",
            "1:69: The SELECTs joined by UNION name different columns, or in another order.",
        ),
        (f"SELECT {BASE}, d AS ordered_on FROM orders", 'Did you mean "ordered_at"?'),
        (f"SELECT {BASE} FRM orders x", "This is not SQL that can be read"),
        (f"SELECT {BASE}, 'x FROM orders", "This is not SQL that can be read"),
        (f"WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT {BASE} FROM orders", "not allowed"),
    ],
)
def test_messages(text: str, said: str) -> None:
    assert said in problems(text)


def test_binding_says_what_only_the_landed_tables_know(con: duckdb.DuckDBPyConnection) -> None:
    bind(mapped(FIRST), con, "raw_shop")
    for text, said in (
        (f"SELECT {BASE},\n 名稱 AS product FROM orders, customers WHERE id IN (SELECT cst FROM (SELECT cust\n"
         " AS cst FROM orders)) AND cst = '1'", 'order.sql:3:27: There is no column "cst" here.'),
        (f"SELECT {BASE},\n  amt + DATE '2025-01-01' AS cost FROM orders", "order.sql:2:7: DuckDB cannot run this"),
        (f"SELECT {BASE}, unnest({{'a': 1, 'b': 2}}) AS cost FROM orders", "delivers other columns than it names"),
        ("SELECT id AS order_id, min(cust) AS customer_id, d AS ordered_at, '1' AS amount, 'TWD' AS currency, 'sale' AS"
         " kind FROM orders GROUP BY id", "order.sql:1:50: DuckDB cannot run this"),
    ):  # fmt: skip
        with pytest.raises(UserError) as caught:
            bind(mapped(text), con, "raw_shop")
        assert said in str(caught.value)


# --- provenance ------------------------------------------------------------------------------------------------------

A, B = ("a.csv", 2), ("a.csv", 3)
NOWHERE = (None, None)
PROVENANCE = [
    (FIRST, [A, B, ("a.csv", 4), ("b.csv", 2), ("b.csv", 3)]),
    (f"SELECT {BASE} FROM orders AS o WHERE id = '2'", [B, ("a.csv", 4)]),
    (f"SELECT {BASE} FROM orders o JOIN customers k ON o.cust = k.客戶編號 WHERE id = '1'", [A, ("b.csv", 2)]),
    (f"SELECT {BASE} FROM customers k LEFT JOIN orders o ON o.cust = k.客戶編號 WHERE id = '1'", [("k.csv", 2)] * 2),
    (f"SELECT {BASE} FROM customers k RIGHT JOIN orders o ON o.cust = k.客戶編號 WHERE id = '1'", [NOWHERE] * 2),
    (f"SELECT DISTINCT {BASE} FROM orders", [A, B, ("b.csv", 3)]),
    (f"SELECT DISTINCT {BASE} FROM orders ORDER BY 1", [A, B, ("b.csv", 3)]),
    (f"SELECT DISTINCT {BASE} FROM orders ORDER BY 1 LIMIT 2", [NOWHERE] * 2),
    (f"SELECT DISTINCT ON (id) {BASE} FROM orders ORDER BY id, _file DESC, _row DESC",
     [("b.csv", 2), ("a.csv", 4), ("b.csv", 3)]),
    (f"SELECT {BASE} FROM orders UNION SELECT {BASE} FROM orders", [A, B, ("b.csv", 3)]),
    (f"SELECT {BASE} FROM orders WHERE id = '1' UNION ALL SELECT {BASE} FROM orders o WHERE id = '3'",
     [A, ("b.csv", 2), ("b.csv", 3)]),
    (f"SELECT {BASE} FROM orders WHERE id = '1' UNION ALL BY NAME SELECT {BASE}, '1' AS cost FROM orders"
     " WHERE id = '3'",
     [A, ("b.csv", 2), ("b.csv", 3)]),
    (f"SELECT {BASE} FROM orders EXCEPT SELECT {BASE} FROM orders WHERE id = '1'", [NOWHERE] * 2),
    (f"SELECT {BASE} FROM orders WHERE id = '3' UNION ALL (SELECT {BASE} FROM orders EXCEPT SELECT {BASE}"
     " FROM orders)",
     [("b.csv", 3)]),
    ("SELECT id AS order_id, max(cust) AS customer_id, max(d) AS ordered_at, sum(amt::INT) AS amount, 'TWD' AS"
     " currency, 'sale' AS kind FROM orders GROUP BY id", [A, B, ("b.csv", 3)]),
    ("SELECT id AS order_id, max(cust) AS customer_id, max(d) AS ordered_at, sum(amt::INT) AS amount, 'TWD' AS"
     " currency, 'sale' AS kind FROM orders GROUP BY ALL", [A, B, ("b.csv", 3)]),
    ("SELECT 'all' AS order_id, max(cust) AS customer_id, max(d) AS ordered_at, sum(amt::INT) AS amount, 'TWD' AS"
     " currency, 'sale' AS kind FROM orders", [A]),
    (f"WITH x AS (SELECT * FROM orders) SELECT {BASE} FROM x WHERE id = '2'", [B, ("a.csv", 4)]),
    (f"WITH x AS (SELECT *, row_number() OVER (PARTITION BY id ORDER BY _file, _row) AS n FROM orders)"
     f" SELECT {BASE} FROM x WHERE n = 1", [A, B, ("b.csv", 3)]),
    ("WITH x AS (SELECT id, cust, d, amt FROM orders WHERE id = '2') SELECT y.id AS order_id, y.cust AS customer_id,"
     " y.d AS ordered_at, y.amt AS amount, 'TWD' AS currency, 'sale' AS kind FROM x AS y JOIN x AS z USING (id)",
     [B, B, ("a.csv", 4), ("a.csv", 4)]),
    (f"SELECT {BASE} FROM (SELECT id, max(cust) AS cust, max(d) AS d, max(amt) AS amt FROM orders GROUP BY id) AS g",
     [A, B, ("b.csv", 3)]),
    (f"WITH x AS (SELECT DISTINCT cust AS c FROM orders) SELECT {BASE} FROM x JOIN orders ON c = cust WHERE id = '1'",
     [NOWHERE] * 2),
    (f"WITH x AS (SELECT id AS i FROM orders) SELECT {BASE} FROM (WITH x AS (SELECT 1 AS j) SELECT * FROM orders, x) q"
     " WHERE id = '3'", [NOWHERE]),
    ("SELECT 客戶編號 || k AS order_id, v AS customer_id, '2025-01-01' AS ordered_at, 1 AS amount, 'TWD' AS currency,"
     " 'sale' AS kind FROM customers UNPIVOT (v FOR k IN (名稱, \"a.b\"))",
     [("k.csv", 2), ("k.csv", 2), ("k.csv", 3), ("k.csv", 3)]),
    (f"SELECT {BASE} FROM (VALUES ('1', 'a', 'b', 'c')) AS v(id, cust, d, amt)", [NOWHERE]),
    ("SELECT '1' AS order_id, 'a' AS customer_id, '2' AS ordered_at, 1 AS amount, 'TWD' AS currency, 'sale' AS kind",
     [NOWHERE]),
    (f"SELECT {BASE} FROM (SELECT DISTINCT id, cust, d, amt FROM orders) AS q WHERE id = '1'", [NOWHERE]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "places"), PROVENANCE)
def test_provenance(text: str, places: list[tuple[str | None, int | None]], con: duckdb.DuckDBPyConnection) -> None:
    mapping = mapped(text)
    plain = con.execute(mapping.select("raw_shop", provenance=False)).fetchall()
    traced = con.execute(mapping.select("raw_shop")).fetchall()
    assert Counter(row[:-2] for row in traced) == Counter(plain), "provenance changed the rows"
    assert Counter(row[-2:] for row in traced) == Counter(places)
    bind(mapping, con, "raw_shop")
    assert mapping.raw_tables == tuple(t for t in sorted(RAW, key=text.find) if f" {t}" in text)


# --- names that are payloads -----------------------------------------------------------------------------------------

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
) | st.sampled_from(
    ['a"b', '"', '""; DROP TABLE x; --', "a'b", "select", "a.b", "客戶 編號", "--", "/*", "$1", "a\nb", "ordres;"]
)


@settings(max_examples=50)
@given(table=NAMES, column=NAMES, alias=NAMES)
def test_names_with_quotes_reach_the_right_table_and_column(table: str, column: str, alias: str) -> None:
    if column.lower() in ("_file", "_row"):
        return
    with duckdb.connect() as con:
        con.execute('CREATE SCHEMA "raw ""x"')
        name = f'"raw ""x".{quoted(table)}'
        con.execute(f"CREATE TABLE {name} ({quoted(column)} VARCHAR, _file VARCHAR, _row BIGINT)")
        con.execute(f"INSERT INTO {name} VALUES ('found', 'f', 7)")
        text = f"SELECT {quoted(alias)}.{quoted(column)} AS customer_id FROM {quoted(table)} AS {quoted(alias)}"
        mapping = check(text, "m.sql", CUSTOMER, {table: [column]})
        assert con.execute(mapping.select('raw "x')).fetchall() == [("found", "f", 7)]
        bind(mapping, con, 'raw "x')
        bare = f"SELECT {quoted(column)} AS customer_id FROM {quoted(table)}"
        assert con.execute(check(bare, "m.sql", CUSTOMER, {table: [column]}).select('raw "x')).fetchall() == [
            ("found", "f", 7)
        ]


@settings(max_examples=300)
@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["SELECT", "id", "AS", "order_id", ",", "FROM", "orders", "(", ")", "'x'", ";", "--", "/*", "*/", "\n", "UNION",
     "WITH", "x", '"', "$$", "read_csv", "*", "1", ".", "::", "COPY", "TO", "客"]
), max_size=25).map(" ".join))  # fmt: skip
def test_any_text_is_accepted_or_refused_with_a_message(text: str) -> None:
    try:
        check(text, "m.sql", ORDER, RAW)
    except UserError as error:
        assert all(problem.what.startswith("m.sql:") for problem in error.problems)

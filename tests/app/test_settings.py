"""A workspace is read as written, and everything wrong in it is said at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmeter.app.settings import SETTINGS, Target, open_workspace
from crmeter.kernel.errors import UserError

FULL = """
[workspace]
name = "Demo company"
currency = "twd"
timezone = "Asia/Taipei"
week_start = "Sunday"
fiscal_year_start = "07-01"
inactivity_days = 180
inactivity_by_segment = { vip = 90 }
contract_gap_days = 14
gross_margin = 0.35
lifetime_years = 5
as_of = 2025-12-31

[engine]
url = "duckdb:///data/w.duckdb"

[sources.shop]
kind = "files"
path = ["exports/*.csv", "more/*.xlsx"]
encoding = "Big5"
delimiter = "\\t"
decimal_mark = ","
tables = { orders = "orders_*.csv" }
formats = { "order.ordered_at" = "%d/%m/%Y" }

[sources.crm]
path = "crm.zip"

[targets."churn_rate.cohort"]
value = 0.05

[evaluation]
dimensions = ["customer.team", "customer.favourite_colour", "team"]
"""
LEAST = '[workspace]\ncurrency = "TWD"\ntimezone = "Asia/Taipei"\n'


def write(folder: Path, text: str) -> Path:
    (folder / "crmeter.toml").write_text(text, "utf-8")
    return folder


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        open_workspace(write(folder, text), environ)
    return [str(problem) for problem in caught.value.problems]


def test_everything_written_is_read(tmp_path: Path) -> None:
    workspace = open_workspace(write(tmp_path, FULL), {})
    rules = workspace.rules
    assert (workspace.name, rules.currency, rules.timezone) == ("Demo company", "TWD", "Asia/Taipei")
    assert (rules.calendar.week_start, rules.calendar.fiscal_start) == (6, (7, 1))
    assert (rules.inactivity_days, rules.inactivity_by_segment, rules.contract_gap_days) == (180, (("vip", 90),), 14)
    assert (rules.gross_margin, rules.lifetime_years, rules.as_of) == (0.35, 5.0, date(2025, 12, 31))
    assert workspace.warehouse == tmp_path / "data" / "w.duckdb"
    assert workspace.store_url == f"sqlite:///{tmp_path}/data/app.db"
    shop, crm = workspace.sources
    assert (shop.name, shop.path, shop.encoding, shop.delimiter) == (
        "shop", ("exports/*.csv", "more/*.xlsx"), "big5", "\t",
    )  # fmt: skip
    assert (shop.decimal_mark, shop.tables, shop.formats) == (
        ",", (("orders", "orders_*.csv"),), (("order.ordered_at", "%d/%m/%Y"),),
    )  # fmt: skip
    assert (crm.kind, crm.path, crm.timezone) == ("files", ("crm.zip",), None)
    assert workspace.targets == {"churn_rate.cohort": Target(0.05)}
    assert workspace.dimensions == ("customer.team", "customer.favourite_colour", "team")


def test_little_is_enough(tmp_path: Path) -> None:
    workspace = open_workspace(write(tmp_path, LEAST), {})
    assert workspace.name == tmp_path.name
    assert (workspace.rules.inactivity_days, workspace.rules.as_of, workspace.sources) == (365, None, ())


@pytest.mark.parametrize("text", ["\ufeff" + LEAST, LEAST.replace("\n", "\r\n")])
def test_editors_of_windows_are_no_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "crmeter.toml").write_bytes(text.encode("utf-8"))
    assert open_workspace(tmp_path, {}).rules.currency == "TWD"


def test_the_environment_wins(tmp_path: Path) -> None:
    environ = {
        "CRMETER_WORKSPACE": str(write(tmp_path, FULL)),
        "CRMETER_WORKSPACE_CURRENCY": "EUR",
        "CRMETER_WORKSPACE_INACTIVITY_DAYS": "30",
        "CRMETER_WORKSPACE_INACTIVITY_BY_SEGMENT": "vip=10, shop=20",
        "CRMETER_SOURCES_SHOP_PATH": "a.csv, b.csv",
        "CRMETER_TARGETS_CHURN_RATE_COHORT_VALUE": "0.1",
        "CRMETER_LANG": "en",
        "HOME": "/",
    }
    workspace = open_workspace(None, environ)
    assert (workspace.rules.currency, workspace.rules.inactivity_days) == ("EUR", 30)
    assert workspace.rules.inactivity_by_segment == (("vip", 10), ("shop", 20))
    assert workspace.sources[0].path == ("a.csv", "b.csv")
    assert workspace.targets["churn_rate.cohort"].value == 0.1


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    text = """
[workspace]
curency = "TWD"
timezone = "Asia/Taipai"
inactivity_days = true
[source.shop]
[sources.Shop]
path = []
formats = { "order.orderd_at" = "%d" }
[targets.nps]
value = "high"
"""
    found = problems(tmp_path, text, CRMETER_WORKSPACE_TIMEZON="UTC")
    assert [problem.splitlines()[0] for problem in found] == [
        "crmeter.toml: there is no section [source].",
        "crmeter.toml: a source can’t be named “Shop”.",
        "crmeter.toml, [workspace]: there is no setting “curency”.",
        "crmeter.toml, [workspace] currency is missing.",
        'crmeter.toml, [workspace] timezone is "Asia/Taipai".',
        "crmeter.toml, [workspace] inactivity_days is true.",
        "crmeter.toml, [sources.Shop] path is [].",
        'crmeter.toml, [sources.Shop] formats."order.orderd_at" is "order.orderd_at".',
        'crmeter.toml, [targets.nps] value is "high".',
        "The environment sets CRMETER_WORKSPACE_TIMEZON, which is no setting.",
    ]
    said = "\n".join(found)
    for close in ("sources", "currency", "Asia/Taipei", "order.ordered_at", "CRMETER_WORKSPACE_TIMEZONE"):
        assert f"Did you mean “{close}”?" in said
    assert "Allowed: a whole number from 1." in said


@pytest.mark.parametrize(
    ("line", "close"),
    [
        ('currency = "TWB"', "TWD"),
        ('week_start = "mondai"', "monday"),
        ('fiscal_year_start = "02-29"', None),
        ('fiscal_year_start = "13-01"', None),
        ('as_of = "lastest"', "latest"),
        ('as_of = "2025-02-30"', None),
        ("gross_margin = 35", None),
        ("gross_margin = nan", None),
        ("contract_gap_days = -1", None),
        ("contract_gap_days = 1.5", None),
        ("inactivity_by_segment = { vip = 0 }", None),
        ('name = " "', None),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(tmp_path: Path, line: str, close: str | None) -> None:
    key = line.partition(" ")[0]
    kept = "\n".join(kept for kept in LEAST.splitlines() if not kept.startswith(key))
    (problem,) = problems(tmp_path, f"{kept}\n{line}\n")
    assert problem.startswith(f"crmeter.toml, [workspace] {key}") and "Allowed: " in problem
    assert (f"Did you mean “{close}”?" in problem) if close else ("Did you mean" not in problem)


def test_a_dimension_is_a_column_of_the_customer_or_a_bare_name(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, LEAST + '[evaluation]\ndimensions = ["team", "customers.team"]\n')
    assert "Did you mean “customer.team”?" in problem


@pytest.mark.parametrize(
    ("section", "wrong"),
    [("engine", "mysql://db/x"), ("store", "postgresql://db/x"), ("engine", "duckdb:///"), ("store", "mysql:x")],
)
def test_engines_that_are_not_there_yet_are_refused(tmp_path: Path, section: str, wrong: str) -> None:
    (problem,) = problems(tmp_path, f'{LEAST}[{section}]\nurl = "{wrong}"\n')
    assert f"[{section}] url" in problem and ":///" in problem
    assert "•••" in problem if section == "engine" else wrong in problem  # a password may stand in the one


def test_a_server_is_named_without_a_password_and_has_no_file(tmp_path: Path) -> None:
    server = '[engine]\nurl = "postgresql://{}@db/crm"\nschema = "sales"\n'
    (problem,) = problems(tmp_path, LEAST + server.format("ann:hunter2"))
    assert "[engine] url" in problem and "hunter2" not in problem
    write(tmp_path, LEAST + server.format("ann"))
    workspace = open_workspace(tmp_path, {})
    assert (workspace.server, workspace.server_schema) == ("postgresql://ann@db/crm", "sales")
    with pytest.raises(UserError, match="Nothing else works there yet"):
        _ = workspace.warehouse


def test_spark_may_be_told_elsewhere_where_it_is(tmp_path: Path) -> None:
    write(tmp_path, LEAST + '[engine]\nurl = "spark://"\n')
    assert open_workspace(tmp_path, {}).server == "spark://"
    assert "[engine] url" in problems(tmp_path, LEAST + '[engine]\nurl = "sc://"\n')[0]


def test_a_secret_is_looked_up_only_when_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, LEAST + '[engine]\nurl = "file:where.txt"\n[store]\nurl = "env:STORE_ADDRESS"\n')
    workspace = open_workspace(tmp_path, {})
    with pytest.raises(UserError, match="STORE_ADDRESS is not set"):
        _ = workspace.store_url
    with pytest.raises(UserError, match=r"where\.txt"):
        _ = workspace.warehouse
    monkeypatch.setenv("STORE_ADDRESS", "sqlite:////srv/app.db")
    (tmp_path / "where.txt").write_text("duckdb:///here.duckdb\n")
    assert workspace.store_url == "sqlite:////srv/app.db"
    assert workspace.warehouse == tmp_path / "here.duckdb"
    monkeypatch.setenv("STORE_ADDRESS", "mysql://me:hunter2@db/app")
    with pytest.raises(UserError) as caught:
        _ = workspace.store_url
    assert "hunter2" not in str(caught.value)


def test_files_that_are_no_toml(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no workspace"):
        open_workspace(tmp_path, {})
    assert "line 1" in problems(tmp_path, "currency = TWD")[0]
    (tmp_path / "crmeter.toml").write_bytes('[workspace]\nname = "客戶"'.encode("big5"))
    with pytest.raises(UserError, match="not written in UTF-8"):
        open_workspace(tmp_path, {})
    (tmp_path / "crmeter.toml").unlink()
    (tmp_path / "crmeter.toml").mkdir()
    with pytest.raises(UserError, match="can’t be read"):
        open_workspace(tmp_path, {})


def test_a_section_that_is_a_value_and_a_value_that_is_a_section(tmp_path: Path) -> None:
    found = problems(tmp_path, "engine = 1\n[sources]\nshop = 2\n" + LEAST + "[workspace.name]\n")
    assert any("engine is a section" in problem for problem in found)
    assert any("sources.shop is a section" in problem for problem in found)
    assert any("[workspace] name is" in problem for problem in found)


def test_an_unknown_source_is_answered_with_those_there_are(tmp_path: Path) -> None:
    workspace = open_workspace(write(tmp_path, FULL), {})
    assert workspace.source("crm").name == "crm"
    with pytest.raises(UserError, match="shop, crm"):
        workspace.source("shopp")


@pytest.mark.parametrize("kind", ["files", "parquet", "sql"])
def test_every_example_of_the_table_is_valid(tmp_path: Path, kind: str) -> None:
    lines: dict[str, list[str]] = {}
    for setting in SETTINGS:
        section = setting.section.replace("*", "ours" if setting.section == "kpis.*" else "nps")
        if (setting.section, setting.key) in (("kpis.*", "sum"), ("kpis.*", "difference")):
            continue  # a KPI has one of these
        example = f'"{kind}"' if (setting.section, setting.key) == ("sources.*", "kind") else setting.example
        if not setting.only or kind in setting.only:
            lines.setdefault(section, []).append(f"{setting.key} = {example}")
        assert setting.help()
    text = "\n".join(f"[{section}]\n" + "\n".join(keys) for section, keys in lines.items())
    assert open_workspace(write(tmp_path, text), {}).sources[0].name == "nps"


HEAD = '[workspace]\ncurrency = "TWD"\ntimezone = "Asia/Taipei"\n[sources.crm]\nkind = "sql"\n'


def test_the_key_of_a_store_has_no_place_in_the_toml(tmp_path: Path) -> None:
    lake = HEAD.replace('"sql"', '"parquet"') + 'path = "s3://crm/lake"\n'
    wrong = lake + 'secret_key = "hush-hush"\nendpoint = "https://ann:hush-hush@minio:9000"\nurl_style = "paths"\n'
    said = "\n".join(problems(tmp_path, wrong))
    assert "[sources.crm] secret_key is •••" in said and "[sources.crm] endpoint is •••" in said
    assert "url_style" in said and "hush" not in said
    assert "https://minio:9000" in "\n".join(problems(tmp_path, lake + 'endpoint = "minio:9000"\n'))
    settings = open_workspace(
        write(tmp_path, lake + 'access_key = "env:NOT_SET"\n'), {"CRMETER_SOURCES_CRM_SECRET_KEY": "x"}
    )
    assert "hush" not in repr(settings) and settings.sources[0].secret_key == "x"


def test_a_database_needs_its_address_and_has_no_files(tmp_path: Path) -> None:
    said = "\n".join(problems(tmp_path, HEAD + 'path = "a.csv"\nencoding = "big5"\n'))
    assert "[sources.crm] path has no meaning for a source of kind sql." in said
    assert "[sources.crm] encoding has no meaning" in said
    assert "[sources.crm] url is missing." in said
    files = HEAD.replace('"sql"', '"files"')
    assert "[sources.crm] url has no meaning for a source of kind files." in "\n".join(
        problems(tmp_path, files + 'path = "a.csv"\nurl = "sqlite:///a"\n')
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:hunter2@db/crm",
        "postgresql://db/crm?user=ann&password=hunter2",
        "postgres//ann:hunter2@db/crm",
        "mysql://ann:hunter2@db/crm",
    ],
)
def test_a_password_in_the_toml_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    said = "\n".join(problems(tmp_path, HEAD + f'url = "{url}"\n'))
    assert "env:NAME" in said
    assert "hunter2" not in said
    workspace = open_workspace(write(tmp_path, HEAD), {"CRMETER_SOURCES_CRM_URL": "postgresql://ann:hunter2@db/crm"})
    assert workspace.sources[0].url == "postgresql://ann:hunter2@db/crm"
    assert "hunter2" not in repr(workspace)


def test_tables_of_a_database_are_a_list_or_get_new_names(tmp_path: Path) -> None:
    listed = HEAD + 'url = "env:CRM_URL"\ntables = ["Invoice", "v_open"]\n'
    assert open_workspace(write(tmp_path, listed), {}).sources[0].tables == (
        ("Invoice", "Invoice"),
        ("v_open", "v_open"),
    )
    named = HEAD + 'url = "env:CRM_URL"\n[sources.crm.tables]\norders = "Invoice"\n'
    assert open_workspace(write(tmp_path, named), {}).sources[0].tables == (("orders", "Invoice"),)

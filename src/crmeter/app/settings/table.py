"""Every setting there is: the reader, the messages and the page of the docs come from this one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crmeter.app.settings import calendar_kinds, delivery_kinds, kinds, lake_kinds, own_kpis
from crmeter.app.settings.kinds import SettingKind
from crmeter.delivery.chats import CHATS
from crmeter.kernel.calendar import WEEKDAYS
from crmeter.kernel.era import ERAS
from crmeter.kernel.messages import t
from crmeter.reports.audiences import AUDIENCES

REQUIRED: Any = object()
FILES, PARQUET, SQL = ("files",), ("parquet",), ("sql",)  # kinds of sources


@dataclass(frozen=True)
class Setting:
    """One key of one section. ``*`` in the section stands for a name the user gives; ``default`` is as in the toml."""

    section: str
    key: str
    kind: SettingKind
    default: Any  # REQUIRED: of every section, or of every source of the kind that has it
    example: str
    help: Callable[[], str]
    only: tuple[str, ...] = ()  # the kinds of source that have it, where not all do


SETTINGS = (
    Setting("workspace", "name", kinds.TEXT, None, '"Demo company"',
            lambda: t("The name of the company, on every report. Without it the name of the folder is used.")),
    Setting("workspace", "currency", kinds.CURRENCY, REQUIRED, '"TWD"',
            lambda: t("The currency of all amounts. Those in another currency count at the rate of their day; without "
                      "a rate they are left out, and it is said how many.")),
    Setting("workspace", "timezone", kinds.ZONE, REQUIRED, '"Asia/Taipei"',
            lambda: t("The time zone that says on which business day something happened.")),
    Setting("workspace", "week_start", kinds.choice(*WEEKDAYS), "monday", '"monday"',
            lambda: t("The first day of a week.")),
    Setting("workspace", "fiscal_year_start", kinds.MONTH_DAY, "01-01", '"07-01"',
            lambda: t("The first day of a fiscal year. A fiscal year is named after the year in which it ends.")),
    Setting("workspace", "as_of", kinds.HORIZON, "latest", '"latest"',
            lambda: t("The data horizon: periods that reach past it are in progress. latest is the newest instant seen "
                      "in the data.")),
    Setting("workspace", "inactivity_days", kinds.count(1), 365, "365",
            lambda: t("Days after a sale until a customer without a contract counts as lost.")),
    Setting("workspace", "inactivity_by_segment", kinds.table_of(kinds.count(1)), {}, "{ vip = 180 }",
            lambda: t("inactivity_days of the segments in which it differs.")),
    Setting("workspace", "contract_gap_days", kinds.count(0), 0, "14",
            lambda: t("Days between two contracts of a customer that do not end the relationship.")),
    Setting("workspace", "gross_margin", kinds.number(0, 1), None, "0.35",
            lambda: t("Share of revenue that is left after the cost of goods. If given, the customer lifetime value "
                      "takes it instead of the cost of the orders.")),
    Setting("workspace", "lifetime_years", kinds.number(0), None, "5",
            lambda: t("Years that a customer is taken to stay. If given, the customer lifetime value takes it instead "
                      "of what churn says.")),
    Setting("workspace", "discount_rate", kinds.number(0), 0.1, "0.08",
            lambda: t("What money of a year later is worth less today: 0.1 is 10% a year.")),
    Setting("workspace", "horizon_years", kinds.count(1), 5, "5",
            lambda: t("Years that the discounted customer lifetime value looks ahead.")),
    Setting("workspace", "yearly_margin", kinds.number(), None, "3000",
            lambda: t("Margin that one customer brings in a year. If given, the discounted customer lifetime value "
                      "takes it instead of what the orders say.")),
    Setting("workspace", "yearly_retention", kinds.number(0, 1), None, "0.8",
            lambda: t("Share of customers that stay for another year. If given, the discounted customer lifetime "
                      "value takes it instead of what churn says.")),
    Setting("workspace", "tier_high", kinds.number(0, 1), 0.2, "0.2",
            lambda: t("Share of customers in the tier high: those with the most revenue so far.")),
    Setting("workspace", "tier_medium", kinds.number(0, 1), 0.3, "0.3",
            lambda: t("Share of customers in the tier medium: those who follow. All others are low.")),
    Setting("calendar", "country", calendar_kinds.COUNTRY, "none", '"TW"',
            lambda: t("Whose public holidays and make-up working days hold: TW Taiwan, CN mainland China. A year that "
                      "has not been published is said, and its days count by their weekday.")),
    Setting("calendar", "weekend", calendar_kinds.WEEKDAY_LIST, ["saturday", "sunday"], '["sunday"]',
            lambda: t("The weekdays that are not worked.")),
    Setting("calendar", "holidays", calendar_kinds.DAYS, [], '["2025-05-01"]',
            lambda: t("Further days on which the company is closed.")),
    Setting("calendar", "workdays", calendar_kinds.DAYS, [], '["2025-02-08"]',
            lambda: t("Further days on which the company works, although they are holidays or at a weekend.")),
    Setting("calendar", "hours", calendar_kinds.HOURS, None, '"09:00-18:00"',
            lambda: t("Business hours, for the response and resolution times that count them. With a table of weekdays "
                      "only those named are open; a make-up day without hours has those of the first one.")),
    Setting("calendar", "lunch", calendar_kinds.SPAN, None, '"12:30-13:30"',
            lambda: t("The break of every day, which is no business hour.")),
    Setting("calendar", "spring_festival", calendar_kinds.SWITCH, None, "true",
            lambda: t("Whether a period in the season of Spring Festival is compared with the same days before and "
                      "after the festival a year before. Without it this holds where country is TW or CN.")),
    Setting("calendar", "retail_weeks", calendar_kinds.RETAIL_WEEKS, "4-4-5", '"4-5-4"',
            lambda: t("The weeks of the months of a retail quarter. A 53rd week goes to the last month of the year.")),
    Setting("calendar", "retail_year_ends", calendar_kinds.RETAIL_YEAR_END, None, '"nearest saturday to january"',
            lambda: t("The last day of a retail year: the last weekday of a month, or the one nearest to its end. "
                      "Without it the one nearest to the end of December that ends a week.")),
    Setting("calendar", "retail_year_named", kinds.choice("end", "start"), "end", '"start"',
            lambda: t("Whether a retail year is named after the year in which it ends or in which it starts.")),
    Setting("calendar", "era", kinds.choice(*ERAS), "common", '"roc"',
            lambda: t("How years are written in Traditional Chinese: roc counts those of the Republic of China.")),
    Setting("workspace", "attribution_days", kinds.count(0), 30, "30",
            lambda: t("Days after a touch of a campaign in which an order is credited to it.")),
    Setting("workspace", "meaningful_actions", kinds.TEXTS, [], '["create", "update", "call"]',
            lambda: t("Actions by which a user really works in the CRM. Without it all count but login and logout.")),
    Setting("csi", "weights", kinds.table_of(kinds.number(0)), {}, "{ quality = 2, price = 1 }",
            lambda: t("How much each aspect counts in the satisfaction index. Without it all count alike; with it, "
                      "aspects that it leaves out count nothing, and how many answers those are is said.")),
    Setting("ces", "good_end", kinds.choice("low", "high"), "low", '"high"',
            lambda: t("The end of the effort scale that stands for little effort: low for “how much effort was it”, "
                      "high for “it was easy”. It says whether a higher effort score is better or worse.")),
    Setting("engine", "url", kinds.ENGINE, "duckdb:///data/warehouse.duckdb", '"duckdb:///data/warehouse.duckdb"',
            lambda: t("Where the canonical tables are: in a DuckDB file of the workspace, which crmeter ingest fills, "
                      "or on a server, which holds them already.")),
    Setting("engine", "schema", kinds.TEXT, None, '"canonical"',
            lambda: t("What holds the canonical tables on the server: a schema of PostgreSQL, a database of "
                      "ClickHouse, on Spark a database of the catalog or a folder. Without it public on PostgreSQL, "
                      "elsewhere the database of url.")),
    Setting("engine", "raw", kinds.table_of(kinds.TEXT), {}, '{ crm = "crm_raw" }',
            lambda: t("Where the raw tables of each source lie on the server already: a schema of PostgreSQL, a "
                      "database of ClickHouse, on Spark a database of the catalog or a folder of Parquet and the like. "
                      "crmeter ingest builds the canonical tables of schema from them, by the mappings of these "
                      "sources.")),
    Setting("engine", "memory", kinds.MEMORY, None, '"4 GB"',
            lambda: t("How much memory DuckDB may take; what is more goes to the disk for as long as it is needed. "
                      "Without it four fifths of the machine’s.")),
    Setting("store", "url", kinds.address("sqlite:///"), "sqlite:///data/app.db", '"sqlite:///data/app.db"',
            lambda: t("Where evaluations are kept. Other stores than SQLite are not available yet.")),
    Setting("sources.*", "kind", kinds.choice("files", "parquet", "sql"), "files", '"files"',
            lambda: t("What the source is: export files, Parquet files that are read where they lie, or a database "
                      "(sql).")),
    Setting("sources.*", "path", kinds.PATTERNS, REQUIRED, '"exports/*.csv"',
            lambda: t("The files of the source inside the workspace: csv, tsv, json, jsonl, parquet, xlsx, xls; gz and "
                      "zip too. Of kind parquet: the folder, also elsewhere (/data/lake) or in a bucket "
                      "(s3://bucket/folder)."),
            only=(*FILES, *PARQUET)),
    Setting("sources.*", "endpoint", lake_kinds.ENDPOINT, None, '"https://minio.example.com:9000"',
            lambda: t("The store of the bucket, as http:// or https:// with its host. Without it Amazon’s S3."),
            only=PARQUET),
    Setting("sources.*", "region", kinds.TEXT, None, '"ap-east-1"',
            lambda: t("The region of the bucket. Without it us-east-1, which most stores but Amazon’s understand."),
            only=PARQUET),
    Setting("sources.*", "access_key", delivery_kinds.SECRET, None, '"env:LAKE_KEY"',
            lambda: t("The key for the bucket: its public half. Without it the bucket must be public."), only=PARQUET),
    Setting("sources.*", "secret_key", delivery_kinds.SECRET, None, '"env:LAKE_SECRET"',
            lambda: t("The secret half of that key."), only=PARQUET),
    Setting("sources.*", "session_token", delivery_kinds.SECRET, None, '"env:LAKE_TOKEN"',
            lambda: t("The token of a key that is lent for a time."), only=PARQUET),
    Setting("sources.*", "url_style", kinds.choice("path", "host"), None, '"host"',
            lambda: t("Where the name of the bucket stands: in the path of the address, or in front of its host, as "
                      "Aliyun OSS and Tencent COS want it. Without it in the path where endpoint is given, else in "
                      "front of the host."), only=PARQUET),
    Setting("sources.*", "url", kinds.DATABASE, REQUIRED, '"env:CRM_URL"',
            lambda: t("The database of the source: an SQLite file in the workspace, or a PostgreSQL server."),
            only=SQL),
    Setting("sources.*", "schema", kinds.TEXT, None, '"crm"',
            lambda: t("The schema of the server whose tables are read. Without it the default of the user of url."),
            only=SQL),
    Setting("sources.*", "tables", kinds.TABLES, {}, '{ orders = "orders_*.csv" }',
            lambda: t("Raw tables that are made of several files, each with the pattern of their names. Of a database: "
                      "the tables or views to read; without it all tables, but no views.")),
    Setting("sources.*", "encoding", kinds.ENCODING, None, '"big5"',
            lambda: t("The encoding of the text files, where it must not be found out from the bytes."), only=FILES),
    Setting("sources.*", "delimiter", kinds.DELIMITER, None, '";"',
            lambda: t("The sign between two columns, where it must not be found out from the file."), only=FILES),
    Setting("sources.*", "timezone", kinds.ZONE, None, '"UTC"',
            lambda: t("The time zone of times without one in this source. Without it the one of the workspace holds.")),
    Setting("sources.*", "date_format", kinds.TEXT, None, '"%d/%m/%Y"',
            lambda: t("How dates are written in this source, where they can be read in two ways.")),
    Setting("sources.*", "decimal_mark", kinds.DECIMAL_MARK, None, '","',
            lambda: t("The decimal mark of numbers in this source, where they can be read in two ways.")),
    Setting("sources.*", "formats", kinds.FORMATS, {}, '{ "order.ordered_at" = "%d/%m/%Y" }',
            lambda: t("date_format of single columns.")),
    Setting("targets.*", "value", kinds.number(), REQUIRED, "0.05",
            lambda: t("The value of the KPI that is wanted, in its unit: 0.05 is 5%.")),
    Setting("kpis.*", "ratio", own_kpis.TWO, None, '["complaints", "orders"]',
            lambda: t("The first of two KPIs or measures ÷ the second. Give one of ratio, sum, difference.")),
    Setting("kpis.*", "sum", own_kpis.SEVERAL, None, '["deals_won", "deals_lost"]',
            lambda: t("These added up.")),
    Setting("kpis.*", "difference", own_kpis.TWO, None, '["customers.new", "customers.lost"]',
            lambda: t("The first less the second.")),
    Setting("kpis.*", "unit", own_kpis.UNIT, REQUIRED, '"ratio"',
            lambda: t("The unit of its value; a share of 0.05 is 5%.")),
    Setting("kpis.*", "better", own_kpis.BETTER, REQUIRED, '"down"',
            lambda: t("Which way is good.")),
    Setting("kpis.*", "name", own_kpis.BY_LANGUAGE, REQUIRED, '{ en = "Complaints per order", zh-Hant = "每單客訴數" }',
            lambda: t("What it is called; the first language given stands in for the others.")),
    Setting("kpis.*", "question", own_kpis.BY_LANGUAGE, REQUIRED, '"How many complaints come with an order?"',
            lambda: t("The question it answers.")),
    Setting("kpis.*", "caution", own_kpis.BY_LANGUAGE, None, '"Only complaints that reach the CRM count."',
            lambda: t("What to be careful of.")),
    Setting("kpis.*", "synonyms", kinds.PATTERNS, None, '["CPO"]',
            lambda: t("What else it is called.")),
    Setting("kpis.*", "minimum_sample", kinds.count(0), 30, "30",
            lambda: t("A sample smaller than this is marked as small.")),
    Setting("quality", "owners", kinds.table_of(kinds.TEXT), {}, '{ customer = "Sales operations" }',
            lambda: t("Who answers for the quality of a table.")),
    Setting("evaluation", "dimensions", kinds.DIMENSIONS, [], '["customer.segment", "team"]',
            lambda: t("The columns that an evaluation looks at to find the segments that moved. Without it all that "
                      "fit are looked at.")),
    Setting("alerts", "kpis", kinds.TEXTS, [], '["churn_rate.cohort", "nps"]',
            lambda: t("The KPIs that are watched. Without it all that have a good direction are.")),
    Setting("alerts", "grain", kinds.choice("month", "week"), "month", '"month"',
            lambda: t("The periods whose values are watched.")),
    Setting("alerts", "false_alarms", kinds.number(0.05, 20), 1, "1",
            lambda: t("How many false alarms a quarter may bring, over all KPIs that are watched.")),
    Setting("mail", "host", kinds.TEXT, None, '"smtp.example.com"',
            lambda: t("The server that takes mail.")),
    Setting("mail", "port", kinds.count(1), None, "587",
            lambda: t("Its port. Without it 587 with starttls, 465 with tls.")),
    Setting("mail", "encryption", kinds.choice("starttls", "tls", "none"), "starttls", '"tls"',
            lambda: t("How the connection is encrypted. none is for a server on this machine alone.")),
    Setting("mail", "sender", delivery_kinds.ADDRESS, None, '"crmeter@example.com"',
            lambda: t("The address that mail comes from.")),
    Setting("mail", "user", kinds.TEXT, None, '"env:MAIL_USER"',
            lambda: t("The user that signs in there; without it nobody does.")),
    Setting("mail", "password", delivery_kinds.SECRET, None, '"env:MAIL_PASSWORD"',
            lambda: t("The password of that user.")),
    Setting("recipients.*", "kind", kinds.choice("mail", *CHATS), REQUIRED, '"mail"',
            lambda: t("How this recipient is reached: by mail, in a chat, or with JSON (webhook).")),
    Setting("recipients.*", "address", delivery_kinds.ADDRESS, None, '"lin@example.com"',
            lambda: t("The address of a recipient who is reached by mail.")),
    Setting("recipients.*", "url", delivery_kinds.SECRET, None, '"env:SALES_CHAT"',
            lambda: t("The webhook of a recipient who is reached in a chat. Whoever knows it can write there.")),
    Setting("recipients.*", "secret", delivery_kinds.SECRET, None, '"env:SALES_CHAT_SECRET"',
            lambda: t("What messages to Feishu and DingTalk, and plain JSON, are signed with.")),
    Setting("recipients.*", "audience", kinds.choice(*AUDIENCES), None, '"management"',
            lambda: t("What the recipient may see: the KPIs of this audience. Without it all.")),
    Setting("recipients.*", "scope", kinds.TEXTS, [], "[\"customer.region = 'North'\"]",
            lambda: t("Whom the recipient may see: customers of whom these filters hold. Without it all.")),
    Setting("recipients.*", "language", delivery_kinds.LANGUAGE, None, '"zh-Hant"',
            lambda: t("The language the recipient is written to. Without it that of the schedule.")),
    Setting("delivery", "allow_inside", kinds.TEXTS, [], '["chat.example.com"]',
            lambda: t("Hosts of webhooks that may lie inside the company’s network.")),
    Setting("delivery", "allow_plain", kinds.TEXTS, [], '["localhost"]',
            lambda: t("Hosts that may be reached without encryption.")),
    Setting("delivery", "certificates", kinds.TEXT, None, '"own-ca.pem"',
            lambda: t("A file of further certificates (PEM) by which servers of the company are known.")),
)  # fmt: skip

SECTIONS = tuple(dict.fromkeys(setting.section for setting in SETTINGS))


def of_section(section: str) -> dict[str, Setting]:
    """The settings of a section of the toml, by key; ``sources.shop`` has those of ``sources.*``."""
    family = section.partition(".")[0]
    pattern = f"{family}.*" if f"{family}.*" in SECTIONS else section
    return {setting.key: setting for setting in SETTINGS if setting.section == pattern}

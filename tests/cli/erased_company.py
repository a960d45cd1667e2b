"""A company that was asked to erase Ann: two loads, a history, a refused row, and her traces in many places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crmeter.app.ingesting import ingest
from crmeter.app.settings import Workspace, open_workspace

TOML = """[workspace]
name = "Acme"
currency = "TWD"
timezone = "Asia/Taipei"
inactivity_days = 60

[sources.shop]
path = "exports/*.csv"
"""
PLANTED = (
    "Ann Quillfeather", "ann.quill@example.com", "old.address@example.org", "+886 912 345 678", "Quilly",
    "the parcel smelled of lavender", "please call me after the wedding", "moved in with the neighbour",
    "found the cheaper one at home", "C-0007", "A.Quillfeather",
)  # fmt: skip
"""Of Ann: addresses, phone, custom attribute, texts, id. Nothing so short that it may stand in a hash by chance."""
CUSTOMERS = """id,name,email,phone,born,sex,nick,segment,merged
C-0001,Bob Mall,bob@example.com,+886 900 000 001,1990,m,Bobby,vip,
C-0002,Cat Wu,cat@example.com,+886 900 000 002,1991,f,Catty,vip,
C-0007,Ann Quillfeather,{email},+886 912 345 678,1987,f,Quilly,vip,
C-0008,A.Quillfeather,,,1987,f,,new,C-0007
"""
ORDERS = """id,customer,day,amount
1,C-0001,2025-07-05,100
2,C-0002,2025-07-06,200
C-0007-1,C-0007,2025-08-01,400
4,C-0007,2025-09-30,800
5,C-0008,2025-08-20,1600
6,C-0007,no day,3200
"""
ANSWERS = """id,sent,customer,case,score,comment,day
1,S1,C-0001,,9,all is well,2025-08-02
2,C-0007/S1,C-0007,,3,the parcel smelled of lavender,2025-08-03
3,S3,,K9,2,please call me after the wedding,2025-08-09
"""
FILES = {
    "customers": CUSTOMERS.format(email="ann.quill@example.com"),
    "orders": ORDERS,
    "answers": ANSWERS,
    "cases": "id,customer,day\nK9,C-0007,2025-08-04\nK10,C-0002,2025-08-05\n",
    "voices": "id,customer,day,said\n1,C-0007,2025-08-05,please call me after the wedding\n2,C-0001,2025-08-05,fine\n",
    "contracts": "id,customer,day,ended,monthly,why\n1,C-0007,2025-07-01,2025-09-01,50,moved in with the neighbour\n",
    "deals": "id,customer,made,closed,outcome,amount,why\n"
    "1,C-0007,2025-07-01,2025-07-20,lost,9,found the cheaper one at home\n",
    "actions": "id,user,day,what,on\n1,U1,2025-08-01,view,C-0007\n2,U1,2025-08-02,view,C-0001\n",
    "users": "id,name\nU1,Una\n",
    "newsletter": "address,list\nANN.quill@example.com ,spring\ncat@example.com,spring\n",  # no mapping reads it
    "broken": "a,b\n1,2\nC-0007,Ann Quillfeather,ann.quill@example.com\n",  # its last record never becomes a row
}
MAPPINGS = {
    "customer": "SELECT id AS customer_id, name, email, phone, born AS birth_year, sex AS gender, nick AS nickname, "
    "segment, nullif(merged, '') AS merged_into FROM customers",
    "order": "SELECT id AS order_id, customer AS customer_id, \"day\" AS ordered_at, amount, 'TWD' AS currency, "
    "'sale' AS kind FROM orders",
    "survey_response": "SELECT id AS response_id, 'S' AS survey_id, sent AS submission_id, 'nps' AS instrument, score, "
    "0 AS scale_min, 10 AS scale_max, \"day\" AS responded_at, nullif(customer, '') AS customer_id, "
    "nullif(\"case\", '') AS case_id, comment FROM answers",
    "case": "SELECT id AS case_id, customer AS customer_id, \"day\" AS opened_at, 'complaint' AS kind FROM cases",
    "feedback": "SELECT id AS feedback_id, customer AS customer_id, \"day\" AS at, 'customer' AS voice, "
    "'call_back' AS source, said AS text, 'new' AS status FROM voices",
    "subscription": 'SELECT id AS subscription_id, customer AS customer_id, "day" AS started_at, ended AS ended_at, '
    "monthly AS monthly_amount, 'TWD' AS currency, why AS end_reason FROM contracts",
    "opportunity": "SELECT id AS opportunity_id, customer AS customer_id, made AS created_at, closed AS closed_at, "
    "outcome, amount, 'TWD' AS currency, why AS lost_reason FROM deals",
    "usage": 'SELECT id AS usage_id, "user" AS user_id, "day" AS at, what AS "action", \'account\' AS object_kind, '
    '"on" AS object_id FROM actions',
    "crm_user": "SELECT id AS user_id, name, 'agent' AS role, 'east' AS team, '2025-01-01' AS licensed_from FROM users",
}


def write(root: Path, files: Mapping[str, str]) -> None:
    """Put export files in their place."""
    for name, text in files.items():
        (root / "exports").mkdir(exist_ok=True)
        (root / "exports" / f"{name}.csv").write_text(text, "utf-8")


def make(root: Path) -> Workspace:
    """The company with two loads: at the first Ann had another address."""
    root.mkdir(exist_ok=True)
    (root / "crmeter.toml").write_text(TOML, "utf-8")
    for table, select in MAPPINGS.items():
        path = root / "mappings" / "shop" / f"{table}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(select, "utf-8")
    write(root, {**FILES, "customers": CUSTOMERS.format(email="old.address@example.org")})
    workspace = open_workspace(root, {})
    ingest(workspace)
    write(root, {"customers": FILES["customers"]})
    ingest(workspace)
    return workspace


def residues(folder: Path) -> dict[str, list[str]]:
    """Which planted texts stand in which files, whatever the files are called."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes().lower() if path.is_file() else b""
        held = [text for text in PLANTED if text.lower().encode() in content]
        if held:
            found[path.name] = held
    return found

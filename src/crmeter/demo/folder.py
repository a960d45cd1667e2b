"""Where each export lies, as its system delivers it: packed or not, in the encoding of its system."""

from __future__ import annotations

from pathlib import Path

from crmeter.demo import ledger
from crmeter.demo.exports import by_year
from crmeter.demo.files import Sheet, write_book, write_csv

_MARKED = "utf-8-sig"
_PLACES = {  # sheet → file, encoding
    "customers": ("crm/customers.csv", _MARKED),
    "leads": ("crm/leads.csv", _MARKED),
    "opportunities": ("crm/opportunities.csv", _MARKED),
    "users": ("crm/users.csv", _MARKED),
    "cases": ("crm/cases.zip", "utf-8"),
    "stages": ("crm/stages.csv", _MARKED),
    "stage_changes": ("crm/stage_changes.csv.gz", "utf-8"),
    "quotas": ("crm/quotas.csv", _MARKED),
    "interactions": ("crm/interactions.csv.gz", "utf-8"),
    "tasks": ("crm/tasks.csv", _MARKED),
    "usage": ("crm/usage_log.csv.gz", "utf-8"),
    "fields": ("crm/fields.csv", _MARKED),
    "courses": ("people/courses.csv", "cp950"),  # an old system of the personnel office
    "training": ("people/training.csv", "cp950"),
    "feedback": ("voices/feedback.csv", "cp950"),
    "outside": ("voices/reviews.csv", "gb18030"),  # an agency on the mainland
    "campaigns": ("marketing/campaigns.csv", _MARKED),
    "touches": ("marketing/touches.csv.gz", "utf-8"),
    "spend": ("marketing/spend.csv", _MARKED),
    "events": ("marketing/events.csv", _MARKED),
    "survey_answers": ("marketing/survey_answers.csv", _MARKED),
    "satisfaction_index": ("marketing/satisfaction_index.csv", _MARKED),
    "subscriptions": ("shop/subscriptions.csv", _MARKED),
    "rates": ("finance/rates.csv", "utf-8"),
    "benchmarks": ("finance/benchmarks.csv", _MARKED),
}


def write(directory: Path, sheets: dict[str, Sheet]) -> None:
    """All export files of one run."""
    for name, (path, encoding) in _PLACES.items():
        write_csv(directory / path, sheets[name], encoding)
    for year, sheet in by_year(sheets["orders"], "訂購時間").items():
        write_csv(directory / "shop" / f"orders_{year}.csv.gz", sheet)
    write_book(directory / "finance" / "crm_ledger.xlsx", "帳目", ledger.HEADER, ledger.rows())

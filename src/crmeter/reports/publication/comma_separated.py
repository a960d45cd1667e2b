"""Tables as CSV: UTF-8 with the mark that Excel looks for, text made harmless, numbers bare."""

from __future__ import annotations

import csv
import io

from crmeter.reports.publication.harmless import harmless
from crmeter.reports.publication.publication import Table


def csv_file(table: Table) -> bytes:
    """One table; lines end as RFC 4180 has it."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(map(harmless, table.columns))
    writer.writerows([harmless(cell) for cell in row] for row in table.rows)
    return target.getvalue().encode("utf-8-sig")

"""Populations: which rows count, on which day, and what each adds. Every KPI is made of sums of the columns named here.

A population's table has ``customer_id``, ``on`` (the business date that puts a row in a period), the attributes of its
base table, and the columns listed in ``adds`` with their words.
"""

from crmeter.model.populations.answers import ANSWERS
from crmeter.model.populations.cases import OPENED, RESOLVED
from crmeter.model.populations.deals import CLOSED
from crmeter.model.populations.leads import LEADS
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.spend import SPEND

POPULATIONS = {p.name: p for p in (LEDGER, OPENED, RESOLVED, ANSWERS, CLOSED, LEADS, SPEND)}

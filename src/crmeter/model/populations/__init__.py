"""Populations: which rows count, on which day, and what each adds. Every KPI is made of sums of the columns named here.

A population's table has ``customer_id``, ``on`` (the business date that puts a row in a period), the attributes of its
base table, and the columns listed in ``adds`` with their words.
"""

from crmeter.model.populations.answers import ANSWERS, INVITATIONS, RESPONDENTS
from crmeter.model.populations.arrivals import ARRIVALS
from crmeter.model.populations.campaign_spend import CAMPAIGN_SPEND
from crmeter.model.populations.case_hours import OPENED_IN_HOURS, RESOLVED_IN_HOURS
from crmeter.model.populations.cases import OPEN_CASES, OPENED, RESOLVED, SETTLED
from crmeter.model.populations.checks import CHECKS
from crmeter.model.populations.deals import CLOSED, OPEN_DEALS
from crmeter.model.populations.interactions import INTERACTIONS
from crmeter.model.populations.investment import INVESTMENT
from crmeter.model.populations.leads import LEADS
from crmeter.model.populations.orders import LEDGER
from crmeter.model.populations.quotas import QUOTAS
from crmeter.model.populations.spend import SPEND
from crmeter.model.populations.stages import STAGE_ENTRIES
from crmeter.model.populations.touches import ARMS, CAMPAIGN_LEADS, REACHED
from crmeter.model.populations.users import ACTION_DAYS, LICENCES, TRAINEES, TRAININGS

POPULATIONS = {
    p.name: p
    for p in (
        LEDGER,
        OPENED,
        RESOLVED,
        SETTLED,
        OPEN_CASES,
        OPENED_IN_HOURS,
        RESOLVED_IN_HOURS,
        ANSWERS,
        RESPONDENTS,
        INVITATIONS,
        CLOSED,
        OPEN_DEALS,
        STAGE_ENTRIES,
        QUOTAS,
        INTERACTIONS,
        LEADS,
        SPEND,
        CAMPAIGN_SPEND,
        INVESTMENT,
        LICENCES,
        ACTION_DAYS,
        TRAINEES,
        TRAININGS,
        CHECKS,
        ARRIVALS,
        CAMPAIGN_LEADS,
        REACHED,
        ARMS,
    )
}

"""The canonical tables, in the order in which they are filled: what others refer to comes first."""

from crmeter.model.tables.arrival import ARRIVAL
from crmeter.model.tables.benchmark import BENCHMARK
from crmeter.model.tables.campaign import CAMPAIGN
from crmeter.model.tables.case import CASE
from crmeter.model.tables.course import COURSE
from crmeter.model.tables.crm_field import CRM_FIELD
from crmeter.model.tables.crm_user import CRM_USER
from crmeter.model.tables.customer import CUSTOMER
from crmeter.model.tables.event import EVENT
from crmeter.model.tables.feedback import FEEDBACK
from crmeter.model.tables.figures import FIGURES
from crmeter.model.tables.fx_rate import FX_RATE
from crmeter.model.tables.interaction import INTERACTION
from crmeter.model.tables.investment import INVESTMENT
from crmeter.model.tables.lead import LEAD
from crmeter.model.tables.opportunity import OPPORTUNITY
from crmeter.model.tables.order import ORDER
from crmeter.model.tables.quota import QUOTA
from crmeter.model.tables.rule_result import RULE_RESULT
from crmeter.model.tables.spend import SPEND
from crmeter.model.tables.stage import STAGE
from crmeter.model.tables.stage_change import STAGE_CHANGE
from crmeter.model.tables.subscription import SUBSCRIPTION
from crmeter.model.tables.survey_response import SURVEY_RESPONSE
from crmeter.model.tables.task import TASK
from crmeter.model.tables.touch import TOUCH
from crmeter.model.tables.training import TRAINING
from crmeter.model.tables.usage import USAGE

TABLES = (
    CUSTOMER,
    ORDER,
    SUBSCRIPTION,
    LEAD,
    OPPORTUNITY,
    STAGE,
    STAGE_CHANGE,
    CAMPAIGN,
    TOUCH,
    SPEND,
    CASE,
    SURVEY_RESPONSE,
    FEEDBACK,
    INTERACTION,
    CRM_USER,
    USAGE,
    TRAINING,
    COURSE,
    CRM_FIELD,
    TASK,
    INVESTMENT,
    BENCHMARK,
    EVENT,
    FX_RATE,
    FIGURES,
    RULE_RESULT,
    ARRIVAL,
    QUOTA,
)

BY_NAME = {table.name: table for table in TABLES}

WRITTEN = (RULE_RESULT.name, ARRIVAL.name)
"""What crmeter writes itself of every load; no source delivers it."""

DELIVERED = tuple(table for table in TABLES if table.name not in WRITTEN)

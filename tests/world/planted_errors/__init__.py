"""Errors that somebody could make, and the rows of the designed company that catch them.

Each is one small change to the engine or the model. ``test_planted_errors.py`` plants them one by one and fails for any
that no value worked out by hand notices.
"""

from tests.world.planted_errors.business_hours import BUSINESS_HOURS
from tests.world.planted_errors.customers import IDENTITY, SPELLS
from tests.world.planted_errors.marketing import MARKETING
from tests.world.planted_errors.orders import ORDERS
from tests.world.planted_errors.pipeline import PIPELINE
from tests.world.planted_errors.programme import ADOPTION, PROGRAMME
from tests.world.planted_errors.quality import QUALITY
from tests.world.planted_errors.sales import SALES
from tests.world.planted_errors.service import ANSWERS, SERVICE
from tests.world.planted_errors.value import VALUE
from tests.world.planted_errors.waiting import WAITING

PLANTED = (
    *IDENTITY,
    *SPELLS,
    *ORDERS,
    *SERVICE,
    *BUSINESS_HOURS,
    *ANSWERS,
    *WAITING,
    *SALES,
    *PIPELINE,
    *VALUE,
    *MARKETING,
    *PROGRAMME,
    *ADOPTION,
    *QUALITY,
)

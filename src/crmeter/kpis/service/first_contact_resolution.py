"""First contact resolution: how many requests are settled the first time somebody deals with them."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

first_contact_resolution = Kpi(
    id="first_contact_resolution",
    formula=Share(Total("settled", "resolved_at_once"), Total("settled", "cases_judged")),
    unit=Unit.SHARE,
    better=Better.UP,
    beside=((Reason.ABOUT, Total("settled", "cases_unjudged")),),
    example=Example({"resolved_at_once": 420, "cases_judged": 600}, 0.7),
)
KPIS = (first_contact_resolution,)

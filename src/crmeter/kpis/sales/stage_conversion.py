"""Stage conversion: of the opportunities that entered a stage, how many went forward from it."""

from crmeter.metrics import Better, Example, Kpi, Reason, Unit
from crmeter.metrics.formulas import Share
from crmeter.metrics.measures import Total

stage_conversion = Kpi(
    id="stage_conversion",
    formula=Share(Total("stage_entries", "moved_forward"), Total("stage_entries", "moved_on")),
    unit=Unit.SHARE,
    better=Better.UP,
    beside=(
        (Reason.UNDECIDED, Total("stage_entries", "undecided")),
        (Reason.ABOUT, Total("stage_entries", "unknown_moves")),
    ),
    always_by=("stage",),
    example=Example({"moved_forward": 45, "moved_on": 60}, 0.75),
)
KPIS = (stage_conversion,)

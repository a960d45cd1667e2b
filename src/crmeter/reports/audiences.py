"""Who reads a report, and what each reader is shown: all of it is said here and nowhere else.

Everything is in the report of nobody in particular (no audience). An audience gets the KPIs of its families and the
measures it also needs, the findings on those, and an opening page that answers its questions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crmeter.kernel.messages import t

Text = Callable[[], str]


@dataclass(frozen=True)
class Question:
    """What a reader wants to know. It is answered by measures (ids without their variant, or ids), or by ``answer``:
    moved (what got better and worse), targets, actions (what to do about the weaknesses), data (can the numbers be
    trusted), undefined (what could not be computed)."""

    ask: Text
    measures: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True)
class Audience:
    """``families`` and ``measures``: the KPIs shown (no families: all). ``without``: sections left out.
    ``most``: findings of each kind. ``segments``: whether the segments of a finding are listed."""

    title: Text
    questions: tuple[Question, ...]
    families: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    most: int = 8
    segments: bool = True

    def shows(self, kpi: str, family: str) -> bool:
        """Whether a KPI belongs into the report of this audience."""
        return not (self.families or self.measures) or family in self.families or among(kpi, self.measures)


def among(kpi: str, measures: tuple[str, ...]) -> bool:
    """Whether a KPI is one of ``measures``: by its id, or as a variant of the measure.

    >>> among("csat.mean", ("csat",)), among("csat.mean", ("csat.mean",)), among("csat.mean", ("csat.top2",))
    (True, True, False)
    """
    return kpi in measures or kpi.partition(".")[0] in measures


def _moved() -> Question:
    return Question(lambda: t("What got better, what got worse?"), answer="moved")


def _actions() -> Question:
    return Question(lambda: t("What is to be done?"), answer="actions")


def _trusted() -> Question:
    return Question(lambda: t("Can the numbers be trusted?"), answer="data")


AUDIENCES: dict[str, Audience] = {
    "management": Audience(
        lambda: t("For management"),
        (
            _moved(),
            Question(lambda: t("Are the targets met?"), answer="targets"),
            Question(lambda: t("Do we grow?"), ("revenue", "sales_growth.year", "customers.end", "won_value")),
            Question(
                lambda: t("Do customers stay, and what are they worth?"),
                ("retention_rate.cohort", "churn_rate.cohort", "net_revenue_retention", "clv.revenue"),
            ),
            Question(lambda: t("Are they satisfied?"), ("csat.mean", "nps", "complaint_rate")),
            Question(lambda: t("Does the CRM pay?"), ("crm_roi.net", "crm_payback", "adoption_rate")),
            _actions(),
            _trusted(),
        ),
        measures=(
            *("revenue", "sales_growth", "customers.end", "customers.new", "customers.lost", "active_customers"),
            *("acquisition_rate.end", "retention_rate.cohort", "churn_rate.cohort", "net_revenue_retention"),
            *("clv.revenue", "clv.profit", "cac", "clv_to_cac", "repeat_purchase_rate", "loyalty_index"),
            *("csat.mean", "csat.top2", "csi", "nps", "complaint_rate", "first_response_hours.median"),
            *("won_value", "win_rate", "quota_attainment", "pipeline_value", "campaign_roi", "marketing_spend"),
            *("crm_roi", "crm_npv", "crm_payback", "adoption_rate"),
        ),
        without=("definitions", "data"),
        most=5,
        segments=False,
    ),
    "sales": Audience(
        lambda: t("For sales"),
        (
            Question(lambda: t("Do we win more, and more value?"), ("won_value", "deals_won", "win_rate")),
            Question(
                lambda: t("How fast are deals, and how large?"), ("sales_cycle_days.median", "average_deal_value")
            ),
            Question(
                lambda: t("Is enough in the pipeline?"),
                ("pipeline_value", "pipeline_velocity", "lead_conversion", "quota_attainment"),
            ),
            Question(
                lambda: t("Do customers come, buy and stay?"),
                ("customers.new", "revenue", "average_order_value", "retention_rate.cohort"),
            ),
            _moved(),
            _actions(),
        ),
        families=("sales",),
        measures=(
            *("revenue", "orders", "sales_growth", "average_order_value", "purchase_frequency", "revenue_per_customer"),
            *("customers.end", "customers.new", "customers.lost", "acquisition_rate", "retention_rate", "churn_rate"),
            *("net_revenue_retention", "recurring_revenue", "repeat_purchase_rate", "clv", "refund_rate"),
        ),
        without=("data", "health"),
    ),
    "marketing": Audience(
        lambda: t("For marketing"),
        (
            Question(
                lambda: t("Do we win new customers, and at what cost?"),
                ("customers.new", "acquisition_rate.end", "cac", "cac_payback_months", "cost_per_lead"),
            ),
            Question(
                lambda: t("Do the campaigns pay?"),
                ("campaign_roi", "campaign_response", "campaign_conversion", "marketing_spend"),
            ),
            Question(
                lambda: t("Do customers come back?"),
                ("repeat_purchase_rate", "purchase_frequency", "retention_rate.cohort", "loyalty_index"),
            ),
            Question(lambda: t("What are customers worth?"), ("clv.revenue", "clv_to_cac", "nps")),
            _moved(),
            _actions(),
        ),
        families=("marketing",),
        measures=(
            *("customers.end", "customers.new", "customers.returned", "active_customers", "acquisition_rate", "cac"),
            *("retention_rate", "churn_rate", "repeat_purchase_rate", "loyalty_index", "clv", "clv_to_cac"),
            *("cac_payback_months", "revenue", "average_order_value", "purchase_frequency", "lead_conversion", "nps"),
        ),
        without=("data", "health"),
    ),
    "service": Audience(
        lambda: t("For customer service"),
        (
            Question(
                lambda: t("Do we answer and solve in time?"),
                ("first_response_hours.median", "resolution_hours.median", "handle_minutes", "open_cases"),
            ),
            Question(lambda: t("Are problems solved at the first contact?"), ("first_contact_resolution", "ces")),
            Question(
                lambda: t("Do customers complain more?"),
                ("complaint_rate", "complaining_customers_rate", "refund_rate"),
            ),
            Question(lambda: t("Are they satisfied?"), ("csat.mean", "csat.top2", "csi", "nps", "response_rate")),
            Question(lambda: t("Do they stay?"), ("retention_rate.cohort", "churn_rate.cohort", "customers.lost")),
            _moved(),
            _actions(),
        ),
        families=("satisfaction", "service"),
        measures=("retention_rate", "churn_rate", "customers.lost", "repeat_purchase_rate", "refund_rate"),
        without=("data", "health"),
    ),
    "it": Audience(
        lambda: t("For IT"),
        (
            _trusted(),
            Question(
                lambda: t("How good are the data?"),
                ("completeness", "validity", "uniqueness", "consistency", "freshness_hours"),
            ),
            Question(lambda: t("What could not be computed, and why?"), answer="undefined"),
            Question(
                lambda: t("Is the CRM used?"),
                ("adoption_rate", "features_per_user", "actions_per_day", "training_rate"),
            ),
            Question(lambda: t("Does it pay?"), ("crm_roi.net", "crm_npv", "crm_payback")),
            _actions(),
        ),
        families=("adoption", "crm_programme", "quality"),
        measures=("response_rate",),
    ),
}

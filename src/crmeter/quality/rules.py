"""The rules, table by table. Every table that is mapped has at least one."""

from __future__ import annotations

from crmeter.quality.rule import Kind, Rule, Severity, filled, known

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
CONSISTENCY, VALIDITY, COMPLETENESS = Kind.CONSISTENCY, Kind.VALIDITY, Kind.COMPLETENESS
# A customer who counts: neither deleted, nor merged into another.
COUNTS = "r.deleted_at IS NULL AND r.merged_into IS NULL"
WON = "r.outcome = 'won'"

CUSTOMERS = (
    Rule("customer", "listed", CONSISTENCY, ERROR, "is in a list of customers, not only named by other rows",
         "NOT coalesce(r._implied, false)"),
    Rule("customer", "reachable", COMPLETENESS, WARNING, "has an e-mail address or a phone number",
         "r.email IS NOT NULL OR r.phone IS NOT NULL", COUNTS),
    filled("customer", "name", WARNING, "has a name", COUNTS),
    filled("customer", "channel", WARNING, "says by which channel the customer came", COUNTS),
    filled("customer", "segment", INFO, "belongs to a segment", COUNTS),
    filled("customer", "region", INFO, "has a region", COUNTS),
    filled("customer", "owner_id", INFO, "has somebody who looks after the customer", COUNTS),
    Rule("customer", "email_possible", VALIDITY, WARNING, "has an e-mail address that can be one",
         r"regexp_full_match(r.email, '[^\s@]+@[^\s@]+\.[^\s@.]+')", f"r.email IS NOT NULL AND {COUNTS}"),
    Rule("customer", "phone_possible", VALIDITY, WARNING, "has a phone number of 7 to 15 digits",
         r"length(regexp_replace(r.phone, '\D', '', 'g')) BETWEEN 7 AND 15", f"r.phone IS NOT NULL AND {COUNTS}"),
    Rule("customer", "birth_year_possible", VALIDITY, INFO, "was born less than 120 years ago, and not in the future",
         "r.birth_year BETWEEN year(current_date) - 120 AND year(current_date)", "r.birth_year IS NOT NULL"),
    known("customer", "merged_into", "customer", "customer_id", ERROR, "is merged into a customer that there is"),
    Rule("customer", "merged_into_another", CONSISTENCY, ERROR, "is merged into another customer, not into itself",
         "r.merged_into <> r.customer_id", "r.merged_into IS NOT NULL"),
)  # fmt: skip
SALES = (
    filled("order", "cost", WARNING, "says what it cost", "r.kind = 'sale' AND r.subscription_id IS NULL"),
    filled("order", "product", INFO, "says what was bought"),
    filled("order", "channel", INFO, "says by which channel it came"),
    known("order", "subscription_id", "subscription", "subscription_id", ERROR, "invoices a contract that there is"),
    known("order", "campaign_id", "campaign", "campaign_id", WARNING, "names a campaign that there is"),
    Rule("order", "rate_known", CONSISTENCY, ERROR, "is in the workspace’s currency, or has a rate of its day",
         "EXISTS (FROM derived.rate AS q WHERE q.currency = r.currency AND q.day = r.ordered_on)",
         "r.currency <> $currency"),
    filled("subscription", "end_reason", WARNING, "says why it ended", "r.ended_at IS NOT NULL"),
    filled("subscription", "plan", INFO, "has a plan"),
    Rule("subscription", "amount_positive", VALIDITY, WARNING, "brings something", "r.monthly_amount > 0"),
    filled("lead", "channel", WARNING, "says by which channel it came"),
    filled("lead", "customer_id", WARNING, "names the customer it became", "r.converted_at IS NOT NULL"),
    filled("lead", "owner_id", INFO, "has somebody who looks after it"),
    filled("opportunity", "amount", ERROR, "says what was won", WON),
    filled("opportunity", "closed_at", ERROR, "says when it was decided", "r.outcome IS NOT NULL"),
    filled("opportunity", "outcome", ERROR, "says whether it was won or lost", "r.closed_at IS NOT NULL"),
    filled("opportunity", "created_at", WARNING, "says since when it is there"),
    filled("opportunity", "customer_id", WARNING, "names the customer", WON),
    filled("opportunity", "owner_id", WARNING, "has somebody who looks after it"),
    filled("opportunity", "lost_reason", INFO, "says why it was lost", "r.outcome = 'lost'"),
    Rule("opportunity", "stage_known", CONSISTENCY, WARNING, "is in a stage of the pipeline",
         "EXISTS (FROM main.stage AS o WHERE o.stage = r.stage)",
         "r.stage IS NOT NULL AND EXISTS (FROM main.stage)"),
    Rule("stage", "position_once", CONSISTENCY, WARNING, "is the only one at its place in the pipeline",
         "NOT EXISTS (FROM main.stage AS o WHERE o.position = r.position AND o.stage <> r.stage "
         "AND o.pipeline IS NOT DISTINCT FROM r.pipeline)"),
    known("stage_change", "stage", "stage", "stage", WARNING, "enters a stage of the pipeline"),
    Rule("quota", "of_somebody", COMPLETENESS, ERROR, "is somebody’s or a team’s",
         "r.owner_id IS NOT NULL OR r.team IS NOT NULL"),
)  # fmt: skip
MARKETING = (
    filled("campaign", "kind", WARNING, "has a kind"),
    filled("campaign", "channel", WARNING, "has a channel"),
    Rule("touch", "of_somebody", COMPLETENESS, ERROR, "reached a customer or a lead",
         "r.customer_id IS NOT NULL OR r.lead_id IS NOT NULL"),
    known("touch", "campaign_id", "campaign", "campaign_id", ERROR, "belongs to a campaign that there is"),
    filled("spend", "channel", WARNING, "says for which channel it was spent", "r.function = 'marketing'"),
    known("spend", "campaign_id", "campaign", "campaign_id", WARNING, "names a campaign that there is"),
)  # fmt: skip
SERVICE = (
    filled("case", "customer_id", WARNING, "names the customer"),
    filled("case", "first_response_at", WARNING, "says when it was answered", "r.resolved_at IS NOT NULL"),
    filled("case", "handle_minutes", INFO, "says how long it took to handle", "r.resolved_at IS NOT NULL"),
    filled("case", "agent_id", INFO, "says who handled it"),
    filled("survey_response", "customer_id", WARNING, "says who answered", "r.score IS NOT NULL"),
    filled("survey_response", "responded_at", INFO, "says when it was answered", "r.score IS NOT NULL"),
    filled("feedback", "topic", INFO, "has a topic"),
    filled("feedback", "owner_id", WARNING, "has somebody who looks after it", "r.status <> 'resolved'"),
    filled("interaction", "user_id", INFO, "says who was in contact"),
)  # fmt: skip
PROGRAMME = (
    filled("crm_user", "team", WARNING, "belongs to a team"),
    known("usage", "user_id", "crm_user", "user_id", ERROR, "is of a user that there is"),
    known("training", "user_id", "crm_user", "user_id", ERROR, "is of a user that there is"),
    known("training", "course", "course", "course", INFO, "is a course that some role should take"),
    known("course", "role", "crm_user", "role", WARNING, "is for a role that somebody has"),
    Rule("crm_field", "used", VALIDITY, INFO, "is filled in some records", "r.filled_share > 0"),
    filled("task", "owner_id", WARNING, "has somebody who does it", "r.done_at IS NULL"),
    filled("task", "due_on", INFO, "has a day by which it is to be done"),
    filled("investment", "amount", WARNING, "says how much", "r.evidence <> 'not_measured'"),
    Rule("fx_rate", "rate_positive", VALIDITY, ERROR, "is greater than zero", "r.rate > 0"),
    Rule("figures", "end_after_start", CONSISTENCY, ERROR, "ends after it starts", "r.period_end > r.period_start"),
    Rule("benchmark", "value_within", CONSISTENCY, WARNING, "lies between its own bounds",
         "r.value BETWEEN coalesce(r.low, r.value) AND coalesce(r.high, r.value)"),
    Rule("event", "title_told", COMPLETENESS, INFO, "has a title", "trim(r.title) <> ''"),
)  # fmt: skip
RULES = (*CUSTOMERS, *SALES, *MARKETING, *SERVICE, *PROGRAMME)

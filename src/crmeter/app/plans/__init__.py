"""Improvement plans: drafted, registered, watched, verified and kept."""

from crmeter.app.plans.carrying import cancel, close, comment, start, step
from crmeter.app.plans.drafting import drafted, edit, new, of_evaluation
from crmeter.app.plans.judging import monitor, verify
from crmeter.app.plans.listing import for_evaluation, plans, show
from crmeter.app.plans.registering import check, lots, register

__all__ = [
    "cancel", "check", "close", "comment", "drafted", "edit", "for_evaluation", "lots", "monitor", "new",
    "of_evaluation", "plans", "register", "show", "start", "step", "verify",
]  # fmt: skip

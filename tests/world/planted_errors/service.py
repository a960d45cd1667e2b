"""Errors in cases and survey answers."""

from __future__ import annotations

from datetime import date

from crmeter.metrics import averages, formulas
from crmeter.metrics.measures import Ranked
from crmeter.metrics.measures import cell as column
from crmeter.model.populations import answers, cases
from crmeter.stats import intervals
from tests.world.planting import Planted, cell, formula, swap, swap_property

Q4 = (date(2025, 10, 1), date(2026, 1, 1))

SERVICE = (
    Planted(
        "a bot is human",
        swap(cases.opened_rows, ('.fill_null("human") == "human"', '.fill_null("human").notnull()')),
        "first_response_hours.median",
        "bot",
    ),
    Planted(
        "who answered must be noted",
        swap(cases.opened_rows, ('.fill_null("human") == "human"', '.fill_null("bot") == "human"')),
        "first_response_hours.mean",
        "complaint_2",
    ),
    Planted(
        "cases without an answer are forgotten",
        swap_property(Ranked, "rows", ('"*" if self.missing_last else ', "")),
        "first_response_hours.median",
        "no_response, bot",
    ),
    Planted(
        "all cases are complaints",
        swap(cases.opened_rows, ('cases.kind == "complaint"', "cases.kind.notnull()")),
        "complaint_rate",
        "quick",
    ),
    Planted(
        "complaints by UTC date",
        swap(cases.opened_rows, ("on=cases.opened_on", "on=cases.opened_at.date()")),
        "complaint_rate",
        "on_closing_day",
    ),
    Planted(
        "complaints are counted as customers",
        cell("complaining", lambda c: c.complaints),
        "complaining_customers_rate",
        "complaint_2",
    ),
    Planted(
        "whoever complains is a customer",
        formula("complaining_customers_rate", formulas.Share(column("complaining"), column("exposed"))),
        "complaining_customers_rate",
        "no_response",
    ),
    Planted(
        "resolved cases are those opened in the period",
        swap(cases.resolved_rows, ("on=cases.resolved_on", "on=cases.opened_on")),
        "resolution_hours.mean",
        "opened_before, resolved_after",
    ),
    Planted(
        "a quantile is the value below it",
        swap(intervals.quantile_ranks, ("weight = place - lower", "weight = 0.0")),
        "resolution_hours.median",
        "merged_2, complaint_2",
    ),
)

ANSWERS = (
    Planted(
        "nines are passive", swap(answers.answer_rows, ("answers.score >= 9", "answers.score > 9")), "nps", "nps_9"
    ),
    Planted(
        "eights are promoters",
        swap(answers.answer_rows, ("answers.score >= 9", "answers.score >= 8")),
        "nps",
        "nps_8",
    ),
    Planted(
        "sevens are detractors",
        swap(answers.answer_rows, ("answers.score <= 6", "answers.score <= 7")),
        "nps",
        "nps_7",
    ),
    Planted(
        "sixes are passive", swap(answers.answer_rows, ("answers.score <= 6", "answers.score < 6")), "nps", "nps_6"
    ),
    Planted(
        "only the best score satisfies",
        swap(answers.answer_rows, ("answers.score >= answers.scale_max - 1", "answers.score >= answers.scale_max")),
        "csat.top2",
        "csat_4",
    ),
    Planted(
        "a short scale has two best points",
        swap(answers.answer_rows, ("points >= 5", "points >= 1")),
        "csat.top2",
        "csat_three",
        Q4,
    ),
    Planted(
        "scores of several scales are averaged",
        swap(averages.ScaleMean.estimate, ("self._scale(view) is None", "False")),
        "csat.mean",
        "csat_ten",
        Q4,
    ),
    Planted(
        "invitations are answers",
        swap(answers.answer_rows, ("answers.score.notnull(), ", "")),
        "csat.top2",
        "csat_unanswered",
    ),
    Planted(
        "answers count on the day of the invitation",
        swap(answers.answer_rows, ("on=answers.responded_on.coalesce(answers.invited_on)", "on=answers.invited_on")),
        "csat.mean",
        "csat_2",
    ),
    Planted(
        "an answer without a day is dropped",
        swap(answers.answer_rows, ("on=answers.responded_on.coalesce(answers.invited_on)", "on=answers.responded_on")),
        "csat.top2",
        "csat_undated",
    ),
    Planted(
        "an answer is an answer, whatever was asked",
        swap(answers.answer_rows, ('answers.instrument == "csat"', 'answers.instrument != "nps"')),
        "csat.mean",
        "ces_1",
    ),
)

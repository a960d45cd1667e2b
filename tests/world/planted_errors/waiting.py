"""Errors in what was settled at once, in what is open, and in what respondents and invitations are."""

from __future__ import annotations

from datetime import date

from crmeter.metrics.averages import Mean
from crmeter.metrics.measures import Total
from crmeter.model.populations import answers, cases
from crmeter.model.populations.population import Population
from tests.world.planting import Planted, formula, swap

Q4 = (date(2025, 10, 1), date(2026, 1, 1))
KEYS = 'keys = ["survey_id", "submission_id", "by_customer", "by_day", "by_itself"]'

WAITING = (
    Planted(
        "every scale has five points",
        swap(answers.rescaled, ("(answers.scale_max - answers.scale_min).nullif(0)", "4.0")),
        "csat.index",
        "csat_ten",
        Q4,
    ),
    Planted(
        "a scale of one point says something",
        swap(answers.rescaled, (".nullif(0)", "")),
        "csi",
        "csi_no_width",
    ),
    Planted(
        "every answer is a respondent",
        swap(answers.respondent_rows, (KEYS, KEYS.replace("]", ', "response_id"]'))),
        "csi",
        "csi_quality, csi_price, csi_service",
    ),
    Planted(
        "a submission id is one of a kind",
        swap(answers.respondent_rows, (KEYS, KEYS.replace('"survey_id", ', ""))),
        "csi",
        "csi_other_survey",
    ),
    Planted(
        "a customer responds once",
        swap(answers.respondent_rows, ("by_day=alone.ifelse(answers.day,", "by_day=alone.ifelse(ibis.null('date'),")),
        "csi",
        "csi_next_day",
    ),
    Planted(
        "all whose names are unknown are one",
        swap(answers.respondent_rows, ("(alone & answers.customer_id.isnull())", "(alone & ~alone)")),
        "csi",
        "csi_nobody_quality, csi_nobody_price",
    ),
    Planted(
        "a merged customer responds twice, a deleted one once",
        swap(
            answers.respondent_rows,
            ('as_survivor(tables["survey_response"], tables)', 'tables["survey_response"]'),
        ),
        "csi",
        "csi_merged_price, csi_deleted",
    ),
    Planted(
        "answers about aspects by UTC date",
        swap(
            answers.respondent_rows,
            ("day = answers.responded_on.coalesce", "day = answers.responded_at.date().coalesce"),
        ),
        "csi",
        "csi_closing_day, csi_next_day",
    ),
    Planted(
        "efforts of several scales are averaged",
        formula("ces.mean", Mean(Total("answers", "ces_score"))),
        "ces.mean",
        "ces_seven",
        Q4,
    ),
    Planted(
        "every question is an invitation",
        swap(answers.invitation_rows, ("several.place == 0", "several.place >= 0")),
        "response_rate",
        "csi_none_price",
    ),
    Planted(
        "the first question says whether somebody answered",
        swap(
            answers.invitation_rows, ("answered=several.answered.max().over(**together)", "answered=several.answered")
        ),
        "response_rate",
        "csi_half_price",
    ),
    Planted(
        "invitations count on the day of the answer",
        swap(answers.invitation_rows, ("on=found.invited_on", "on=found.responded_on.coalesce(found.invited_on)")),
        "response_rate",
        "csat_2",
        (date(2025, 6, 29), date(2025, 7, 1)),
    ),
    Planted(
        "invitations by UTC date",
        swap(answers.invitation_rows, ("on=found.invited_on", "on=found.invited_at.date()")),
        "response_rate",
        "invited_at_midnight",
    ),
    Planted(
        "whoever answers was invited",
        swap(
            answers.invitation_rows,
            ("invited.filter(invited.invited_on.notnull())", "invited"),
            ("on=found.invited_on", "on=found.invited_on.coalesce(found.responded_on)"),
        ),
        "response_rate",
        "nps_10",
    ),
    Planted(
        "what nobody noted was not reopened",
        swap(
            cases.contact_rows,
            ("cases_judged=one(cases.reopened_count.notnull())", "cases_judged=one(cases.case_id.notnull())"),
        ),
        "first_contact_resolution",
        "merged_2",
    ),
    Planted(
        "a reopened case was settled",
        swap(cases.contact_rows, ("(cases.reopened_count == 0) & ", "cases.reopened_count.notnull() & ")),
        "first_contact_resolution",
        "complaint_2",
    ),
    Planted(
        "no contact is one contact",
        swap(cases.contact_rows, ("cases.contacts == 1", "cases.contacts.fill_null(0) <= 1")),
        "first_contact_resolution",
        "bot",
    ),
    Planted(
        "any contact is the first",
        swap(cases.contact_rows, ("cases.contacts == 1", "cases.contacts >= 1")),
        "first_contact_resolution",
        "complaint_1_b",
    ),
    Planted(
        "contacts of the customer are contacts of the case",
        swap(
            cases.contact_rows,
            ("contacts.case_id.notnull(), ", ""),
            ("contact_case_id=contacts.case_id", "contact_case_id=contacts.customer_id"),
            ("cases.case_id == contacts.contact_case_id", "cases.customer_id == contacts.contact_case_id"),
        ),
        "first_contact_resolution",
        "deal_1",
    ),
    Planted(
        "what is resolved on the day after is no longer open",
        swap(Population.in_periods, ("rows.until >= period.period_end", "rows.until > period.period_end")),
        "open_cases",
        "resolved_on_closing_day",
    ),
    Planted(
        "what is opened on the day after is open",
        swap(Population.in_periods, ("rows.on < period.period_end", "rows.on <= period.period_end")),
        "open_cases",
        "on_closing_day",
    ),
    Planted(
        "resolved by UTC date",
        swap(cases.open_rows, ("until=cases.resolved_on", "until=cases.resolved_at.date()")),
        "open_cases",
        "resolved_on_closing_day",
    ),
)

"""Answers to surveys."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, one


def answer_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    answers = as_survivor(tables["survey_response"], tables)
    answers = answers.filter(answers.score.notnull(), answers.responded_on.notnull() | answers.invited_on.notnull())
    csat, nps = answers.instrument == "csat", answers.instrument == "nps"
    points = answers.scale_max - answers.scale_min + 1
    wide = csat & (points >= 5)
    return answers.mutate(
        on=answers.responded_on.coalesce(answers.invited_on),
        csat_answers=one(csat),
        csat_score=csat.ifelse(answers.score, ibis.null("float64")),
        csat_scale_low=csat.ifelse(answers.scale_min, ibis.null("float64")),
        csat_scale_high=csat.ifelse(answers.scale_max, ibis.null("float64")),
        csat_wide_answers=one(wide),
        csat_top_answers=one(wide & (answers.score >= answers.scale_max - 1)),
        nps_answers=one(nps),
        promoters=one(nps & (answers.score >= 9)),
        detractors=one(nps & (answers.score <= 6)),
    )


ANSWERS = Population(
    "answers",
    "survey_response",
    ("survey_response", "customer_alias"),
    answer_rows,
    {
        "csat_answers": "satisfaction answers",
        "csat_score": "satisfaction score",
        "csat_scale_low": "lowest point of the scale",
        "csat_scale_high": "highest point of the scale",
        "csat_wide_answers": "satisfaction answers on a scale of five points or more",
        "csat_top_answers": "answers in the two best points",
        "nps_answers": "recommendation answers",
        "promoters": "promoters",
        "detractors": "detractors",
    },
)

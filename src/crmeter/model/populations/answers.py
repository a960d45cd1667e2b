"""Answers to surveys, the respondents who gave them, and the invitations they follow."""

from __future__ import annotations

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.identity import as_survivor
from crmeter.model.populations.population import Horizon, Population, Tables, one

_NO_TEXT = ibis.null("string")


def rescaled(answers: ir.Table) -> ir.FloatingValue:
    """The score on a scale of 0 to 100; null on a scale that has no width."""
    return 100.0 * (answers.score - answers.scale_min) / (answers.scale_max - answers.scale_min).nullif(0)


def answer_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    answers = as_survivor(tables["survey_response"], tables)
    answers = answers.filter(answers.score.notnull(), answers.responded_on.notnull() | answers.invited_on.notnull())
    csat, nps = answers.instrument == "csat", answers.instrument == "nps"
    ces = answers.instrument == "ces"
    points = answers.scale_max - answers.scale_min + 1
    wide = csat & (points >= 5)
    return answers.mutate(
        on=answers.responded_on.coalesce(answers.invited_on),
        csat_answers=one(csat),
        csat_score=csat.ifelse(answers.score, ibis.null("float64")),
        csat_scale_low=csat.ifelse(answers.scale_min, ibis.null("float64")),
        csat_scale_high=csat.ifelse(answers.scale_max, ibis.null("float64")),
        csat_index=csat.ifelse(rescaled(answers), ibis.null("float64")),
        csat_wide_answers=one(wide),
        csat_top_answers=one(wide & (answers.score >= answers.scale_max - 1)),
        nps_answers=one(nps),
        promoters=one(nps & (answers.score >= 9)),
        detractors=one(nps & (answers.score <= 6)),
        ces_score=ces.ifelse(answers.score, ibis.null("float64")),
        ces_scale_low=ces.ifelse(answers.scale_min, ibis.null("float64")),
        ces_scale_high=ces.ifelse(answers.scale_max, ibis.null("float64")),
    )


def respondent_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """One row for everybody who answered about aspects: the weighted mean of the aspects, rescaled.

    Answers given together (a submission) are one respondent's; without a submission those of the same customer to the
    same survey on the same day are; without a customer each stands alone. An attribute is what all of them share.
    """
    answers = as_survivor(tables["survey_response"], tables)
    day = answers.responded_on.coalesce(answers.invited_on)
    answers = answers.mutate(day=day, index=rescaled(answers))
    answers = answers.filter(answers.instrument == "csi", answers.index.notnull(), answers.day < horizon.as_of)
    alone = answers.submission_id.isnull()
    answers = answers.mutate(
        weight=weight_of(answers.aspect, horizon),
        by_customer=alone.ifelse(answers.customer_id, _NO_TEXT),
        by_day=alone.ifelse(answers.day, ibis.null("date")),
        by_itself=(alone & answers.customer_id.isnull()).ifelse(answers.response_id, _NO_TEXT),
    )
    keys = ["survey_id", "submission_id", "by_customer", "by_day", "by_itself"]
    shared = [c for c in tables["survey_response"].columns if c not in keys]
    found = answers.group_by(keys).agg(
        on=answers.day.min(),
        weights=answers.weight.sum(),
        weighted=(answers.weight * answers.index).sum(),
        answers_without_weight=one(answers.weight == 0).sum().cast("int64"),
        **{c: (answers[c].min() == answers[c].max()).ifelse(answers[c].min(), None) for c in shared},
    )
    return found.mutate(csi_index=found.weighted / found.weights.nullif(0))


def weight_of(aspect: ir.StringValue, horizon: Horizon) -> ir.FloatingValue:
    """What an aspect counts: as the settings say, nothing where they leave it out; all alike where they are silent."""
    weight: ir.FloatingValue = ibis.literal(0.0 if horizon.csi_weights else 1.0)
    for name, number in horizon.csi_weights:
        weight = (aspect == name).fill_null(False).ifelse(ibis.literal(float(number)), weight)
    return weight


def invitation_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """One row for each invitation, on its day: the questions of one submission are one invitation."""
    invited = as_survivor(tables["survey_response"], tables)
    invited = invited.filter(invited.invited_on.notnull())
    known = invited.responded_on.isnull() | (invited.responded_on < horizon.as_of)
    invited = invited.mutate(answered=one(invited.score.notnull() & known))
    single = invited.filter(invited.submission_id.isnull())
    several = invited.filter(invited.submission_id.notnull())
    together = {"group_by": [several.survey_id, several.submission_id]}
    several = several.mutate(
        answered=several.answered.max().over(**together).cast("int64"),
        place=ibis.row_number().over(**together, order_by=[several.invited_on, several.response_id]),
    )
    several = several.filter(several.place == 0)
    found = single.union(several.select(*single.columns))
    return found.mutate(on=found.invited_on, invitations=one(found.survey_id.notnull()))


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
        "csat_index": "satisfaction score rescaled to 0–100",
        "csat_wide_answers": "satisfaction answers on a scale of five points or more",
        "csat_top_answers": "answers in the two best points",
        "nps_answers": "recommendation answers",
        "promoters": "promoters",
        "detractors": "detractors",
        "ces_score": "effort score",
        "ces_scale_low": "lowest point of the effort scale",
        "ces_scale_high": "highest point of the effort scale",
    },
)


RESPONDENTS = Population(
    "respondents",
    "survey_response",
    ("survey_response", "customer_alias"),
    respondent_rows,
    {
        "csi_index": "weighted mean of a respondent’s aspect scores, rescaled to 0–100",
        "answers_without_weight": "answers about aspects that the settings give no weight",
    },
)


INVITATIONS = Population(
    "invitations",
    "survey_response",
    ("survey_response", "customer_alias"),
    invitation_rows,
    {"invitations": "invitations to surveys", "answered": "answered invitations"},
)

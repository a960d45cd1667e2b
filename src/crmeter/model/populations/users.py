"""Licensed users of the CRM: what they did in a period, and what they learnt by its end."""

from __future__ import annotations

from dataclasses import dataclass

from crmeter.kernel.expressions import ibis, ir
from crmeter.model.populations.population import Horizon, Lasting, Population, Tables, one


@dataclass(frozen=True)
class UserPeriods(Population):
    """One row for each period in which a user had a licence for a day or more, with what the user did in it."""

    def in_periods(self, rows: ir.Table, tables: Tables) -> ir.Table:
        done, days = tables["action_day"], tables["period_day"]
        done = done.select("user_id", "on", "feature", "actions").join(days, done.on == days.day)
        done = done.group_by(actor="user_id", acted_in="period").agg(
            actions=done.actions.sum().cast("int64"),
            active_days=done.on.nunique(),
            features=done.feature.nunique(),
        )
        licensed = Population.in_periods(self, rows, tables)
        found = licensed.left_join(done, [licensed.user_id == done.actor, licensed.period == done.acted_in])
        return found.mutate(
            adopters=one(found.actions > 0), actions_by_days=found.actions.cast("float64") * found.active_days
        )


def licence_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    users = tables["crm_user"]
    return users.mutate(on=users.licensed_from, until=users.licensed_to, licensed=one(users.user_id.notnull()))


def action_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    return tables["action_day"]


def trainee_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    """Users whose role has courses, and the day on which they had taken the last of them."""
    course, training = tables["course"], tables["training"]
    course = course.filter(course.kind == "course").select(of_role="role", course="course")
    wanted = course.group_by("of_role").agg(wanted=course.count())
    taken = training.filter(training.completed_on.notnull()).select("user_id", "course", "completed_on")
    users = tables["crm_user"]
    role = users.select(learner="user_id", role="role")
    taken = taken.join(role, taken.user_id == role.learner)
    taken = taken.join(course, [taken.course == course.course, taken.role == course.of_role])
    taken = taken.group_by(learner="user_id").agg(taken=taken.count(), last_on=taken.completed_on.max())
    found = users.join(wanted, users.role == wanted.of_role)
    found = found.left_join(taken, found.user_id == taken.learner)
    return found.mutate(
        on=found.licensed_from,
        until=found.licensed_to,
        trainees=one(found.user_id.notnull()),
        trained_on=(found.taken == found.wanted).ifelse(found.last_on, ibis.null("date")),
    )


def trained_by_end(joined: ir.Table) -> ir.Table:
    return joined.mutate(trained=one(joined.trained_on < joined.period_end))


def training_rows(tables: Tables, horizon: Horizon) -> ir.Table:
    training = tables["training"]
    training = training.filter(training.completed_on.notnull())
    return training.mutate(
        on=training.completed_on, until=ibis.null("date"), trainings=one(training.completed_on.notnull())
    )


LICENCES = UserPeriods(
    "licences",
    "crm_user",
    ("crm_user", "action_day"),
    licence_rows,
    {
        "licensed": "licensed users",
        "adopters": "licensed users with a meaningful action",
        "actions": "meaningful actions",
        "active_days": "days with a meaningful action, of each user",
        "features": "features used",
    },
    lasting=Lasting.OVERLAP,
    rests_on=("action_days",),
)


ACTION_DAYS = Population("action_days", "usage", ("action_day",), action_rows, {"actions": "meaningful actions"})


TRAINEES = Population(
    "trainees",
    "crm_user",
    ("crm_user", "course", "training"),
    trainee_rows,
    {
        "trainees": "licensed users whose role has courses",
        "trained": "of them those who have taken all of these",
    },
    trained_by_end,
    lasting=Lasting.OVERLAP,
    rests_on=("trainings",),
)


TRAININGS = Population(
    "trainings",
    "training",
    ("training",),
    training_rows,
    {"trainings": "courses taken"},
    lasting=Lasting.AT_END,
)

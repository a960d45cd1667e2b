"""What ``crmeter churn`` prints: the finding, a table, and what must be known beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmeter.cli import tables
from crmeter.kernel.messages import t

Plain = Mapping[str, Any]
SHOWN = 12  # rows of a list that is longer in JSON


def survival(found: Plain) -> str:
    """How long customers stay, all and by group; what tells them apart."""
    from crmeter.reports import churn as told

    parts = [told.survival_title(found)]
    everybody = [("", each) for each in found["all"]]
    parts.append(_survivals(everybody, t("Customers")))
    for each in found["by"]:
        groups = [(told.group(each["dimension"], one["group"]), one) for one in each["groups"]]
        parts.append(_survivals(groups, _dimension(each["dimension"])))
    if found["compared"]:
        parts.append(_compared(found["compared"]))
    kinds = [each["relationship"] for each in found["all"]]
    notes = [t("A customer who comes back had left: the first time counts.")] if found["spells"] == "first" else []
    few = any(one["status"] == "small_sample" for each in found["by"] for one in each["groups"])
    if few:
        notes.append(t("* fewer than {count} customers.", count=found["small_sample_below"]))
    return "\n\n".join([*parts, "\n".join([_seen(found), *notes, *told.notes(found, kinds)])])


def _survivals(rows: Sequence[tuple[str, Plain]], heading: str) -> str:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    points = [each["months"] for each in rows[0][1]["retention"]] if rows else []
    headings = [heading, t("Relationship"), t("Customers"), t("Lost"), t("Median months (95%)")]
    headings += [t("After {count} months", count=count) for count in points]
    lines = [
        [
            name or t("All"),
            told.relationship(each["relationship"]),
            numbers.count(each["customers"]) + (" *" if each["status"] == "small_sample" else ""),
            numbers.count(each["lost"]),
            told.median(each),
            *(told.retention(point) for point in each["retention"]),
        ]
        for name, each in rows
    ]
    return tables.table(headings, lines, numbers=range(2, len(headings)))


def _compared(rows: Sequence[Plain]) -> str:
    from crmeter.reports import numbers

    headings = [t("Attribute"), t("Groups"), t("Chi-square"), t("p, corrected"), t("Beyond noise")]
    lines = [
        [
            _dimension(each["dimension"]),
            numbers.count(each["groups"]),
            numbers.amount(each["statistic"], "count", decimals=1),
            numbers.p_value(each["q"]),
            t("yes") if each["beyond_noise"] else t("no"),
        ]
        for each in rows
    ]
    return tables.table(headings, lines, numbers=(1, 2, 3))


def reasons(found: Plain) -> str:
    """Who leaves more, when, what they said, what came before."""
    from crmeter.reports import churn as told

    first = told.leaving_sentences(found) or [t("Nobody leaves more often than others beyond noise")]
    parts = ["\n".join(first), "\n".join(told.stage_sentence(each) for each in found["stages"])]
    parts.append(_stated(found["stated"]))
    if found["leaving"]:
        parts.append(_leaving(found["leaving"][:SHOWN]))
    if found["before"]:
        parts.append(_before(found))
    kinds = [each["relationship"] for each in found["stages"]]
    return "\n\n".join([*parts, "\n".join([_seen(found), told.not_a_reason(), *told.notes(found, kinds)])])


def _stated(stated: Plain) -> str:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    if not stated["told"]:
        return t("No reason was noted (subscription.end_reason).")
    lines = [
        [each["reason"], numbers.count(each["customers"]), told.share(each["share"]),
         told.interval(each["low"], each["high"])]
        for each in stated["reasons"][:SHOWN]
    ]  # fmt: skip
    said = t("{told} of {lost} customers whose contract ended gave a reason:", told=numbers.count(stated["told"]),
             lost=numbers.count(stated["lost"]))  # fmt: skip
    headings = [t("Reason given"), t("Customers"), t("Share"), t("95% interval")]
    return f"{said}\n{tables.table(headings, lines, numbers=(1, 2, 3))}"


def _leaving(rows: Sequence[Plain]) -> str:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    headings = [t("Group, against all others"), t("Lost"), t("To be expected"), t("As often"), t("95% interval"),
                t("p, corrected")]  # fmt: skip
    lines = [
        [
            told.named(each["dimension"], each["group"]),
            numbers.count(each["lost"]),
            numbers.amount(each["expected"], "count", decimals=1),
            *(_ratio(each) if each["ratio"] else ["–", ""]),
            numbers.p_value(each["q"]),
        ]
        for each in rows
    ]
    return tables.table(headings, lines, numbers=range(1, 6))


def _before(found: Plain) -> str:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    headings = [t("In the {days} days before", days=found["window_days"]), t("Lost"), t("Of them with it"),
                t("As often"), t("95% interval"), t("p, corrected")]  # fmt: skip
    lines = [
        [
            told.condition(each["condition"]),
            numbers.count(each["lost"]),
            numbers.count(each["had_it"]),
            *(_ratio(each) if each["ratio"] else [t("too few"), ""]),
            numbers.p_value(each["q"]),
        ]
        for each in found["before"]
    ]
    said = t("Customers with a contract, against those of the same tenure who stayed:")
    table = tables.table(headings, lines, numbers=range(1, 6))
    slow = found["slow_hours"]
    note = "" if slow is None else t("Slow: longer than {hours} hours, as one first response in ten.",
                                     hours=numbers.amount(slow, "count", decimals=1))  # fmt: skip
    return "\n".join(filter(None, (said, table, note)))


def _ratio(each: Plain) -> list[str]:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    bounds = [numbers.amount(each[name], "count", decimals=2) for name in ("low", "high")]
    return [told.times(each["ratio"]), t("{low} to {high}", low=bounds[0], high=bounds[1])]


def factors(found: Plain) -> str:
    """The hazard ratios, each against its reference."""
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    headings = [t("Group"), t("Reference"), t("Lost"), t("As often"), t("95% interval"), t("p, corrected"),
                t("Same at any tenure")]  # fmt: skip
    lines = [
        [
            told.named(each["dimension"], each["group"]),
            told.group(each["dimension"], each["reference"]),
            numbers.count(each["lost"]),
            *_ratio(each),
            numbers.p_value(each["q"]),
            {True: t("yes"), False: t("no"), None: "–"}[each["proportional"]],
        ]
        for each in found["factors"]
    ]
    notes = [t("{lost} of {customers} customers were lost. As often: as the reference, all other attributes alike.",
               lost=numbers.count(found["lost"]), customers=numbers.count(found["customers"]))]  # fmt: skip
    if any(each["proportional"] is False for each in found["factors"]):
        notes.append(t("Where it is not the same at any tenure, the number is an average over the months seen."))
    notes += _left_out(found)
    return "\n\n".join((tables.table(headings, lines, numbers=range(2, 6)), "\n".join(
        [_seen(found), *notes, told.not_a_reason()])))  # fmt: skip


def _left_out(found: Plain) -> list[str]:
    from crmeter.reports import numbers

    why = {
        "one_group": t("only one group is large enough"),
        "too_few": t("too few customers were lost for so many groups"),
        "says_the_same": t("it says nearly the same as the others"),
    }
    notes = [
        t("Left out: {dimension} ({reason}).", dimension=_dimension(each["dimension"]), reason=why[each["reason"]])
        for each in found["left_out"]
    ]
    if found["passed_over"]:
        notes.append(t("Customers of groups too small to compare: {count}.",
                       count=numbers.count(found["passed_over"])))  # fmt: skip
    return notes


def score(found: Plain) -> str:
    """Each kind of relationship: how the score was tried, and the customers most at risk."""
    from crmeter.reports import churn as told

    parts = [_scored(each, found) for each in found["scores"]]
    notes = [
        t("A chance is an estimate: of customers like these so many were lost. ↑ raises it against the average "
          "customer, ↓ lowers it."),
        told.not_a_reason(),
        t("Attributes of customers are as they stand today: one that was set after a loss would mislead (--without)."),
    ]  # fmt: skip
    return "\n\n".join([*parts, "\n".join([_seen(found), *notes])])


def _scored(each: Plain, found: Plain) -> str:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    parts = [told.score_title(each)]
    said = t("Learned from {learned} customers of {trained_on}, of whom {lost} were lost within {days} days; tried on "
             "{tried} of {tried_on}, of whom {later} were.", learned=numbers.count(each["learned"]["customers"]),
             trained_on=each["trained_on"], lost=numbers.count(each["learned"]["lost"]), days=each["horizon_days"],
             tried=numbers.count(each["tried"]["customers"]), tried_on=each["tried_on"],
             later=numbers.count(each["tried"]["lost"]))  # fmt: skip
    parts.append(said)
    if each["not_yet"]:
        parts.append(t("{count} customers cannot be lost within {days} days, because a sale makes them customers for "
                       "longer.", count=numbers.count(each["not_yet"]), days=each["horizon_days"]))  # fmt: skip
    if each["trial"] is None:
        parts.append(t("It needs {learn} lost and as many kept on the first day, and {tried} of each on the second.",
                       learn=found["least_to_learn"], tried=found["least_to_try"]))  # fmt: skip
        return "\n".join(parts)
    parts += _trial(each["trial"])
    lines = [
        [
            one["customer_id"],
            told.share(one["chance"]),
            one["notice"] or "",
            "; ".join(told.reason(reason) for reason in one["reasons"]),
        ]
        for one in each["customers"]
    ]
    headings = [t("Customer"), t("Chance to be lost"), t("Contract ends on"), t("Most unlike the average")]
    return "\n".join([*parts, "", tables.table(headings, lines, numbers=(1,))])


def _trial(trial: Plain) -> list[str]:
    from crmeter.reports import churn as told
    from crmeter.reports import numbers

    def plain(value: float | None, decimals: int = 3) -> str:
        return "–" if value is None else numbers.amount(value, "count", decimals=decimals)

    said = [
        t("AUC {value} ({low} to {high}): so often one who was lost had the higher chance; 0.5 is a guess.",
          value=plain(trial["auc"]), low=plain(trial["auc_low"]), high=plain(trial["auc_high"])),
        t("Brier score {value}, of the plain share {base}: {skill} better. Chances were off by {error} on average.",
          value=plain(trial["brier"], 4), base=plain(trial["brier_base"], 4), skill=told.share(trial["skill"]),
          error=numbers.size(trial["calibration_error"], "share")),
    ]  # fmt: skip
    if trial["too_good"]:
        names = ", ".join(_dimension(name) for name in trial["too_good"])
        said.append(t("{names} alone tells nearly all who were lost: was it written down afterwards? Leave it out with "
                      "--without.", names=names))  # fmt: skip
    return said


def _dimension(name: str) -> str:
    from crmeter.reports import words

    return words.dimension(name)


def _seen(found: Plain) -> str:
    if found["since"]:
        return t("From {start}, as known on {end}.", start=found["since"], end=found["as_of"])
    return t("As known on {end}.", end=found["as_of"])

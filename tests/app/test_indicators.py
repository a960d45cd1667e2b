"""indicators.toml is read as written, what is wrong is said at once, and a change keeps what people wrote around it."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmeter.app.indicators.fields import FIELDS
from crmeter.app.indicators.reading import Known, parsed
from crmeter.app.indicators.writing import appended, changed, indicator_section, objective_section
from crmeter.evaluation.indicators import AGAINST, EVERY, Indicator, IndicatorSystem, Objective
from crmeter.kernel.errors import UserError

KNOWN = Known({"churn_rate": "churn_rate.cohort", "churn_rate.cohort": "churn_rate.cohort", "nps": "nps"}, ("shop",))
WRITTEN = """# Agreed in May.
[objectives.keep]
name = "Keep customers"   # the board's words

[indicators.churn_rate]   # a bare measure is its first variant
objectives = ["keep"]
owner = "Lin"
decision = "Whom we call"
sources = ["shop"]
review_by = 2026-03-31

[indicators.nps]
active = false
"""


def problems(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        parsed(text, KNOWN)
    return [str(problem) for problem in caught.value.problems]


def test_it_is_read_as_written() -> None:
    system = parsed(WRITTEN, KNOWN)
    assert system.objectives == (Objective("keep", "Keep customers"),)
    churn, nps = system.indicators
    assert churn == Indicator(
        "churn_rate.cohort", ("keep",), "Lin", "Whom we call", "quarter", ("previous", "year"), ("shop",),
        date(2026, 3, 31),
    )  # fmt: skip
    assert nps == Indicator("nps", active=False)
    assert system.of("keep") == (churn,)


def test_everything_wrong_is_said_with_its_place() -> None:
    found = problems("""
        [objective.keep]
        [objectives.keep]
        nam = "x"
        [indicators.churn_rat]
        objectives = ["kep"]
        owner = "Lin"
        every = "week"
        sources = ["shpo"]
        review_by = "soon"
        """)
    told = "\n".join(found)
    for place, near in (
        ("[objective]", "objectives"),
        ("“nam”", "name"),
        ("[objectives.keep] name is missing", ""),
        ("“churn_rat”", "churn_rate"),
        ("[indicators.churn_rat] objectives names “kep”", "keep"),
        ('[indicators.churn_rat] every is "week"', ""),
        ("[indicators.churn_rat] sources names “shpo”", "shop"),
        ('[indicators.churn_rat] review_by is "soon"', ""),
    ):
        [problem] = [p for p in found if place in p]
        assert not near or f"Did you mean “{near}”" in problem
    assert len(found) == 8, told


@pytest.mark.parametrize(("line", "missing"), [('owner = "Lin"', "objectives"), ('objectives = ["keep"]', "owner")])
def test_a_kpi_is_active_only_with_an_objective_and_an_owner(line: str, missing: str) -> None:
    [problem] = problems(f'[objectives.keep]\nname = "Keep"\n[indicators.nps]\n{line}\n')
    assert f"[indicators.nps] {missing} is missing" in problem and "active = false" in problem


def test_two_names_of_one_kpi() -> None:
    text = WRITTEN + '[indicators."churn_rate.cohort"]\nactive = false\n'
    [problem] = problems(text)
    assert "“churn_rate” and “churn_rate.cohort”" in problem


def test_an_example_of_every_field_is_allowed() -> None:
    for field in FIELDS:
        value = tomllib.loads(f"x = {field.example}")["x"]
        field.kind.read(value)


def test_a_change_keeps_comments_and_order() -> None:
    text = changed(WRITTEN, "indicators", "churn_rate", {"owner": "王小明", "note": 'a "quote"'})
    assert parsed(text, KNOWN).indicators[0].owner == "王小明"
    assert parsed(text, KNOWN).indicators[0].note == 'a "quote"'
    kept = [line for line in WRITTEN.splitlines() if "owner" not in line]
    assert [line for line in text.splitlines() if line in kept] == kept


def test_what_cannot_be_changed_in_place_is_said() -> None:
    inline = "indicators = { nps = { active = false } }\nobjectives = {}\n"
    with pytest.raises(UserError, match="by hand"):
        changed(inline, "indicators", "nps", {"owner": "Lin"})
    several = WRITTEN.replace('objectives = ["keep"]', 'objectives = [\n  "keep",\n]')
    with pytest.raises(UserError, match="by hand"):
        changed(several, "indicators", "churn_rate", {"objectives": ("keep", "win")})


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1).filter(
    lambda s: s == s.strip() != ""
)
objectives = st.builds(Objective, st.just("keep"), texts, st.none(), st.none() | texts, st.none() | texts)
indicators = st.builds(
    Indicator,
    st.just("nps"),
    st.just(("keep",)),
    texts,
    st.none() | texts,
    st.sampled_from(EVERY),
    st.lists(st.sampled_from(AGAINST), min_size=1, unique=True).map(tuple),
    st.sampled_from([(), ("shop",)]),
    st.none() | st.dates(min_value=date(1000, 1, 1)),
    st.booleans(),
    st.none() | texts,
)


@given(objectives, indicators)
def test_what_is_written_is_read_back(objective: Objective, indicator: Indicator) -> None:
    text = appended("", [objective_section(objective), indicator_section(indicator)])
    assert parsed(text, KNOWN) == IndicatorSystem((objective,), (indicator,))


@given(indicators, texts, texts)
def test_any_change_is_read_back(indicator: Indicator, owner: str, note: str) -> None:
    text = appended("", [objective_section(Objective("keep", "Keep")), indicator_section(indicator)])
    wanted = Indicator(**{**indicator.__dict__, "owner": owner, "note": note})
    assert parsed(changed(text, "indicators", "nps", {"owner": owner, "note": note}), KNOWN).indicators == (wanted,)

"""``crmeter plan new`` and ``plan edit``: what a plan says, as options."""

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from crmeter.cli.command import command, workspace
from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

Text, Texts, Number, Day = str | None, list[str] | None, float | None, datetime | None
Kinds = Literal["marketing_strategy", "service_process", "sales_process", "crm_setting"]
_OF_GROUP = {"by": "by", "target": "for_values", "comparison": "against", "where": "where", "campaign": "campaign"}
_AS_THEY_ARE = (
    "title", "problem", "cause", "kind", "owner", "goal", "kpi", "target", "expected", "least", "cost", "share",
    "method",
)  # fmt: skip


def _options() -> dict[str, Any]:
    """Each option by its name, with its type."""
    day: dict[str, Any] = {"metavar": "D", "formats": ["%Y-%m-%d"]}
    option = typer.Option
    return {
        "title": Annotated[Text, option(metavar="TEXT", help=t("What the plan is called."))],
        "problem": Annotated[Text, option(metavar="TEXT", help=t("What is wrong."))],
        "cause": Annotated[Text, option(metavar="TEXT", help=t("Why it is wrong: what the plan does away with."))],
        "kind": Annotated[Kinds | None, option(help=t("What it changes."))],
        "owner": Annotated[Text, option(metavar="NAME", help=t("Who answers for it."))],
        "start": Annotated[Day, option(help=t("Its first day."), **day)],
        "end": Annotated[Day, option(help=t("The day after its last."), **day)],
        "goal": Annotated[Text, option(metavar="GOAL", help=t("The goal it serves, by its id."))],
        "kpi": Annotated[Text, option(metavar="ID", help=t("The KPI that decides."))],
        "target": Annotated[Number, option(metavar="X", help=t("The value it is to have."))],
        "expected": Annotated[
            Number, option(metavar="X", help=t("How much it is to change, in its unit, with its sign."))
        ],
        "least": Annotated[Number, option(metavar="X", help=t("The smallest change that is worth the effort."))],
        "cost": Annotated[Number, option(metavar="X", help=t("What it costs."))],
        "guard": Annotated[
            Texts, option(metavar="ID", help=t("A KPI that must not get worse; may be given more than once."))
        ],
        "by": Annotated[
            Text, option("--group-by", metavar="DIM", help=t("What tells the groups apart, such as customer.team."))
        ],
        "for_values": Annotated[Texts, option("--for", metavar="VALUE", help=t("A value of it that is treated."))],
        "against": Annotated[
            Texts, option(metavar="VALUE", help=t("A value of it to compare with. Default: all others."))
        ],
        "where": Annotated[
            Texts,
            option(metavar="EXPR", help=t("Only those this holds of, such as \"customer.segment = 'vip'\".")),
        ],
        "campaign": Annotated[Text, option(metavar="NAME", help=t("The campaign by which they are treated."))],
        "new_customers": Annotated[
            bool | None,
            option(
                "--new-customers/--present-customers",
                help=t("For those who come meanwhile, or for those there are at the start."),
            ),
        ],
        "split": Annotated[
            bool | None, option("--split/--no-split", help=t("Whether lots may decide who is treated."))
        ],
        "share": Annotated[Number, option(metavar="X", help=t("How many of them lots treat, such as 0.5."))],
        "method": Annotated[
            Text, option(metavar="METHOD", help=t("How it is verified. Default: the best is proposed."))
        ],
        "step": Annotated[
            Texts,
            option(metavar="TEXT", help=t("A step as “what | who | 2025-07-01”; may be given more than once.")),
        ],
        "who": Annotated[
            Text, option(metavar="NAME", help=t("Who does it. Default: who is signed in on this machine."))
        ],
    }


def _taking(function: Callable[..., None], options: Mapping[str, Any], id: Any = None) -> Callable[..., None]:
    """The function with these options, and the plan's id before them."""
    kind = inspect.Parameter
    form = Annotated[Literal["table", "json"], typer.Option("--format", help=t("How it is written."))]
    parameters = [kind("id", kind.POSITIONAL_OR_KEYWORD, annotation=id)] if id else []
    parameters += [kind(name, kind.KEYWORD_ONLY, annotation=told, default=None) for name, told in options.items()]
    parameters.append(kind("format", kind.KEYWORD_ONLY, annotation=form, default="table"))
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return function


def values(given: dict[str, Any]) -> dict[str, Any]:
    """What the options say, as a draft is written; what is not given is left out."""
    found = {name: given[name] for name in _AS_THEY_ARE if given[name] is not None}
    found |= {name: given[name].date() for name in ("start", "end") if given[name] is not None}
    found |= {"guards": given["guard"]} if given["guard"] else {}
    found |= {"split": given["split"]} if given["split"] is not None else {}
    group = {name: given[option] for name, option in _OF_GROUP.items() if given[option]}
    if given["new_customers"] is not None:
        group["enrolled"] = "new" if given["new_customers"] else "present"
    found |= {"group": group} if group else {}
    found |= {"steps": [_step(text) for text in given["step"]]} if given["step"] else {}
    return found


def _step(text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) > 3:
        raise UserError.of(t("“{text}” is no step.", text=text), next=t("Write: what | who | 2025-07-01"))
    return dict(zip(("what", "owner", "due"), parts, strict=False))


def add_new(app: typer.Typer) -> None:
    option = typer.Option
    source = option("--from", metavar="EVALUATION", help=t("Begin from a finding or an advice of this evaluation."))
    own = {
        "source": Annotated[Text, source],
        "finding": Annotated[int | None, option(metavar="N", help=t("The finding, by its place in the evaluation."))],
        "advice": Annotated[Text, option(metavar="A1", help=t("The advice, by its id."))],
    }

    def new(**given: Any) -> None:
        from crmeter.app import plans
        from crmeter.cli.plan import say

        here = workspace()
        base = plans.drafted(here, given["source"], finding=given["finding"], advice=given["advice"])
        say(plans.new(here, {**base, **values(given)}, who=given["who"]), given["format"], here)

    command(
        app,
        "plan new",
        t("Draft a plan: from a finding, from an advice, or from nothing. The draft is a file to go on with."),
        (
            "crmeter plan new --from 2025-Q3-1 --finding 1",
            'crmeter plan new --from 2025-Q3-1 --advice A1 --owner "Lin Mei" --start 2025-11-01 --end 2026-05-01',
        ),
    )(_taking(new, own | _options()))


def add_edit(app: typer.Typer) -> None:
    id = typer.Argument(metavar="PLAN", help=t("A plan, as “crmeter plan list” lists it."))

    def edit(**given: Any) -> None:
        from crmeter.app import plans
        from crmeter.cli.plan import say

        here = workspace()
        say(plans.edit(here, given["id"], values(given), who=given["who"]), given["format"], here)

    command(
        app,
        "plan edit",
        t("Change what a draft says; without an option its file is written anew."),
        ('crmeter plan edit P1 --owner "Lin Mei" --step "Write the guide | Chen Wei | 2025-11-10"',),
    )(_taking(edit, _options(), Annotated[str, id]))

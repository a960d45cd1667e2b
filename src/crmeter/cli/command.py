"""What every command has: its workspace (-C), its language (--lang), its log (-v), and examples in its help."""

from __future__ import annotations

import functools
import inspect
import logging
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmeter.kernel.era import count_years, counting_years, era
from crmeter.kernel.messages import LANGUAGES, closest, language, speaking, t

if TYPE_CHECKING:
    from crmeter.app.cataloguing import Catalogue
    from crmeter.app.settings import Workspace

_folder: ContextVar[Path | None] = ContextVar("folder", default=None)


class Tree(typer.Typer):
    """The tree of commands; where one is ``wanted``, only that one is put together."""

    def __init__(self, *, wanted: str | None, **options: Any) -> None:
        super().__init__(**options)
        self.wanted = wanted

    def takes(self, name: str) -> bool:
        return self.wanted in (None, name)


def one_language(tag: str) -> str:
    """The language of ours that ``tag`` means; wrong usage if it is none."""
    found = closest(tag)
    if found is None:
        raise typer.BadParameter(t("“{tag}” is none of {tags}.", tag=tag, tags=", ".join(LANGUAGES)))
    return found


def workspace() -> Workspace:
    """The workspace this command was called for. From here on years are said in its era."""
    from crmeter.app.settings import open_workspace

    found = open_workspace(_folder.get())
    count_years(found.era)
    return found


def catalogue() -> Catalogue:
    """The KPIs of the workspace; where none was named and this folder is none, the built-in ones."""
    from crmeter.app.cataloguing import BUILT_IN

    named = _folder.get() or os.environ.get("CRMETER_WORKSPACE")
    return workspace().catalogue if named or Path("crmeter.toml").exists() else BUILT_IN


def command(
    app: typer.Typer, name: str, help: str, examples: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as the command ``name``; what is shared by all commands is added to its options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if isinstance(app, Tree) and not app.takes(name):
            return function
        signature = inspect.signature(function)

        @functools.wraps(function)
        def run(**given: Any) -> None:
            folder, lang, verbose = given.pop("folder"), given.pop("lang"), given.pop("verbose")
            if verbose:
                logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
            token = _folder.set(folder)
            try:
                with speaking(lang or language()), counting_years(era()):
                    function(**given)
            finally:
                _folder.reset(token)

        run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *_shared()])  # type: ignore[attr-defined]
        shown = "\n".join((t("Examples:"), *(f"  {example}" for example in examples)))
        app.command(name, help=help, epilog=f"\b\n{shown}" if examples else None)(run)
        return function

    return register


def _shared() -> list[inspect.Parameter]:
    folder = typer.Option("-C", metavar="DIR", help=t("The workspace. Default: CRMETER_WORKSPACE, else this folder."))
    lang = typer.Option(parser=one_language, metavar="LANG", help=t("The language: {tags}.", tags=", ".join(LANGUAGES)))
    verbose = typer.Option("-v", "--verbose", help=t("Log to standard error."))
    return [
        _option("folder", Annotated[Path | None, folder], None),
        _option("lang", Annotated[str | None, lang], None),
        _option("verbose", Annotated[bool, verbose], False),
    ]


def _option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)

"""The command ``crmeter``."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import closest, default_language, speaking, t

_TAKES_VALUE = ("-C", "--lang")
_LEADING = ("-v", "--verbose")
# first words of two-word commands, and what they mean alone
GROUPS = {
    "churn": "survival",
    "benchmark": "list",
    "event": "list",
    "goal": "list",
    "objective": "list",
    "plan": "list",
    "schedule": "list",
    "segments": "list",
    "template": "tracking",
    "voice": "risk",
}


def main() -> None:
    """Run the command the process was started with, and end it with the exit code of its result."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line. 0: done, 1: a user's error, 2: wrong usage, 3: a check failed."""
    words = _ordered(list(arguments))
    with speaking(_wanted_language(words)):
        try:
            return _called(words)
        except UserError as error:
            print("\n\n".join(map(str, error.problems)), file=sys.stderr)  # noqa: T201
            return error.exit_code
        except BrokenPipeError:
            # the reader of our output has gone; what is still to be flushed goes nowhere, so that Python says nothing
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            print(t("Stopped."), file=sys.stderr)  # noqa: T201
            return 1
        except Exception as error:
            logging.getLogger("crmeter").debug("", exc_info=True)
            said = t("This is a fault of crmeter: {error}.", error=f"{type(error).__name__}: {error}")
            hint = t("-v shows where. Please report it.")
            print(f"{said}\n{hint}", file=sys.stderr)  # noqa: T201
            return 1


def _called(words: list[str]) -> int:
    """Parse and run; typer ends with SystemExit, and its code is ours."""
    import typer

    from crmeter.cli.tree import commands

    try:
        named = words[0] if words else None
        typer.main.get_command(commands(named)).main(words, prog_name="crmeter")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1 if end.code else 0
    return 0


def _ordered(words: list[str]) -> list[str]:
    """``crmeter -C DIR ingest`` as ``crmeter ingest -C DIR``, and two words as the one command they are."""
    leading: list[str] = []
    while words and (words[0] in _TAKES_VALUE or words[0] in _LEADING):
        taken = 2 if words[0] in _TAKES_VALUE else 1
        leading += words[:taken]
        words = words[taken:]
    if not words:
        return leading
    if words[0] in GROUPS and (len(words) == 1 or words[1].startswith("-")):
        words = [words[0], GROUPS[words[0]], *words[1:]]
    count = 2 if words[0] in GROUPS or words[:2] == ["kpi", "explain"] else 1
    return [" ".join(words[:count]), *leading, *words[count:]]


def _wanted_language(words: list[str]) -> str:
    """The language of --lang, read before the rest so that help is in it too."""
    for number, word in enumerate(words):
        tag = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and number + 1 < len(words):
            tag = words[number + 1]
        if tag and closest(tag):
            return closest(tag) or default_language()
    return default_language()

"""Where output goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

Progress = Callable[[str, float | None], None]
LOG = logging.getLogger("crmeter")


def say(text: str) -> None:
    """A result."""
    typer.echo(text)


def deliver(content: str | bytes, output: Path | None) -> None:
    """A result into the file the user named, else to standard output. Binary content needs a file or a pipe."""
    if output is not None:
        try:
            output.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        except OSError as error:
            raise UserError.of(t("{path} can’t be written.", path=output), why=str(error)) from None
        typer.echo(str(output), err=True)
    elif isinstance(content, str):
        typer.echo(content, nl=not content.endswith("\n"))
    elif sys.stdout.isatty():
        raise UserError.of(t("This format is not for a screen."), next=t("Name a file with -o FILE."))
    else:
        sys.stdout.buffer.write(content)


@contextmanager
def progress() -> Iterator[Progress]:
    """Show on a terminal what is being done and how far it is; only log it where there is none."""
    started = time.monotonic()

    def log(text: str, share: float | None) -> None:
        LOG.info("%.1f s %s%s", time.monotonic() - started, text, "" if share is None else f" {share:.0%}")

    if not sys.stderr.isatty():
        yield log
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(text: str, share: float | None) -> None:
            log(text, share)
            bars.update(task, description=text, completed=share or 0, total=None if share is None else 1)

        yield show

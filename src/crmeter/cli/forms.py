"""The forms a result can be asked for in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crmeter.cli import screen


def as_json(found: Any) -> str:
    """Plain values as JSON that a person can read too."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def deliver(found: Any, form: str, output: Path | None, forms: Mapping[str, Callable[[], Any]]) -> None:
    """A result in the form asked for, into the file the user named, else to standard output.

    ``forms`` makes each of them: texts, and as ``chart`` what is to be drawn. JSON is what was found, as it is.
    """
    if form == "json":
        content: str | bytes = as_json(found)
    elif form == "chart":
        from crmeter.app.charting import drawn

        content = drawn(forms[form](), output)
    else:
        content = forms[form]()
    screen.deliver(content, output)

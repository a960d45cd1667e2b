"""Libraries that only some analyses need, and that are therefore installed apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from crmeter.kernel.errors import UserError
from crmeter.kernel.messages import t

ANALYSIS = "analysis"


def library(module: str, extra: str = ANALYSIS) -> ModuleType:
    """The module of a library that comes with the extra; UserError where it is not installed.

    >>> library("math").sqrt(4)
    2.0
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise UserError.of(
            t("This needs {library}, which is not installed.", library=module.partition(".")[0]),
            t("It is large, and only some analyses use it."),
            t("Run: make analysis, or: pip install 'crmeter[{extra}]'", extra=extra),
        ) from error


@contextmanager
def hidden(module: str) -> Iterator[None]:
    """Let an import of a module find nothing inside the block, unless it has been imported before: for libraries that
    look for others which they do not need, at a price.

    >>> with hidden("this"):
    ...     "this" in sys.modules, sys.modules["this"]
    (True, None)
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # how Python marks what is not to be imported
    try:
        yield
    finally:
        del sys.modules[module]


@contextmanager
def parts_alone(package: str) -> Iterator[None]:
    """Let parts of a package be imported inside the block without all the others, which its own start imports at a
    price. Afterwards the package is imported as ever.

    >>> with parts_alone("xml.dom"):
    ...     from xml.dom.minicompat import NodeList
    >>> import xml.dom
    >>> xml.dom.EMPTY_PREFIX is None
    True
    """
    if package in sys.modules:
        yield
        return
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations, package
    bare = ModuleType(package)
    bare.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = bare
    try:
        yield
    finally:
        del sys.modules[package]

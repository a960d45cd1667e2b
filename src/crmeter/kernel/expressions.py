"""Expressions that are put together only where somebody needs them: ``ibis`` and ``ir`` for all of crmeter.

What is written here as ``rows.filter(rows.kind == "sale")`` is noted down, not done. A note costs a hundredth of what
Ibis takes to put the same expression together, and its digest says all that the expression is made of: to the letter
the same steps, on tables of the same columns. What is asked of an expression (its SQL, its columns, the type of a
column) is therefore remembered by the digest, and Ibis, which takes half a second to import, is only called where the
answer is not known yet. Anything else that Ibis can do, an expression can do: it is done when it is needed.

Days are kept apart: the shape of an expression says where each of its days stands, not which they are. What is asked
tomorrow has the shape of what was asked today.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from crmeter.kernel.remembered import remembered

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir

__all__ = [
    "Expression",
    "Kind",
    "Private",
    "Table",
    "days_of",
    "digest",
    "ibis",
    "ir",
    "is_private",
    "real",
    "shape",
    "tables_of",
]

_PLAIN = (str, int, float, bool, type(None), datetime, timedelta, Decimal)
Days = tuple[date, ...]


class Expression:
    """A step that is noted down: a function and what it is called with, other expressions among it."""

    __slots__ = ("__weakref__", "_arguments", "_days", "_function", "_made", "_named", "_private", "_shape")

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
        self._function = function
        self._arguments = arguments
        self._named = named
        self._made: dict[Days, Any] = {}  # what Ibis made of it, by the days that stood in it
        self._days: Days = ()
        self._private = False
        told = [self._told(each) for each in arguments]
        told += [f"{name}={self._told(each)}" for name, each in named.items()]
        written = f"{function.__module__}.{function.__qualname__}({','.join(told)})"
        self._shape = blake2b(written.encode(), digest_size=16).hexdigest()

    def _told(self, part: Any) -> str:
        """A part of a step as text that only the same part has."""
        if isinstance(part, Expression):
            self._private |= part._private
            return f"#{part._shape}{list(map(self._place, part._days)) if part._days else ''}"
        if isinstance(part, list | tuple):
            return f"{type(part).__name__}[{','.join(map(self._told, part))}]"
        if isinstance(part, Mapping):
            return f"{{{','.join(f'{self._told(name)}:{self._told(each)}' for name, each in part.items())}}}"
        if isinstance(part, slice):
            return f"slice[{self._told((part.start, part.stop, part.step))}]"
        if isinstance(part, Private):
            self._private = True
            return self._told(part.value)
        if type(part) is date:
            return f"day{self._place(part)}"
        if not isinstance(part, _PLAIN):
            raise TypeError(f"{part!r} cannot be part of an expression")
        return f"{type(part).__name__}:{part!r}"

    def _place(self, day: date) -> int:
        """Which of the days of this step it is."""
        if day not in self._days:
            self._days += (day,)
        return self._days.index(day)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python asks of any object
            raise AttributeError(name)
        return Expression(getattr, (self, name), {})

    def __getitem__(self, key: Any) -> Any:
        return Expression(operator.getitem, (self, key), {})

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return Expression(operator.call, (self, *arguments), named)

    def __bool__(self) -> bool:
        raise TypeError("an expression is neither true nor false before it is measured")

    def __iter__(self) -> Any:
        raise TypeError("an expression has no parts before it is measured")

    def __hash__(self) -> int:
        return hash(self._shape)

    def __repr__(self) -> str:
        return f"<expression {digest(self)}>"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a table's columns."""
        told = self._asked("columns", lambda: "\n".join(real(self).columns))
        return tuple(told.split("\n")) if told else ()

    def type(self) -> Kind:
        """The type of a column."""
        return Kind(self._asked("type", lambda: str(real(self).type())))

    def get_name(self) -> str:
        """The name of a table or of a column."""
        return self._asked("name", lambda: str(real(self).get_name()))

    def view(self) -> Expression:
        """The table once more, to be joined with itself. It is always the same one: Ibis tells two of them apart, but
        the steps that lead to them cannot."""
        found: Expression = _views.setdefault(digest(self), Expression(getattr, (self, "view"), {})())
        return found

    def op(self) -> Any:
        """What Ibis makes of the expression."""
        return real(self).op()

    def _asked(self, what: str, work: Callable[[], str]) -> str:
        return remembered(what, self._shape, work, private=self._private)


_views: WeakValueDictionary[str, Expression] = WeakValueDictionary()


class Table(Expression):
    """A table that is there, as ``make`` declares it by its name."""

    __slots__ = ("_name",)

    def __init__(self, make: Callable[..., Any], name: str, *described: Any) -> None:
        super().__init__(make, (name, *described), {})
        self._name = name

    def get_name(self) -> str:
        return self._name


class Kind(str):
    """The type of a column, as Ibis names it.

    >>> Kind("decimal(18, 4)").is_decimal(), Kind("!int64").is_integer()
    (True, True)
    """

    __slots__ = ()

    def is_integer(self) -> bool:
        return self.lstrip("!u").startswith("int")

    def is_decimal(self) -> bool:
        return self.lstrip("!").startswith("decimal")

    def is_date(self) -> bool:
        return self.lstrip("!") == "date"


class Private:
    """A value that somebody gave: what is made with it is remembered by this process alone, and not on the disk."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def real(expression: Any, days: Mapping[date, date] | None = None) -> Any:
    """What Ibis makes of an expression, with other ``days`` in the place of its own if they are given. Steps are taken
    once, the innermost first: a long chain of them is no deep recursion."""
    days = days or {}
    waiting = [expression]
    while waiting:
        step = waiting[-1]
        stand = tuple(days.get(day, day) for day in step._days)
        if stand not in step._made:
            parts = _expressions((*step._arguments, *step._named.values()))
            missing = [each for each in parts if tuple(days.get(day, day) for day in each._days) not in each._made]
            if missing:
                waiting += missing
                continue
            named = {name: _filled(each, days) for name, each in step._named.items()}
            step._made[stand] = step._function(*(_filled(each, days) for each in step._arguments), **named)
        waiting.pop()
    return _filled(expression, days)


def _expressions(parts: Iterable[Any]) -> Iterable[Expression]:
    for part in parts:
        if isinstance(part, Expression):
            yield part
        elif isinstance(part, list | tuple):
            yield from _expressions(part)
        elif isinstance(part, Mapping):
            yield from _expressions(part.values())


def _filled(part: Any, days: Mapping[date, date]) -> Any:
    """A part of a step with what Ibis made of the expressions in it."""
    if isinstance(part, Expression):
        return part._made[tuple(days.get(day, day) for day in part._days)]
    if isinstance(part, list | tuple):
        return type(part)(_filled(each, days) for each in part)
    if isinstance(part, Mapping):
        return {name: _filled(each, days) for name, each in part.items()}
    if isinstance(part, Private):
        return _filled(part.value, days)
    return days.get(part, part) if type(part) is date else part


def shape(expression: Any) -> str:
    """What tells an expression from every other one but those that have other days in the same places."""
    found: str = expression._shape
    return found


def days_of(expression: Any) -> Days:
    """The days in an expression, each once, in the order of their places."""
    found: Days = expression._days
    return found


def digest(expression: Any) -> str:
    """What tells an expression from every other one."""
    return f"{expression._shape}{','.join(map(str, expression._days))}"


def is_private(expression: Any) -> bool:
    """Whether an expression has a value in it that somebody gave."""
    return bool(expression._private)


def tables_of(expression: Any) -> frozenset[str]:
    """The names of the tables that an expression reads."""
    waiting, seen = [expression], {}
    while waiting:
        step = waiting.pop()
        if step._shape not in seen:
            seen[step._shape] = step
            waiting += _expressions((*step._arguments, *step._named.values()))
    return frozenset(step._name for step in seen.values() if isinstance(step, Table))


def _operator(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, *others: Expression(function, (self, *others), {})


def _turned(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: Expression(function, (other, self), {})


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "and_", "or_", "xor"):
    _both = getattr(operator, _name)
    setattr(Expression, f"__{_name.rstrip('_')}__", _operator(_both))
    setattr(Expression, f"__r{_name.rstrip('_')}__", _turned(_both))
for _name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "invert"):
    setattr(Expression, f"__{_name}__", _operator(getattr(operator, _name)))


def _of_ibis(name: str) -> Any:
    return getattr(import_module("ibis"), name)


class _Functions:
    """The module ``ibis``: its functions note down that they were called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = Expression(_of_ibis, (name,), {})
        setattr(self, name, found)
        return found


class _Types:
    """The module ``ibis.expr.types``: whatever it has, an expression stands for it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Expression


if not TYPE_CHECKING:
    ibis, ir = _Functions(), _Types()

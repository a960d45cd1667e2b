"""Names in SQL text: always quoted, so that no name can be read as anything else."""

from __future__ import annotations


def quoted(*parts: str) -> str:
    """A name as SQL writes it, its parts joined by dots.

    >>> quoted("main", 'a "b"')
    '"main"."a ""b\"""'
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(text: str) -> str:
    """A text as SQL writes it, for the words of our own catalogue; what a user wrote is bound instead.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"

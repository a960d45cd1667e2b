"""Blanks around a text: what spreadsheets, web forms and East Asian keyboards leave there.

Every text, keys among them, is stored without them, and a text of nothing else is null: ``"VIP "`` and ``"VIP"`` are
one segment, ``" 17"`` and ``"17"`` one customer.
"""

from __future__ import annotations

BLANKS = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"


def trimmed(text: str) -> str:
    """SQL of the text ``text`` (SQL) without blanks around it, null if nothing is left."""
    return f"nullif(trim({text}, '{BLANKS}'), '')"

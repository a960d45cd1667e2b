"""What the values of a column mean, decided over the whole column and said, or asked for; never guessed per value."""

from crmeter.ingest.formats.decision import Decision, decide

__all__ = ["Decision", "decide"]

"""crmeter: how well a company looks after its customers, and what to do about it."""

__version__ = "0.1.0"

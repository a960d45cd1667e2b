"""``indicators.toml``: the indicator system of a workspace as a file, read, checked, written and asked for.

The file is its one truth: it is reviewed and versioned like the settings, and nothing of it is kept anywhere else.
"""

from crmeter.app.indicators.reading import FILE, Known, read_system

__all__ = ["FILE", "Known", "read_system"]

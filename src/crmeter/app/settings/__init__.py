"""The settings of a workspace: crmeter.toml, the environment, and one table that says what there is."""

from crmeter.app.settings.reading import open_workspace
from crmeter.app.settings.table import SETTINGS, Setting
from crmeter.app.settings.workspace import SourceSettings, Target, Workspace, reveal

__all__ = ["SETTINGS", "Setting", "SourceSettings", "Target", "Workspace", "open_workspace", "reveal"]

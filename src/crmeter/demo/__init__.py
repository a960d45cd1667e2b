"""The demo company: ours, seeded, realistic, with three planted stories that can be switched off."""

from crmeter.demo.assembly import create
from crmeter.demo.stories import STORIES, STORY_NAMES, Story

__all__ = ["STORIES", "STORY_NAMES", "Story", "create"]

"""Erasing a person: what tells who it was goes, what was counted stays, and no load brings the person back."""

from crmeter.warehouse.erasure.contents import erased_names
from crmeter.warehouse.erasure.erase import Erasure, erase, erased_since, holds_erased, plan
from crmeter.warehouse.erasure.incoming import Checked, Incoming
from crmeter.warehouse.erasure.register import Register

__all__ = [
    "Checked",
    "Erasure",
    "Incoming",
    "Register",
    "erase",
    "erased_names",
    "erased_since",
    "holds_erased",
    "plan",
]

"""A library that is not there is said with the command that brings it."""

import pytest

from crmeter.kernel.errors import UserError
from crmeter.kernel.extras import library


def test_a_library_that_is_missing_is_said_with_the_command_that_brings_it() -> None:
    with pytest.raises(UserError) as raised:
        library("no_such_library.models")
    said = str(raised.value)
    assert "no_such_library" in said
    assert "make analysis" in said
    assert "crmeter[analysis]" in said

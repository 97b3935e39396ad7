"""What a service refuses, as tests ask it."""

import pytest

from responsibilities.rules.errors import Refused


def code_of(function, *arguments, **facts) -> str:
    """The code with which the call is refused; fails where it isn't."""
    with pytest.raises(Refused) as refused:
        function(*arguments, **facts)
    return refused.value.code

"""A moment that was kept as text shows the day that it was here."""

import pytest

from responsibilities.templatetags.portal import day_of


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-27T19:22:04.123456+00:00", "2026-11-28"),
        ("2026-11-27T15:59:59+00:00", "2026-11-27"),
        ("2026-11-28T03:22:04+08:00", "2026-11-28"),
        ("", "—"),
    ],
)
def test_day_of(moment, day):
    assert day_of(moment) == day

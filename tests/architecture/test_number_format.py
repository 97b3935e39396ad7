"""Counts read as amounts do: in groups of three."""

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma


@pytest.mark.parametrize(("number", "written"), [(999, "999"), (20000, "20,000"), (1234567, "1,234,567")])
def test_counts_are_written_in_groups_of_three(number, written):
    assert intcomma(number) == written

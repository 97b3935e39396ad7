"""Counts and amounts in groups of three, as banks and payrolls here write them."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3

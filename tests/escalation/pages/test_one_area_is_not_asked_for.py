"""Whose grants reach one county only is not asked which county; the city's people are."""

import pytest


@pytest.mark.parametrize("address", ["/deadlines/", "/escalations/", "/projects/"])
def test_a_county_is_not_offered_a_choice_of_one(city, client, address):
    client.force_login(city.county_supervisor)
    assert 'name="area"' not in client.get(address).content.decode()
    client.force_login(city.supervisor)
    shown = client.get(address).content.decode()
    assert 'name="area"' in shown
    assert shown.count("620723") >= 1, "each county can be chosen"

"""The count on a card is always the length of the list that it opens."""

import re

import pytest

from tests.cast import GANZHOU

ROLES = [
    "officer_zjj_620700",
    "officer_zjj_620702",
    "unit_head",
    "county_unit_head",
    "supervisor",
    "county_supervisor",
    "labour_officer",
    "developer_officer",
    "subcontractor_clerk",
    "bank_clerk",
    "leader",
    "county_leader",
    "auditor",
]


def numbers(html: str) -> list[tuple[str, str, int]]:
    """(card, address, count) of each card of a page."""
    found = re.findall(
        r'class="wp-count [^"]*" href="([^"]+)" data-card="(\w+)">.*?wp-count__value">(\d+)<', html, re.DOTALL
    )
    return [(card, url.replace("&amp;", "&"), int(count)) for url, card, count in found]


@pytest.mark.parametrize("username", ROLES)
def test_every_card_counts_exactly_its_list(city, client, username):
    client.force_login(city.users[username])
    cards = numbers(client.get("/").content.decode())
    assert [card for card, _, _ in cards] == ["overdue", "soon", "new", "supervised"]
    for card, url, count in cards:
        listed = client.get(url)
        assert listed.context["sums"]["total"] == count, (username, card, url)
        assert len(listed.context["lines"]) == count


@pytest.mark.parametrize("username", ["supervisor", "leader", "unit_head"])
def test_every_area_type_and_unit_counts_exactly_its_lists(city, client, username):
    client.force_login(city.users[username])
    pages = [client.get("/").context, client.get("/trend/").context]
    checked = 0
    for name in ("by_area", "areas", "by_type", "owners", "by_rule", "behind"):
        for line in pages[0].get(name) or pages[1].get(name) or []:
            assert client.get(line.url).context["sums"]["total"] == line.slice.live, (name, line.url)
            assert client.get(line.overdue_url).context["sums"]["total"] == line.slice.overdue
            checked += 1
    assert checked


def test_the_counts_of_a_county_officer_are_those_of_the_own_unit(city, client):
    client.force_login(city.officer("zjj", GANZHOU))
    cards = {card: count for card, _, count in numbers(client.get("/").content.decode())}
    assert cards == {"overdue": 2, "soon": 1, "new": 1, "supervised": 1}


def test_an_area_in_the_address_narrows_cards_and_their_lists(city, client):
    client.force_login(city.supervisor)
    cards = numbers(client.get(f"/?area={GANZHOU}").content.decode())
    assert {card: count for card, _, count in cards} == {"overdue": 2, "soon": 1, "new": 1, "supervised": 1}
    for _, url, count in cards:
        assert f"area={GANZHOU}" in url
        assert client.get(url).context["sums"]["total"] == count

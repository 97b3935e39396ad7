"""No export of any role holds what lies outside its reach, or a number in full: over all addresses that give out files."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from payroll.models import BankCard, PayrollLine, RosterEntry, Worker
from responsibilities.models import Grant
from responsibilities.rules.roles import PERMISSIONS, Permission
from responsibilities.services import vault
from tests.access.addresses import Subjects, routes
from tests.access.downloading import speaks_of_files
from tests.access.expectations import EXPECTATIONS
from tests.access.people import PAY, PROJECTS, REACH
from tests.factories.world import OWN

pytestmark = pytest.mark.django_db
# What goes out with full numbers: the sheets themselves, blanks to fill in, papers. Only to whoever may reveal them.
IN_FULL = {
    "payroll:original",
    "payroll:annotated",
    "payroll:template",
    "payroll:copy",
    "payroll:attendance_template",
    "payroll:attendance_original",
    "payroll:attendance_annotated",
    "payroll:payout_download",
    "payroll:card_evidence",
    "payroll:contract_scan",
    "payroll:signed_settlement",
}
# Stands as an example in every blank, and is a telephone of the first synthetic person's too.
EXAMPLE = "13900000000"
# Acts of the whole portal, for those who watch over it.
WHOLE = {"responsibilities:trail"}


@dataclass(frozen=True)
class Given:
    """A file that somebody was given, as text."""

    address: str
    who: str
    text: str


def text_of(data: bytes) -> str:
    """All that stands in the cells of a workbook or a text table, its hidden parts too."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8-sig", errors="replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    return "\n".join(text for part in parts for text in ElementTree.fromstring(part).itertext())


def held_by(who: str) -> frozenset[Permission]:
    return frozenset().union(*(PERMISSIONS[grant.role] for grant in Grant.objects.filter(user__username=who)))


def asked(subjects: Subjects, name: str, who: str, place: str) -> bytes | None:
    """The file that an address gives somebody, None where it gives none."""
    rule = EXPECTATIONS[name]
    arguments, query = subjects.of(rule.kind, place), {"export": "xlsx"}
    if rule.kind == "query_project":
        at = subjects.world[place]
        query |= {
            "project": arguments["code"],
            "month": f"{at.month_on:%Y-%m}",
            "employer": at.submitted.subcontractor.code,
        }
        arguments = {}
    client = Client()
    client.force_login(subjects.world.cast.users[who])
    with transaction.atomic():
        answer = client.get(reverse(name, kwargs=arguments), query)
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return data if answer.get("Content-Disposition", "").startswith("attachment") else None


def everything(subjects: Subjects) -> Iterator[Given]:
    held = {who: held_by(who) for who in PROJECTS}
    for name, pattern in routes():
        rule = EXPECTATIONS.get(name)
        if rule is None or rule.api or not rule.reads or not speaks_of_files(pattern):
            continue
        for who in PROJECTS:
            if not {rule.permission, rule.also} - {None} <= held[who]:
                continue
            for place in sorted(REACH[rule.kind][who]) if rule.kind else [OWN]:
                data = asked(subjects, name, who, place)
                if data is not None:
                    yield Given(name, who, text_of(data))


@pytest.fixture(scope="module")
def given(subjects, django_db_blocker):
    with django_db_blocker.unblock():
        return list(everything(subjects))


@pytest.fixture(scope="module")
def numbers(subjects, django_db_blocker) -> set[str]:
    """Every ID number, telephone and card that is kept."""
    with django_db_blocker.unblock():
        found = {vault.unseal_text(card.number_sealed, "bank_card") for card in BankCard.objects.all()}
        for who in Worker.objects.all():
            found.add(vault.unseal_text(who.id_number_sealed, "id_number"))
            if who.phone_sealed:
                found.add(vault.unseal_text(who.phone_sealed, "phone"))
    return found - {EXAMPLE}


@pytest.fixture(scope="module")
def names(subjects, django_db_blocker) -> dict[str, set[str]]:
    """{place: names of those who work there and nowhere else}."""
    found = {}
    with django_db_blocker.unblock():
        for place in subjects.world.places.values():
            paid = PayrollLine.objects.filter(batch__project=place.project).values_list("worker__name", flat=True)
            there = RosterEntry.objects.filter(project=place.project).values_list("worker__name", flat=True)
            found[place.project.code] = {*paid, *there}
    return {
        code: own - set().union(*(others for other, others in found.items() if other != code))
        for code, own in found.items()
    }


def full(text: str, numbers: set[str]) -> set[str]:
    plain = text.replace(" ", "")
    return {number for number in numbers if number in plain}


def test_no_number_goes_out_in_full_but_to_whoever_may_reveal_it(given, numbers, subjects):
    assert len(numbers) > 15
    may = {who for who in PROJECTS if Permission.PAYROLL_REVEAL in held_by(who)}
    told = {(one.address, one.who): found for one in given if (found := full(one.text, numbers))}
    assert {pair: found for pair, found in told.items() if pair[0] not in IN_FULL or pair[1] not in may} == {}
    # The control: where they may stand, they are seen.
    assert ("payroll:original", "labour_officer") in told
    assert ("payroll:template", "labour_officer") in told
    assert ("payroll:template", "subcontractor_clerk") in {(one.address, one.who) for one in given}


def test_nothing_goes_out_from_beyond_ones_reach(given, names, subjects):
    places = {name: place.project.code for name, place in subjects.world.places.items()}
    beyond = set()
    for one in given:
        if one.address in WHOLE:
            continue
        projects = {places[name] for name in PROJECTS[one.who]}
        beyond |= {(one.address, one.who, code) for code in set(places.values()) - projects if code in one.text}
        pay = {places[name] for name in PAY[one.who]}
        for code in set(places.values()) - pay:
            beyond |= {(one.address, one.who, name) for name in names[code] if name in one.text}
    assert beyond == set()
    assert all(len(found) > 1 for found in names.values())


def test_the_walk_reaches_everybody_and_what_lies_within(given, subjects):
    """The control: what is in reach does stand in the exports."""
    codes = {place.project.code for place in subjects.world.places.values()}
    lists = {one.who: {code for code in codes if code in one.text} for one in given if one.address == "payroll:list"}
    assert lists["supervisor"] == codes
    assert lists["labour_officer"] == {subjects.world[OWN].project.code}
    assert lists["other_labour_officer"] == codes - lists["labour_officer"]
    assert {one.address for one in given} > {
        "payroll:list", "payroll:problems", "payroll:workers", "escalation:reconciliation", "payroll:leavers",
        "payroll:contests", "payroll:export", "payroll:attendance_month",
    }  # fmt: skip
    assert len({one.who for one in given}) > 10

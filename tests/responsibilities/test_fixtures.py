"""The 21 rows stand word for word, and every body has a unit in the city."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from responsibilities.models import Area, AuditEvent, Body, Duty, Figure, Organization, ResponsibilityRow
from responsibilities.selectors.organizations import unit_for, units_by_area_unscoped
from responsibilities.services import fixtures

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
POLICY = Path(settings.BASE_DIR).parent / "shared" / "domain" / "policy.zh.txt"

pytestmark = pytest.mark.django_db


def test_the_list_has_21_rows_that_name_24_bodies_and_one_role():
    assert list(ResponsibilityRow.objects.values_list("number", flat=True)) == list(range(1, 22))
    assert Body.objects.exclude(kind=Body.Kind.ROLE).count() == 24
    assert Body.objects.get(kind=Body.Kind.ROLE).row_id == 21
    assert set(Body.objects.filter(row=4).values_list("code", flat=True)) == {"zjj", "jtj", "swj"}
    assert set(Body.objects.filter(row=16).values_list("code", flat=True)) == {"scj", "swuj", "wlj"}


@pytest.mark.skipif(not POLICY.exists(), reason="政策原文不在本机")
def test_each_row_is_the_policys_text_word_for_word():
    text = POLICY.read_text(encoding="utf-8")
    text = text[text.index("责任清单\n\n序号") :]
    policy = {int(n): duty.strip() for n, duty in re.findall(r"^(\d+)\t[^\t\n]+\t(.+)$", text, re.MULTILINE)}
    assert len(policy) == 21
    assert policy == dict(ResponsibilityRow.objects.values_list("number", "text"))


def test_the_duties_of_a_row_joined_are_its_text():
    for row in ResponsibilityRow.objects.prefetch_related("duties"):
        assert "".join(duty.text for duty in row.duties.all()) == row.text


def test_courts_procuratorate_propaganda_cyberspace_and_union_have_no_penalty_workflow():
    bodies = Body.objects.filter(code__in=["fy", "jcy", "xcb", "wxb", "zgh"])
    assert bodies.count() == 5
    assert not bodies.filter(has_penalty_workflow=True).exists()
    assert Body.objects.get(code="rsj").has_penalty_workflow


def test_natural_resources_and_agriculture_are_industry_authorities_too():
    codes = set(Body.objects.filter(is_industry_authority=True).values_list("code", flat=True))
    assert codes == {"zjj", "jtj", "swj", "zrj", "nyj"}


def test_where_an_area_has_no_unit_the_citys_stands_in():
    zone = Area.objects.get(code="620799")
    county = Area.objects.get(code="620721")
    assert not Organization.objects.filter(code__in=["620799-fy", "620799-jcy", "620799-gaj", "620799-xcb"]).exists()
    assert unit_for("fy", zone).code == "620700-fy"
    assert unit_for("rmyh", county).code == "620700-rmyh"
    assert unit_for("rsj", zone).code == "620799-rsj"
    assert unit_for("zjj", county).code == "620721-zjj"


def test_a_unit_that_was_dissolved_falls_back_to_the_city():
    county = Area.objects.get(code="620702")
    Organization.objects.filter(code="620702-jtj").update(is_active=False)
    assert unit_for("jtj", county).code == "620700-jtj"
    assert units_by_area_unscoped()["jtj", "620702"].code == "620700-jtj"


def test_the_map_of_units_agrees_with_the_single_lookup():
    units = units_by_area_unscoped()
    assert len(units) == 24 * 8
    for code in ("rsj", "fy", "rmyh", "gzw"):
        for area in Area.objects.all():
            assert units[code, area.code] == unit_for(code, area)


def test_each_government_is_an_organization_without_a_body():
    governments = Organization.objects.filter(code__endswith="-gov")
    assert governments.count() == 8
    assert not governments.filter(body__isnull=False).exists()


def test_close_of_business_is_a_dated_figure_with_its_article():
    figure = Figure.objects.get(code="close_of_business")
    assert (figure.value, figure.article, figure.is_default) == ("18:00", "第二百零三条", True)


def test_loading_again_changes_nothing_and_leaves_no_event():
    events = AuditEvent.objects.count()
    assert fixtures.load(FIXTURES) == 0
    assert AuditEvent.objects.count() == events


def test_loading_puts_back_a_row_that_no_longer_says_what_the_policy_says():
    ResponsibilityRow.objects.filter(number=9).update(text="改写")
    Duty.objects.filter(row=12, ordinal=2).delete()
    assert fixtures.load(FIXTURES) == 2
    assert ResponsibilityRow.objects.get(number=9).text == "及时受理、分级转办和督办农民工欠薪网络舆情。"


def test_loading_keeps_what_people_edited_on_screen():
    Figure.objects.filter(code="close_of_business").update(value="17:30")
    Organization.objects.filter(code="620702-rsj").update(short_name="甘州人社", version=2)
    assert fixtures.load(FIXTURES) == 0
    assert Figure.objects.get(code="close_of_business").value == "17:30"
    assert Organization.objects.get(code="620702-rsj").short_name == "甘州人社"

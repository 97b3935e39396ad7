"""A contractor's and a subcontractor's first page says which payroll of last month is missing."""

import datetime

import pytest
from django.test import Client

from payroll.models import PayrollBatch, StoredFile
from tests.factories.accounts import started_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast, settings):
    settings.PORTAL_TODAY = "2026-11-23"
    parties = [("general_contractor", cast.contractor), ("subcontractor", cast.subcontractor)]
    return started_project("P-MISSING", start=datetime.date(2026, 9, 1), parties=parties)


def first_page(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/").content.decode()


def submit(project, employer) -> None:
    PayrollBatch.objects.create(
        project=project,
        month_on=datetime.date(2026, 10, 1),
        subcontractor=employer,
        status=PayrollBatch.Status.SUBMITTED,
        file=StoredFile.objects.create(name="x.csv", sha256="0" * 64, size=1, sealed=b"x"),
    )


@pytest.mark.parametrize("who", ["labour_officer", "subcontractor_clerk"])
def test_last_months_payroll_is_missing_until_it_is_submitted(project, cast, who):
    user = getattr(cast, who)
    assert "2026-10 未提交工资表的项目" in first_page(user)
    submit(project, cast.subcontractor)
    assert "未提交工资表的项目" not in first_page(user)


def test_another_contractor_and_those_who_do_not_upload_see_nothing_of_it(project, cast):
    for user in (cast.other_labour_officer, cast.bank_clerk, cast.supervisor):
        assert "未提交工资表的项目" not in first_page(user)

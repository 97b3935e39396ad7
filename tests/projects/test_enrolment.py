"""Enrolment in 陇明公: a code and a day that can be true."""

import datetime

import pytest

from projects.services.enrolment import enrolment_record
from responsibilities.rules.errors import Refused
from tests.factories.projects import SYSTEM, TODAY, approval, registered_project

pytestmark = pytest.mark.django_db
START = datetime.date(2026, 9, 1)


def enrol(project, day, code="LMG-1"):
    return enrolment_record(project=project, platform_code=code, enrolled_on=day, actor=SYSTEM, today=TODAY)


def test_today_is_recorded():
    project = enrol(registered_project(actual_start_on=START), TODAY)
    assert (project.platform_code, project.enrolled_on, project.version) == ("LMG-1", TODAY, 2)


def test_tomorrow_is_refused():
    with pytest.raises(Refused, match="不能晚于今天"):
        enrol(registered_project(actual_start_on=START), TODAY + datetime.timedelta(days=1))


def test_a_day_before_everything_that_is_known_is_refused():
    with pytest.raises(Refused) as refused:
        enrol(registered_project(actual_start_on=START), START - datetime.timedelta(days=1))
    assert refused.value.code == "enrolled_on_invalid"


def test_a_day_before_the_start_and_after_the_approval_is_recorded():
    project = registered_project(actual_start_on=START)
    approval(project, approved_on=datetime.date(2026, 3, 2))
    assert enrol(project, START - datetime.timedelta(days=1)).enrolled_on < START


def test_a_code_of_another_project_is_refused():
    enrol(registered_project("P-1", actual_start_on=START), TODAY)
    with pytest.raises(Refused) as refused:
        enrol(registered_project("P-2", actual_start_on=START), TODAY)
    assert refused.value.code == "platform_code_taken"


def test_an_empty_code_is_refused():
    with pytest.raises(Refused):
        enrol(registered_project(actual_start_on=START), TODAY, code=" ")

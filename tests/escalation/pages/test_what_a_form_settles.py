"""Above a form stands what it settles; done is told as done at once, before the worker has drawn the conclusion."""

from types import SimpleNamespace

import pytest

from escalation.models import Deadline
from escalation.templatetags.settles import settles
from responsibilities.selectors.scope import scope_of
from tests.factories.escalation import approval, day, deadline_of, moment, site, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast, settings):
    settings.PORTAL_TODAY = "2026-11-23"
    request = SimpleNamespace(scope=scope_of(cast.supervisor))

    def standing(subject_id: int) -> str:
        (row,) = settles({"request": request}, "approval_info_push", subject_id)["rows"]
        return row.standing.words

    return standing


def test_a_push_of_this_minute_is_told_as_done_late(told):
    given = approval(site().project, day("2026-11-16"))
    sweep("2026-11-23")
    assert told(given.pk) == "逾期 4 天"
    given.pushed_at = moment("2026-11-23 10:00")
    given.save()
    assert told(given.pk) == "2026-11-23 办结，晚 4 天"
    assert deadline_of("approval_info_push").status == Deadline.Status.OVERDUE, "writing it is the worker's"
    sweep("2026-11-23")
    assert told(given.pk) == "2026-11-23 办结，晚 4 天"


def test_a_push_in_time_is_told_as_done_in_time(told):
    given = approval(site().project, day("2026-11-20"))
    sweep("2026-11-23")
    given.pushed_at = moment("2026-11-23 10:00")
    given.save()
    assert told(given.pk) == "2026-11-23 按期办结"

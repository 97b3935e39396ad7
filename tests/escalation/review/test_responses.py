"""The owing unit answers a supervision order in its own name."""

import pytest

from escalation.models import Response
from escalation.selectors.cases import orders_unanswered
from escalation.services.responses import response_sign
from responsibilities.rules.errors import NotVisible, Refused
from tests.cast import GANZHOU
from tests.factories.escalation_pages import days

TEXT = "已约谈施工总承包单位，11 月 30 日前完成纳入。"


def sign(cast, decision, by, organization, text=TEXT):
    return response_sign(
        scope=cast.scope(by),
        decision_id=decision.pk,
        organization_id=organization.pk,
        text=text,
        actor=cast.actor(by),
    )


@pytest.fixture
def order(missed, case, decide):
    return decide(missed, "supervision_order", effective_on=days(7))


def test_the_head_of_the_owing_unit_signs_and_the_order_counts_as_answered(order, cast):
    head = cast.county_unit_head
    assert list(orders_unanswered(cast.scope(head))) == [order]
    response = sign(cast, order, head, cast.unit("zjj", GANZHOU))
    assert response.signed_by == head
    assert not orders_unanswered(cast.scope(head))


def test_a_unit_that_owes_nothing_cannot_sign(order, cast):
    with pytest.raises(Refused) as refusal:
        sign(cast, order, cast.county_supervisor, cast.unit("rsj", GANZHOU))
    assert refusal.value.code == "not_owing"


def test_a_city_unit_cannot_sign_in_the_name_of_the_county_unit(order, cast):
    with pytest.raises(Refused) as refusal:
        sign(cast, order, cast.unit_head, cast.unit("zjj", GANZHOU))
    assert refusal.value.code == "not_owing"


def test_a_stranger_finds_nothing_to_sign(order, cast):
    with pytest.raises(NotVisible):
        sign(cast, order, cast.officer("jtj", GANZHOU), cast.unit("jtj", GANZHOU))


def test_a_circular_needs_no_answer(missed, case, decide, cast):
    circular = decide(missed, "circular")
    with pytest.raises(Refused) as refusal:
        sign(cast, circular, cast.county_unit_head, cast.unit("zjj", GANZHOU))
    assert refusal.value.code == "not_an_order"


def test_the_same_answer_sent_twice_is_kept_once(order, cast):
    sign(cast, order, cast.county_unit_head, cast.unit("zjj", GANZHOU))
    with pytest.raises(Refused) as refusal:
        sign(cast, order, cast.county_unit_head, cast.unit("zjj", GANZHOU))
    assert refusal.value.code == "already_signed"
    assert Response.objects.count() == 1


def test_an_answer_says_something(order, cast):
    with pytest.raises(Refused) as refusal:
        sign(cast, order, cast.county_unit_head, cast.unit("zjj", GANZHOU), text="已办")
    assert "text" in refusal.value.fields

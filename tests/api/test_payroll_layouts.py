"""`POST payroll-batches/<id>/layout/`: the same service as the page, once for one key."""

import pytest

from payroll.models import PayrollBatch
from payroll.services.reading import batch_read
from responsibilities.models import AuditEvent
from tests.factories.odd_sheets import odd_layout, odd_sheet
from tests.factories.payroll import id_number, site, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status


@pytest.fixture
def batch(cast):
    batch = upload(site(cast), odd_sheet())
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def post(client, batch, body, **headers):
    return client.post(f"/api/v1/payroll-batches/{batch.pk}/layout/", body, "application/json", headers=headers)


def test_the_detail_shows_the_proposal_masked_and_then_the_layout(client, cast, batch):
    client.force_login(cast.labour_officer)
    detail = client.get(f"/api/v1/payroll-batches/{batch.pk}/").json()
    assert (detail["status"], detail["layout"]) == ("mapping", None)
    assert detail["proposal"]["sheets"][0]["columns"][2]["column"] == "id_number"
    assert id_number(1) not in str(detail)
    reply = post(client, batch, odd_layout() | {"version": batch.version})
    assert (reply.status_code, reply.json()["status"]) == (200, "queued")
    batch_read(batch.pk)
    detail = client.get(f"/api/v1/payroll-batches/{batch.pk}/").json()
    assert (detail["status"], detail["layout"]["by"], detail["accepted"]) == ("draft", "person", 6)


def test_the_same_key_acts_once(client, cast, batch):
    client.force_login(cast.labour_officer)
    first = post(client, batch, odd_layout(), **{"Idempotency-Key": "k1"})
    batch_read(batch.pk)
    again = post(client, batch, odd_layout(), **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert AuditEvent.objects.filter(action="payroll.set_columns").count() == 1
    assert post(client, batch, odd_layout(crew=""), **{"Idempotency-Key": "k1"}).status_code == 409


@pytest.mark.parametrize("body", [{}, {"sheets": []}, {"sheets": [{"name": "10月"}]}, {"sheets": "10月"}])
def test_what_is_no_layout_is_refused(client, cast, batch, body):
    client.force_login(cast.labour_officer)
    assert post(client, batch, body).status_code == 400


def test_every_impossible_place_is_named(client, cast, batch):
    client.force_login(cast.labour_officer)
    reply = post(client, batch, odd_layout(net_pay="", days="AZ"))
    assert reply.json()["code"] == "layout_invalid"
    assert set(reply.json()["fields"]) == {"sheets.0.columns", "sheets.0.columns.AZ"}
    assert PayrollBatch.objects.get(pk=batch.pk).status == Status.MAPPING

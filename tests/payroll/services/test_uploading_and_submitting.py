"""From the file to the current payroll: doubled clicks, superseding, rights, versions, the roster, the trail."""

import datetime

import pytest

from payroll.models import PayrollBatch, RosterEntry, StoredFile
from payroll.selectors.batches import batch_by_pk, batches
from payroll.services.queue import stranded_batches_unscoped
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_discard, batch_submit
from payroll.services.uploads import batch_upload
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.payroll import MONTH, draft, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status


@pytest.fixture
def project(cast):
    return site(cast)


def facts(cast, project, user, **changes):
    given = {
        "project": project,
        "month_on": MONTH,
        "subcontractor": None,
        "name": "10月工资.xlsx",
        "data": sheet_bytes([person(1)]),
        "actor": cast.actor(user),
        "scope": cast.scope(user),
        "wake": False,
    }
    return given | changes


def test_the_original_is_kept_sealed_with_its_hash(project):
    data = sheet_bytes([person(1)])
    batch = upload(project, data, name="C:\\工资\\10月.xlsx")
    file = StoredFile.objects.get(pk=batch.file_id)
    assert file.name == "10月.xlsx"
    assert vault.unseal_bytes(file.sealed, "file") == data
    assert bytes(file.sealed)[20:60] not in data


def test_the_same_file_twice_is_the_same_batch_as_long_as_it_lives(cast, project):
    given = facts(cast, project, cast.labour_officer)
    first, created = batch_upload(**given)
    second, again = batch_upload(**given)
    assert (created, again) == (True, False)
    assert first == second
    batch_read(first.pk)
    batch_submit(batch_id=first.pk, actor=given["actor"])
    assert batch_upload(**given) == (first, False)
    assert PayrollBatch.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"month_on": datetime.date(2026, 9, 1)},
        {"data": sheet_bytes([person(2)])},
    ],
)
def test_another_month_or_other_bytes_are_another_batch(cast, project, change):
    given = facts(cast, project, cast.labour_officer)
    batch_upload(**given)
    _batch, created = batch_upload(**given | change)
    assert created


def test_a_withdrawn_file_can_be_uploaded_again(cast, project):
    given = facts(cast, project, cast.labour_officer)
    first, _ = batch_upload(**given)
    batch_discard(batch_id=first.pk, actor=given["actor"], scope=given["scope"])
    second, created = batch_upload(**given)
    assert created
    assert second.pk != first.pk


def test_a_month_that_has_not_come_is_refused(cast, project):
    with pytest.raises(Refused) as refused:
        batch_upload(**facts(cast, project, cast.labour_officer, month_on=datetime.date(2099, 1, 1)))
    assert refused.value.code == "month_in_future"


@pytest.mark.parametrize(("data", "code"), [(b"", "empty"), (b"%PDF-1.7 ...", "not_a_sheet")])
def test_what_is_no_sheet_is_refused_at_once(cast, project, data, code):
    with pytest.raises(Refused) as refused:
        batch_upload(**facts(cast, project, cast.labour_officer, data=data))
    assert refused.value.code == code
    assert not PayrollBatch.objects.exists()


def test_a_subcontractor_uploads_for_itself_only(cast, project):
    clerk = cast.subcontractor_clerk
    batch, _ = batch_upload(**facts(cast, project, clerk, subcontractor=cast.subcontractor))
    assert batch.subcontractor == cast.subcontractor
    for other in (None, cast.other_subcontractor):
        with pytest.raises(Refused) as refused:
            batch_upload(**facts(cast, project, clerk, subcontractor=other))
        assert refused.value.code == "employer_not_on_project"


def test_who_does_not_work_on_the_project_uploads_nothing(cast, project):
    for user in (cast.other_labour_officer, cast.bank_clerk, cast.developer_officer, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            batch_upload(**facts(cast, project, user))


def test_who_sees_which_batches(cast, project):
    own = draft(project, [person(1)])
    theirs = draft(project, [person(2)], subcontractor=cast.subcontractor)

    def seen(user):
        return set(batches(cast.scope(user)))

    assert seen(cast.labour_officer) == {own, theirs}
    assert seen(cast.county_supervisor) == {own, theirs}
    assert seen(cast.auditor) == {own, theirs}
    assert seen(cast.subcontractor_clerk) == {theirs}
    for user in (
        cast.other_subcontractor_clerk,
        cast.bank_clerk,
        cast.developer_officer,
        cast.officer("zjj", "620702"),
        cast.other_labour_officer,
        cast.other_county_supervisor,
        cast.leader,
        cast.stranger,
    ):
        assert seen(user) == set()
        with pytest.raises(NotVisible):
            batch_by_pk(cast.scope(user), own.pk)


def test_submitting_flips_the_draft_enrols_the_workers_and_touches_the_project(cast, project):
    batch = draft(project, [person(1), person(2)])
    done = batch_submit(
        batch_id=batch.pk,
        actor=cast.actor(cast.labour_officer),
        scope=cast.scope(cast.labour_officer),
        version=batch.version,
    )
    assert (done.status, done.submitted_by) == (Status.SUBMITTED, cast.labour_officer)
    assert RosterEntry.objects.filter(project=project, employer=cast.contractor).count() == 2
    assert Touched.objects.filter(project_id=project.pk).exists()
    event = AuditEvent.objects.get(action="payroll.submit")
    assert event.changes["accepted"] == ["", "2"]


def test_a_repaired_sheet_supersedes_and_never_doubles(cast, project):
    first = draft(project, [person(1), person(2)])
    batch_submit(batch_id=first.pk, actor=Actor.system("test"))
    second = draft(project, [person(1), person(2), person(3)])
    batch_submit(batch_id=second.pk, actor=Actor.system("test"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.SUPERSEDED, Status.SUBMITTED)
    assert second.supersedes == first
    assert RosterEntry.objects.count() == 3


def test_another_employer_or_month_is_not_superseded(cast, project):
    own = draft(project, [person(1)])
    theirs = draft(project, [person(2)], subcontractor=cast.subcontractor)
    before = draft(project, [person(1)], month_on=datetime.date(2026, 9, 1))
    for batch in (own, theirs, before):
        batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    assert PayrollBatch.objects.filter(status=Status.SUBMITTED).count() == 3


def test_submitting_twice_changes_nothing(cast, project):
    batch = draft(project, [person(1)])
    first = batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    again = batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    assert first.submitted_at == again.submitted_at
    assert AuditEvent.objects.filter(action="payroll.submit").count() == 1


def test_what_was_read_anew_meanwhile_is_not_submitted(cast, project):
    batch = draft(project, [person(1)])
    with pytest.raises(EditedMeanwhile):
        batch_submit(batch_id=batch.pk, actor=Actor.system("test"), version=batch.version - 1)
    with pytest.raises(Refused) as refused:
        batch_submit(batch_id=batch.pk, actor=Actor.system("test"), accepted=2)
    assert refused.value.code == "count_differs"


def test_a_sheet_without_an_acceptable_row_is_not_submitted(project):
    batch = draft(project, [person(1, net_pay=1)])
    with pytest.raises(Refused) as refused:
        batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    assert refused.value.code == "nothing_to_submit"


@pytest.mark.parametrize("who", ["subcontractor_clerk", "labour_officer"])
def test_a_subcontractor_or_the_general_contractor_submits_and_then_the_workers_are_asked(cast, project, who):
    batch = draft(project, [person(1)], subcontractor=cast.subcontractor)
    other = cast.other_labour_officer
    with pytest.raises(NotVisible):
        batch_submit(batch_id=batch.pk, actor=cast.actor(other), scope=cast.scope(other))
    clerk = getattr(cast, who)
    done = batch_submit(batch_id=batch.pk, actor=cast.actor(clerk), scope=cast.scope(clerk))
    assert (done.status, done.stage) == (Status.SUBMITTED, PayrollBatch.Stage.CONFIRMING)


def test_a_supervisor_sees_but_neither_submits_nor_withdraws(cast, project):
    batch = draft(project, [person(1)])
    scope, actor = cast.scope(cast.supervisor), cast.actor(cast.supervisor)
    with pytest.raises(NotAllowed):
        batch_submit(batch_id=batch.pk, actor=actor, scope=scope)
    with pytest.raises(NotAllowed):
        batch_discard(batch_id=batch.pk, actor=actor, scope=scope)


def test_a_submitted_sheet_is_not_withdrawn(project):
    batch = draft(project, [person(1)])
    batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    with pytest.raises(Refused) as refused:
        batch_discard(batch_id=batch.pk, actor=Actor.system("test"))
    assert refused.value.code == "already_submitted"


def test_the_sweep_finds_what_nobody_reads(project):
    queued = upload(project, sheet_bytes([person(1)]))
    assert stranded_batches_unscoped() == []
    PayrollBatch.objects.filter(pk=queued.pk).update(uploaded_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    assert stranded_batches_unscoped() == [queued.pk]
    PayrollBatch.objects.filter(pk=queued.pk).update(status=Status.READING)
    assert stranded_batches_unscoped() == [queued.pk]
    batch_read(queued.pk)
    assert stranded_batches_unscoped() == []

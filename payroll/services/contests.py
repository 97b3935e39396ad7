"""What employer, general contractor and 人社 do with a worker's contest."""

from django.db import transaction

from payroll.models import PayContest, PayrollBatch
from payroll.rules.contests import ACT_WORDS, AUTHORITY, BY_AUTHORITY, CONTEST_STEPS, Answer, ContestAct, contest_may
from payroll.selectors.batches import may_act_on
from payroll.services.pictures import picture_open
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

NEEDS = {
    ContestAct.ANSWER: Permission.CONTEST_ANSWER,
    ContestAct.ACCEPT: Permission.CONTEST_ANSWER,
    ContestAct.REJECT: Permission.CONTEST_ANSWER,
    ContestAct.TRANSFER: Permission.ESCALATION_DECIDE,
    ContestAct.CONCLUDE: Permission.ESCALATION_DECIDE,
}
ACTIONS = {ContestAct.TRANSFER: "payroll.contest_transfer", ContestAct.CONCLUDE: "payroll.contest_conclude"}
CLOSES = (ContestAct.ACCEPT, ContestAct.CONCLUDE)


@transaction.atomic
def contest_settle(
    *, contest_id: int, act: ContestAct, answer: str, actor: Actor, scope=None, version: int | None = None
) -> PayContest:
    """Answer a contest, take it up, turn it down, or (人社) take it over and end it; always with words for the worker.

    A contest that is taken up is done for the worker; the pay is put right by a corrected sheet or as back pay. What
    was said before stays: the worker reads the employer's answer also after 人社 has taken the contest over.
    Errors: `wrong_contest_state`, `edited_meanwhile`, `say_what`. Basis: 724 art 31.
    """
    contest = _locked(contest_id, scope, NEEDS[act])
    if version is not None and contest.version != version:
        raise EditedMeanwhile("这条异议", contest.version)
    if not contest_may(act, contest.state):
        raise Refused(
            "wrong_contest_state", f"这条异议现在是“{contest.get_state_display()}”，不能再这样办理。请刷新页面查看。"
        )
    answer = answer.strip()
    if not answer:
        message = "请写明答复，农民工本人会看到这段话。"
        raise Refused("say_what", message, {"answer": message})
    before = contest.get_state_display()
    said = Answer(act, actor.name, _role(contest, act, actor), now(), answer[:500])
    contest.answers = [one.kept() for one in (*contest.answers_given, said)]
    contest.state = CONTEST_STEPS[act].target
    contest.answer, contest.answered_by, contest.answered_at = said.text, actor.user, said.at
    contest.closed_at = said.at if act in CLOSES else None
    contest.version += 1
    contest.save()
    record_event(
        actor=actor,
        action=ACTIONS.get(act, "payroll.contest_answer"),
        target=contest,
        project_id=contest.batch.project_id,
        changes={
            "contest_act": ["", ACT_WORDS[act]],
            "state": [before, contest.get_state_display()],
            "batch": ["", str(contest.batch_id)],
        },
    )
    touch_projects([contest.batch.project_id])
    return contest


@transaction.atomic
def contest_phone_reveal(*, contest: PayContest, actor: Actor, scope=None) -> str:
    """The telephone to call back, in full, with a trace."""
    if not may_act_on(scope, contest.batch, Permission.PAYROLL_REVEAL):
        raise NotAllowed("您的岗位不能查看完整的电话号码。")
    if contest.phone_sealed is None:
        raise Refused("nothing_to_reveal", "本人没有留电话。")
    record_event(actor=actor, action="payroll.contest_phone", target=contest, project_id=contest.batch.project_id)
    return vault.unseal_text(contest.phone_sealed, "phone")


def contest_photo(*, contest: PayContest) -> tuple[bytes, str]:
    """The worker's photo of a contest in the caller's sight, with its media type."""
    if contest.photo is None:
        raise NotVisible("这条异议没有照片。")
    return picture_open(contest.photo)


def _role(contest: PayContest, act: ContestAct, actor: Actor) -> str:
    """In which part somebody speaks to the worker, in words."""
    if act in BY_AUTHORITY:
        return AUTHORITY
    employer = contest.batch.subcontractor_id
    if actor.user is None or (employer and actor.user.grants.filter(organization_id=employer).exists()):
        return "用工单位"
    return "施工总承包单位"


def _locked(contest_id: int, scope, permission: Permission) -> PayContest:
    """Batch first, then contest, as the worker's own acts do."""
    contest = PayContest.objects.filter(pk=contest_id).select_related("batch").first()
    if contest is None or not may_act_on(scope, contest.batch, Permission.PAYROLL_VIEW):
        raise NotVisible("没有找到这条工资异议，或者它不在您的管辖范围内。")
    if not may_act_on(scope, contest.batch, permission):
        raise NotAllowed()
    PayrollBatch.objects.select_for_update(of=("self",)).get(pk=contest.batch_id)
    return PayContest.objects.select_for_update(of=("self",)).select_related("batch").get(pk=contest_id)

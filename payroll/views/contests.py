"""Workers' contests: the list, one of them, the answer, 人社's transfer."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms.flow import ConcludeForm, ContestAnswerForm, ContestFilterForm, TransferForm
from payroll.models import PayContest
from payroll.rules.contested import figures_of, held_against
from payroll.rules.contests import NOT_CONCLUDED, ContestAct, contest_may
from payroll.selectors.batches import batches, may_act_on, of_every_version
from payroll.selectors.confirmations import contest_by_pk, contests, line_in_force
from payroll.services.contests import contest_phone_reveal, contest_photo, contest_settle
from payroll.views.pictures import picture_response
from payroll.views.words import decorated
from projects.models import Project
from projects.selectors.projects import search_projects
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import SHANGHAI, today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import moment, workbook
from responsibilities.views.listing import (
    LONG_SIZES,
    address,
    columns,
    form_chips,
    page_of,
    query,
    sorted_rows,
)
from sheets.writing import OutColumn, OutSheet

COLUMNS = (
    ("农民工", "worker"),
    ("项目、月份", "project"),
    ("哪里不对", "reason"),
    ("状态", ""),
    ("由谁答复", ""),
    ("提出", "raised"),
)
SORTS = {
    "worker": ("confirmation__line__worker__name", "id"),
    "project": ("batch__project__pinyin_key", "batch__month_on", "id"),
    "reason": ("reason", "id"),
    "raised": ("raised_at", "id"),
}
# 人社 acts on what it took over; an employer's answer may come from the general contractor too.
WAITS_FOR_WORKER, WAITS_FOR_AUTHORITY = "等本人表态", "人社部门"
TO_ANSWER = "农民工在手机上反映的工资问题。请及时答复，本人能看到答复；仍有异议的排在最前。"
TO_READ = "农民工在手机上反映的工资问题，由用工单位或总包单位答复，本人能看到答复；仍有异议的排在最前。"
DONE = {ContestAct.TRANSFER: "已转办", ContestAct.CONCLUDE: "已登记办结"}
LEVELS = {
    PayContest.State.OPEN: "orange",
    PayContest.State.ANSWERED: "yellow",
    PayContest.State.REJECTED: "yellow",
    PayContest.State.ACCEPTED: "green",
    PayContest.State.WITHDRAWN: "grey",
    PayContest.State.TRANSFERRED: "red",
    PayContest.State.CONCLUDED: "green",
}


@needs(Permission.PAYROLL_VIEW)
@require_safe
def contest_list(request):
    """Contests in sight; the ones in which the worker insists first."""
    form = ContestFilterForm(request.GET)
    form.is_valid()
    rows = contests(request.scope)
    state = form.cleaned_data.get("state", "")
    if state in PayContest.State.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.filter(state__in=sorted(NOT_CONCLUDED))
    if form.cleaned_data.get("insisted"):
        rows = rows.filter(insisted_at__isnull=False)
    text = form.cleaned_data.get("q", "")
    if text:
        found = search_projects(Project.objects.all(), text).values("pk")
        rows = rows.filter(Q(batch__project__in=found) | Q(confirmation__line__worker__name=text))
    rows = sorted_rows(request, rows, SORTS)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(rows)
    page = page_of(request, rows, LONG_SIZES)
    page.object_list = [_decorated(row) for row in page.object_list]
    return render(
        request,
        "payroll/contests.html",
        {
            "form": form,
            "page": page,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "query": query(request),
            "columns": columns(request, COLUMNS),
            "chips": form_chips(request, form, ("q",)),
            "export_url": address(request, export="xlsx") if request.scope.can(Permission.EXPORT) else "",
            "may_answer": (may_answer := request.scope.can(Permission.CONTEST_ANSWER)),
            "sub": TO_ANSWER if may_answer else TO_READ,
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "工资异议"}],
        },
    )


@needs(Permission.PAYROLL_VIEW)
def contest(request, pk):
    """One contest: what the worker says, what the sheet says, the answer."""
    row = _decorated(contest_by_pk(request.scope, pk))
    may_answer = may_act_on(request.scope, row.batch, Permission.CONTEST_ANSWER)
    may_decide = may_act_on(request.scope, row.batch, Permission.ESCALATION_DECIDE)
    line = line_in_force(request.scope, row)
    form = ContestAnswerForm(request.POST if request.method == "POST" else None, initial={"version": row.version})
    if request.method == "POST":
        request.scope.require(Permission.CONTEST_ANSWER)
        if form.is_valid() and _settle(request, row, form, ContestAct(form.cleaned_data["act"])):
            return redirect("payroll:contest", pk)
    return render(
        request,
        "payroll/contest.html",
        {
            "contest": row,
            "now": line,
            "in_force": batches(request.scope).filter(**of_every_version(row.batch), status="submitted").exists(),
            "form": form,
            "figures": held_against(row.figures, figures_of(line) if line else {}),
            "may_answer": may_answer
            and any(contest_may(act, row.state) for act in (ContestAct.ANSWER, ContestAct.ACCEPT)),
            "may_transfer": may_decide and contest_may(ContestAct.TRANSFER, row.state),
            "may_conclude": may_decide and contest_may(ContestAct.CONCLUDE, row.state),
            "may_reveal": row.phone_last4 and may_act_on(request.scope, row.batch, Permission.PAYROLL_REVEAL),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "工资异议", "url": reverse("payroll:contests")},
                {"label": f"异议 #{row.pk}"},
            ],
        },
        status=422 if form.errors else 200,
    )


@needs(Permission.ESCALATION_DECIDE)
@require_POST
def transfer(request, pk):
    """人社 takes the contest over."""
    return _decide(request, pk, TransferForm(request.POST), ContestAct.TRANSFER)


@needs(Permission.ESCALATION_DECIDE)
@require_POST
def conclude(request, pk):
    """人社 says how the contest ended that it took over."""
    return _decide(request, pk, ConcludeForm(request.POST), ContestAct.CONCLUDE)


def _decide(request, pk: int, form, act: ContestAct):
    row = contest_by_pk(request.scope, pk)
    if form.is_valid():
        _settle(request, row, form, act)
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect("payroll:contest", pk)


@needs(Permission.PAYROLL_REVEAL)
@require_POST
def phone(request, pk):
    """The number to call back, with a trace; a fragment for htmx, else a small page."""
    row = contest_by_pk(request.scope, pk)
    number = refused = ""
    try:
        number = contest_phone_reveal(contest=row, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        refused = refusal.message
    template = "payroll/_revealed.html" if request.htmx else "payroll/revealed.html"
    context = {"number": number, "refused": refused, "label": "联系电话", "back": reverse("payroll:contest", args=[pk])}
    response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response


@needs(Permission.PAYROLL_VIEW)
@require_safe
def photo(request, pk):
    """The worker's photo."""
    return picture_response(*contest_photo(contest=contest_by_pk(request.scope, pk)))


def _settle(request, row: PayContest, form, act: ContestAct) -> bool:
    data = form.cleaned_data
    try:
        contest_settle(
            contest_id=row.pk,
            act=act,
            answer=data["answer"],
            version=data["version"],
            actor=Actor.of(request),
            scope=request.scope,
        )
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, f"{DONE.get(act, '已答复')}，农民工本人打开工资条链接就能看到。")
    return True


def _decorated(row: PayContest) -> PayContest:
    decorated(row.batch)
    row.level = LEVELS[row.state]
    row.waiting = _waiting(row)
    row.answerer = _answerer(row)
    return row


def _answerer(row: PayContest) -> str:
    """Who has to act on it next, in words; nothing where it has ended."""
    if row.state == PayContest.State.OPEN:
        return f"{row.batch.subcontractor.name}，或总包单位" if row.batch.subcontractor else "总包单位"
    if row.state in (PayContest.State.ANSWERED, PayContest.State.REJECTED):
        return WAITS_FOR_WORKER
    return WAITS_FOR_AUTHORITY if row.state == PayContest.State.TRANSFERRED else ""


def _waiting(row: PayContest) -> int | None:
    """Days since the worker spoke last and nobody answered; None where no answer is owed."""
    if row.state != PayContest.State.OPEN:
        return None
    return (today() - (row.insisted_at or row.raised_at).astimezone(SHANGHAI).date()).days


def _answers_told(row: PayContest) -> str:
    """Every answer in order; nothing where there is but the one beside it."""
    given = row.answers_given
    told = (f"{moment(one.at)} {one.role or '单位'}{one.words}：{one.text}" for one in given)
    return "\n".join(told) if len(given) > 1 else ""


def _export(rows) -> HttpResponse:
    titles = [
        OutColumn("项目编号", width=18),
        OutColumn("项目", width=32),
        OutColumn("工资月份", "month"),
        OutColumn("用工单位", width=28),
        OutColumn("农民工"),
        OutColumn("证件后四位"),
        OutColumn("班组"),
        OutColumn("哪里不对"),
        OutColumn("应当是", width=18),
        OutColumn("说明", width=40),
        OutColumn("提出时间", width=18),
        OutColumn("状态"),
        OutColumn("已等天数", "number"),
        OutColumn("答复", width=40),
        OutColumn("答复时间", width=18),
        OutColumn("历次答复", width=60),
    ]
    body = (
        [
            row.batch.project.code, row.batch.project.name, f"{row.batch.month_on:%Y-%m}", row.batch.employer_name,
            row.confirmation.line.worker.name, row.confirmation.line.worker.id_last4, row.confirmation.line.crew,
            row.get_reason_display(), row.should_be, row.text, moment(row.raised_at), row.get_state_display(),
            row.waiting, row.answer, moment(row.answered_at), _answers_told(row),
        ]
        for row in map(_decorated, rows.iterator(chunk_size=500))
    )  # fmt: skip
    return workbook(f"工资异议{today():%Y%m%d}.xlsx", [OutSheet("工资异议", titles, body)])

"""What is registered of one person on one site: entering again, leaving, contracts and their scans."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.people import AgainForm, ContractEndForm, ContractForm, LeaveForm, StayWithdrawForm
from payroll.models import RosterEntry
from payroll.selectors.site_people import contract_by_pk, entry_by_pk, may_keep_entry, stay_by_pk
from payroll.services.contracts import FIELDS, contract_end, contract_save, contract_scan_open
from payroll.services.stay_withdrawals import stay_withdraw, withdrawal_obstacle
from payroll.services.stays import site_enter, site_leave
from payroll.services.stored_files import scan_type
from projects.models import ProjectParty
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import attachment


@needs(Permission.WORKER_EDIT)
def again_page(request, pk):
    """Somebody on the roster enters again."""
    entry = _kept_entry(request, pk)
    form = AgainForm(request.POST or None, initial={"entered_on": today(), "crew": entry.crew})
    if request.method == "POST" and form.is_valid():
        done = _try(
            form,
            site_enter,
            project=entry.project,
            subcontractor=_subcontractor(entry),
            worker=entry.worker,
            actor=Actor.of(request),
            scope=request.scope,
            **form.cleaned_data,
        )
        if done:
            messages.success(request, f"已登记{entry.worker.name} {form.cleaned_data['entered_on']} 进场。")
            return _back(entry.worker_id, "stays")
    return _form(
        request,
        form,
        entry,
        "登记进场",
        "没有签订劳动合同或用工书面协议的，不得进场施工（条例第二十八条）。",
        "登记进场",
        "stays",
    )


@needs(Permission.WORKER_EDIT)
def leave_page(request, pk):
    """The end of a stay; afterwards what is owed is settled."""
    stay = stay_by_pk(request.scope, pk)
    entry = _kept(request, stay.entry)
    form = LeaveForm(request.POST or None, initial={"left_on": today(), "version": stay.version})
    if request.method == "POST" and form.is_valid():
        done = _try(
            form, site_leave, stay_id=stay.pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data
        )
        if done:
            messages.success(request, f"已登记{entry.worker.name}退场，请结清工资。")
            return redirect("payroll:settlement", stay.pk)
    sub = f"{stay.entered_on} 进场。退场时应一次付清工资（《工资支付暂行规定》第九条），登记后接着办理结算。"
    return _form(request, form, entry, "登记退场", sub, "登记退场，去结算", "stays")


@needs(Permission.WORKER_EDIT)
def withdraw_page(request, pk):
    """Take back an exit or an entry recorded by mistake; where something rests on it, the page says what."""
    stay = stay_by_pk(request.scope, pk)
    entry = _kept(request, stay.entry)
    form = StayWithdrawForm(request.POST or None, initial={"version": stay.version})
    what = "退场" if stay.left_on else "进场"
    if request.method == "POST" and form.is_valid():
        try:
            done = stay_withdraw(stay_id=stay.pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
        except (NotVisible, NotAllowed):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已撤回{entry.worker.name}的{done.what}登记。")
            if done.on_register:
                return _back(entry.worker_id, "stays")
            return redirect(reverse("payroll:workers") + f"?{urlencode({'project': entry.project.code})}")
    obstacle = withdrawal_obstacle(stay)
    if stay.left_on:
        sub = f"{stay.entered_on} 进场，{stay.left_on} 退场。撤回后此人仍在场，工人没有确认的退场结算一并作废。"
    else:
        sub = f"{stay.entered_on} 进场。撤回后这次进场不再计算；没有别的记录的，从花名册上移除。"
    return _form(
        request,
        form,
        entry,
        f"撤回{what}",
        sub,
        f"撤回{what}",
        "stays",
        blocked=obstacle[1] if obstacle else "",
        danger=True,
    )


@needs(Permission.WORKER_EDIT)
def contract_new(request, pk):
    """A contract of a person on a roster."""
    entry = _kept_entry(request, pk)
    initial = {"kind": "contract", "starts_on": entry.entered_on, "signed_on": entry.entered_on, "trade": entry.trade}
    return _contract_form(
        request, entry, None, ContractForm(request.POST or None, request.FILES or None, initial=initial)
    )


@needs(Permission.WORKER_EDIT)
def contract_edit(request, pk):
    """Correct a contract."""
    contract = contract_by_pk(request.scope, pk)
    entry = _kept(request, _entry_of(contract))
    initial = {name: getattr(contract, name) for name in FIELDS} | {"version": contract.version}
    return _contract_form(
        request, entry, contract, ContractForm(request.POST or None, request.FILES or None, initial=initial)
    )


@needs(Permission.WORKER_EDIT)
def contract_end_page(request, pk):
    """End a contract before its term."""
    contract = contract_by_pk(request.scope, pk)
    entry = _kept(request, _entry_of(contract))
    form = ContractEndForm(request.POST or None, initial={"ended_on": today(), "version": contract.version})
    if request.method == "POST" and form.is_valid():
        done = _try(
            form,
            contract_end,
            contract_id=contract.pk,
            actor=Actor.of(request),
            scope=request.scope,
            **form.cleaned_data,
        )
        if done:
            messages.success(request, "已登记合同解除（终止）。")
            return _back(entry.worker_id, "contracts")
    sub = f"{contract.get_kind_display()}，{contract.starts_on} 生效。解除或终止时应一次付清工资（《工资支付暂行规定》第九条）。"
    return _form(request, form, entry, "解除（终止）合同", sub, "登记解除", "contracts")


@needs(Permission.PAYROLL_VIEW)
@require_safe
def contract_scan(request, pk):
    """The signed paper; who looked is kept."""
    contract = contract_by_pk(request.scope, pk)
    name, data = contract_scan_open(contract=contract, actor=Actor.of(request))
    return attachment(name, data, scan_type(data))


def _contract_form(request, entry, contract, form):
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in FIELDS}
        scan = form.cleaned_data["scan"]
        done = _try(
            form,
            contract_save,
            entry=entry,
            facts=facts,
            contract_id=contract.pk if contract else None,
            version=form.cleaned_data["version"] if contract else None,
            scan=(scan.name, scan.read()) if scan else None,
            actor=Actor.of(request),
            scope=request.scope,
        )
        if done:
            messages.success(request, f"已保存{entry.worker.name}的合同。")
            return _back(entry.worker_id, "contracts")
    title = "修改合同" if contract else "登记合同"
    sub = "一人一合同：写明工资标准、计算方式和支付日（条例第十二条、第二十八条）。"
    return _form(request, form, entry, title, sub, "保存合同", "contracts", multipart=True)


def _form(request, form, entry, title: str, sub: str, submit: str, tab: str, multipart: bool = False, **more):
    back = reverse("payroll:worker", args=[entry.worker_id]) + f"?tab={tab}"
    return render(
        request,
        "payroll/people/blocked.html" if more.get("blocked") else "payroll/people/form.html",
        {
            "form": form,
            "entry": entry,
            "page_title": f"{title}：{entry.worker.name}",
            "page_sub": sub,
            "submit": submit,
            "cancel_url": back,
            "multipart": multipart,
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "工人", "url": reverse("payroll:workers")},
                {"label": entry.worker.name, "url": back},
                {"label": title},
            ],
        }
        | more,
    )


def _try(form, service, **facts) -> bool:
    """Whether the service did it; its refusal stands at the form otherwise."""
    try:
        service(**facts)
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _kept_entry(request, pk: int) -> RosterEntry:
    return _kept(request, entry_by_pk(request.scope, pk))


def _kept(request, entry: RosterEntry) -> RosterEntry:
    if not may_keep_entry(request.scope, entry):
        raise NotAllowed("您的岗位不能登记这个项目的用工人员。")
    return entry


def _entry_of(contract) -> RosterEntry:
    entry = RosterEntry.objects.filter(
        project_id=contract.project_id, worker_id=contract.worker_id, employer_id=contract.employer_id
    ).select_related("worker", "project").first()  # fmt: skip
    if entry is None:
        raise NotVisible("这份合同对应的花名册记录已不存在。")
    return entry


def _subcontractor(entry: RosterEntry):
    """None for the general contractor's own crews, as services take it."""
    own = entry.project.parties.filter(part=ProjectParty.Part.GENERAL_CONTRACTOR, organization_id=entry.employer_id)
    return None if own.exists() else entry.employer


def _back(worker_id: int, tab: str):
    return redirect(reverse("payroll:worker", args=[worker_id]) + f"?tab={tab}")

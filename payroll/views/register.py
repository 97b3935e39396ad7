"""The register of workers: find, filter, export masked; enter a site by a form."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from payroll.forms.people import EnterForm, IdSearchForm, RegisterFilterForm
from payroll.selectors.declarations import whole_figure
from payroll.selectors.employers import employers_for_people, projects_for_people
from payroll.selectors.register import WORRIES, register, register_choices, search_register, worry_counts
from payroll.services.entering import Entrant, person_enter
from payroll.views.grid import masked
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import LONG_SIZES, address, columns, form_chips, page_of, query
from sheets.writing import OutColumn, OutSheet

COLUMNS = (
    ("姓名", "name"),
    ("项目", "project"),
    ("班组、工种", "crew"),
    ("在场", "entered"),
    ("合同", ""),
    ("工资卡", ""),
    ("最近工资", "paid"),
)
FILTERS = ("q", "project", "employer", "crew", "state", "worry")


@needs(Permission.PAYROLL_VIEW)
def worker_list(request):
    """People on sites in sight. A full ID number is posted and found by its blind index."""
    by_id = IdSearchForm(request.POST) if request.method == "POST" else IdSearchForm()
    index = None
    if request.method == "POST" and by_id.is_valid():
        index = vault.blind_index(by_id.cleaned_data["id_number"], "id_number")
    projects, employers, crews = register_choices(request.scope, request.GET.get("project", ""))
    form = RegisterFilterForm(request.GET, projects=projects, employers=employers, crews=crews)
    form.is_valid()
    data = form.cleaned_data
    visible = register(request.scope, today=today())
    chosen = {name: data.get(name, "") for name in ("project", "employer", "crew", "state", "worry")}
    rows = search_register(
        visible,
        text=data.get("q", "").strip(),
        order=data.get("sort", ""),
        **(chosen | {"state": "all"} if index is not None else chosen),
        id_index=index,
    )
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(rows, Actor.of(request))
    page = page_of(request, rows, LONG_SIZES)
    longest = whole_figure("written_contract_days", today())
    page.object_list = [_decorated(entry, longest) for entry in page.object_list]
    return render(
        request,
        "payroll/people/list.html",
        {
            "form": form,
            "by_id": by_id,
            "found_by_id": index is not None,
            "page": page,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "query": query(request),
            "longest": longest,
            "columns": columns(request, COLUMNS),
            "counts": _counts(worry_counts(visible), data.get("worry", "")),
            "chips": form_chips(request, form, FILTERS),
            "export_url": address(request, export="xlsx"),
            "may_export": request.scope.can(Permission.EXPORT) and index is None,
            "may_edit": request.scope.can(Permission.WORKER_EDIT),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "工人"}],
        },
    )


@needs(Permission.WORKER_EDIT)
def enter_page(request):
    """Somebody enters a site: registered by ID number, with the entry's breach where there is no contract yet."""
    projects = list(projects_for_people(request.scope))
    asked = request.POST if request.method == "POST" else request.GET
    code = asked.get("project") or (projects[0].code if len(projects) == 1 else "")
    project = next((one for one in projects if one.code == code), None)
    employers = employers_for_people(request.scope, project) if project else []
    form = EnterForm(
        request.POST if request.method == "POST" else None,
        initial={"project": code, "entered_on": today()},
        projects=projects,
        employers=employers,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            stay = person_enter(
                project=project,
                subcontractor=form.subcontractor,
                entrant=Entrant(*(data[name] for name in ("name", "id_number", "phone", "bank_card", "bank_name"))),
                entered_on=data["entered_on"],
                crew=data["crew"],
                trade=data["trade"],
                actor=Actor.of(request),
                scope=request.scope,
            )
        except (NotVisible, NotAllowed):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            name = stay.entry.worker.name
            messages.success(request, f"已登记{name} {stay.entered_on} 进场。还没有劳动合同的，请接着登记合同。")
            if project.actual_start_on and stay.entered_on < project.actual_start_on:
                said = f"{name}的进场日期早于项目登记的实际开工日期 {project.actual_start_on}，请核对。"
                messages.warning(request, said)
            if project.completed_on and stay.entered_on > project.completed_on:
                said = f"这个项目登记的实际竣工日期是 {project.completed_on}，{name}的进场日期在竣工以后，请核对。"
                messages.warning(request, said)
            # Without a contract nobody may enter: the next step is the contract.
            return redirect(reverse("payroll:worker", args=[stay.entry.worker_id]) + "?tab=contracts")
    return render(
        request,
        "payroll/people/enter.html",
        {
            "form": form,
            "no_projects": not projects,
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "工人", "url": reverse("payroll:workers")},
                {"label": "进场登记"},
            ],
        },
    )


def _decorated(entry, longest: int):
    entry.id_shown = masked(entry.worker.id_last4)
    entry.worries = [
        text
        for code, text, on in (
            ("no_contract", "没有在期合同", not entry.has_contract and entry.left_on is None),
            ("no_card", "没有工资卡", not entry.has_card),
            ("unpaid", "上月没有工资", entry.on_site_then and not entry.paid_then),
        )
        if on
    ]
    entry.level = "grey" if entry.left_on else "yellow" if entry.worries else ""
    entry.uncovered = _uncovered(entry)
    if entry.uncovered is not None:
        entry.level = "red" if entry.uncovered > longest else "orange"
    entry.beyond = entry.uncovered is not None and entry.uncovered > longest
    return entry


def _uncovered(entry) -> int | None:
    """Days on site without a contract, None for whom this isn't so or isn't known since when."""
    if entry.has_contract or entry.left_on is not None or entry.entered_on is None:
        return None
    return (today() - entry.entered_on).days


def _counts(counts: dict[str, int], worry: str) -> list[dict]:
    found = [{"label": "在场人员", "value": counts["people"], "unit": "人", "url": "?", "active": not worry}]
    levels = {"no_contract": "red", "no_card": "yellow", "unpaid": "orange", "no_entry": "yellow"}
    hints = {
        "no_contract": "没有合同不得进场",
        "no_card": "工资须发到本人账户",
        "unpaid": "在场而没有工资记录",
        "no_entry": "只在工资表上见过",
    }
    return found + [
        {
            "label": label,
            "value": counts[code],
            "unit": "人",
            "url": f"?worry={code}",
            "level": levels[code],
            "hint": hints[code],
            "active": worry == code,
        }
        for code, label in WORRIES.items()
    ]


def _export(rows, actor: Actor) -> HttpResponse:
    titles = [
        OutColumn("姓名"),
        OutColumn("证件后四位"),
        OutColumn("项目编号", width=18),
        OutColumn("项目", width=34),
        OutColumn("用工单位", width=28),
        OutColumn("班组"),
        OutColumn("工种"),
        OutColumn("进场日期", "date"),
        OutColumn("退场日期", "date"),
        OutColumn("在期合同"),
        OutColumn("没有合同的天数", "number"),
        OutColumn("工资卡"),
        OutColumn("最近工资月份"),
    ]
    count = 0

    def body():
        nonlocal count
        for entry in rows.iterator(chunk_size=1000):
            count += 1
            yield [
                entry.worker.name,
                entry.worker.id_last4,
                entry.project.code,
                entry.project.name,
                entry.employer.name,
                entry.crew,
                entry.trade,
                entry.entered_on,
                entry.left_on,
                "有" if entry.has_contract else "没有",
                _uncovered(entry),
                "有" if entry.has_card else "没有",
                f"{entry.last_paid_on:%Y-%m}" if entry.last_paid_on else "",
            ]

    response = workbook(f"工人{today():%Y%m%d}.xlsx", [OutSheet("工人", titles, body())])
    record_event(actor=actor, action="workers.export", target=None, changes={"rows": ["", str(count)]})
    return response

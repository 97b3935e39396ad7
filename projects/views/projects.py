"""Register and correct a project; its enrolment in 陇明公."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse

from projects.forms import EnrolmentForm, ProjectForm
from projects.selectors.choices import areas_to_register, project_types, suggested_names
from projects.selectors.projects import project_for
from projects.selectors.records import four_party
from projects.services.enrolment import enrolment_record
from projects.services.projects import project_register, project_update
from projects.views.pages import named_organization, next_url, project_crumbs, project_url
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.PROJECT_EDIT)
def project_create(request):
    """Register a project; its units are resolved from area, type and funding."""
    form = ProjectForm(request.POST or None, areas=areas_to_register(request.scope), types=project_types())
    if request.method == "POST" and form.is_valid():
        actor, values = Actor.of(request), dict(form.cleaned_data)
        values.pop("version")
        try:
            with transaction.atomic():
                developer = named_organization(values, "developer", actor)
                contractor = named_organization(values, "general_contractor", actor)
                project = project_register(
                    developer=developer, general_contractor=contractor, actor=actor, scope=request.scope, **values
                )
        except (Refused, NotVisible) as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已登记项目 {project.name}。")
            return redirect(project_url(project))
    context = {
        "form": form,
        "names": suggested_names(),
        "crumbs": [{"label": "项目", "url": reverse("escalation:projects")}, {"label": "登记新项目"}],
        "page_title": "登记新项目",
        "page_sub": "登记后由系统确定人社部门、行业主管部门和财政部门。",
        "submit": "登记项目",
        "cancel_url": reverse("escalation:projects"),
    }
    return render(request, "projects/project_form.html", context)


@needs(Permission.PROJECT_EDIT)
def project_edit(request, code):
    """Correct a project."""
    project = project_for(request.scope, code, Permission.PROJECT_EDIT)
    form = ProjectForm(
        request.POST or None,
        initial=ProjectForm.initial_of(project),
        areas=areas_to_register(request.scope),
        types=project_types(),
        editing=True,
    )
    back = next_url(request, project_url(project))
    if request.method == "POST" and form.is_valid():
        try:
            project_update(project=project, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "项目信息已保存。")
            return redirect(back)
    context = {
        "form": form,
        "project": project,
        "crumbs": project_crumbs(project, "修改项目信息"),
        "page_title": "修改项目信息",
        "page_sub": f"{project.name}（{project.code}）",
        "submit": "保存项目信息",
        "cancel_url": back,
        "next": back,
    }
    return render(request, "projects/project_form.html", context)


@needs(Permission.ENROLMENT_EDIT)
def enrolment(request, code):
    """Record the enrolment in 陇明公: it settles the thirty days from the actual start."""
    project = project_for(request.scope, code, Permission.ENROLMENT_EDIT)
    form = EnrolmentForm(request.POST or None, initial=EnrolmentForm.initial_of(project, today()))
    back = next_url(request, project_url(project, "deadlines"))
    if request.method == "POST" and form.is_valid():
        try:
            enrolment_record(project=project, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "已登记纳入“陇明公”平台的情况，时限随即重算。")
            return redirect(back)
    context = {
        "form": form,
        "project": project,
        "unnamed": 4 - len(four_party(request.scope, project)),
        "crumbs": project_crumbs(project, "登记纳入陇明公", tab="deadlines"),
        "page_title": "登记纳入“陇明公”平台",
        "page_sub": f"{project.name}（{project.code}）",
        "submit": "登记纳入情况",
        "cancel_url": back,
        "next": back,
    }
    return render(request, "projects/enrolment.html", context)

"""Contracts, parties and the four responsible persons of a project."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse

from projects.forms import ContractForm, FourPartyForm, PartyForm, RemovalForm
from projects.models import FourPartyAssignment
from projects.selectors.choices import suggested_names
from projects.selectors.projects import may_act, organization_of_part_unscoped, project_for
from projects.selectors.records import contract_of, four_party, party_of
from projects.services.contracts import contract_save
from projects.services.four_party import four_party_reveal, four_party_save
from projects.services.parties import party_add, party_remove
from projects.views.pages import named_organization, next_url, project_crumbs, project_url
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.CONTRACT_EDIT)
def contract_create(request, code):
    """Record a contract."""
    project = project_for(request.scope, code, Permission.CONTRACT_EDIT)
    developer = organization_of_part_unscoped(project, "developer")
    contractor = organization_of_part_unscoped(project, "general_contractor")
    initial = {
        "employer": developer.name if developer else "",
        "contractor": contractor.name if contractor else "",
        "value": project.contract_value,
    }
    return _contract_page(request, project, None, initial, "登记合同", "登记合同")


@needs(Permission.CONTRACT_EDIT)
def contract_edit(request, code, pk):
    """Correct a contract."""
    project = project_for(request.scope, code, Permission.CONTRACT_EDIT)
    contract = contract_of(request.scope, project, pk)
    return _contract_page(request, project, contract, ContractForm.initial_of(contract), "修改合同", "保存合同")


def _contract_page(request, project, contract, initial, title, submit):
    form = ContractForm(request.POST or None, initial=initial)
    back = next_url(request, project_url(project, "archive"))
    if request.method == "POST" and form.is_valid():
        actor, values = Actor.of(request), dict(form.cleaned_data)
        try:
            with transaction.atomic():
                employer = named_organization(values, "employer", actor)
                contractor = named_organization(values, "contractor", actor)
                contract_save(
                    project=project,
                    contract=contract,
                    employer=employer,
                    contractor=contractor,
                    actor=actor,
                    scope=request.scope,
                    **values,
                )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "合同已保存。")
            return redirect(back)
    context = {
        "form": form,
        "project": project,
        "names": suggested_names(project),
        "crumbs": project_crumbs(project, title, tab="archive"),
        "page_title": title,
        "page_sub": f"{project.name}（{project.code}）",
        "submit": submit,
        "cancel_url": back,
        "next": back,
    }
    return render(request, "projects/contract_form.html", context)


@needs(Permission.PARTY_EDIT)
def party_create(request, code):
    """Enter an organization in a part."""
    project = project_for(request.scope, code, Permission.PARTY_EDIT)
    form = PartyForm(request.POST or None, initial={"part": request.GET.get("part")})
    back = next_url(request, project_url(project, "parties"))
    if request.method == "POST" and form.is_valid():
        actor, values = Actor.of(request), dict(form.cleaned_data)
        try:
            with transaction.atomic():
                organization = named_organization(values, "organization", actor)
                awarded_by = named_organization(values, "awarded_by", actor)
                party = party_add(
                    project=project,
                    organization=organization,
                    awarded_by=awarded_by,
                    actor=actor,
                    scope=request.scope,
                    **values,
                )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已登记{party}。")
            return redirect(back)
    context = {
        "form": form,
        "project": project,
        "names": suggested_names(),
        "crumbs": project_crumbs(project, "登记参建单位", tab="parties"),
        "page_title": "登记参建单位",
        "page_sub": f"{project.name}（{project.code}）",
        "submit": "登记单位",
        "cancel_url": back,
        "next": back,
    }
    return render(request, "projects/party_form.html", context)


@needs(Permission.PARTY_EDIT)
def party_remove_page(request, code, pk):
    """Take an organization out of a part, naming it."""
    project = project_for(request.scope, code, Permission.PARTY_EDIT)
    party = party_of(request.scope, project, pk)
    form = RemovalForm(request.POST or None)
    back = next_url(request, project_url(project, "parties"))
    if request.method == "POST" and form.is_valid():
        try:
            party_remove(
                project=project,
                party_id=party.pk,
                reason=form.cleaned_data["reason"],
                actor=Actor.of(request),
                scope=request.scope,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已移除{party}。")
            return redirect(back)
    context = {
        "form": form,
        "crumbs": project_crumbs(project, "移除参建单位", tab="parties"),
        "page_title": f"移除{party.get_part_display()}“{party.organization.name}”？",
        "text": "移除后该单位不再看到本项目（另有身份的除外），操作记录保留。",
        "facts": [{"label": "项目", "value": project.name, "sub": project.code}],
        "submit": f"移除{party.get_part_display()}",
        "cancel_url": back,
    }
    return render(request, "layouts/confirm_page.html", context)


@needs(Permission.FOUR_PARTY_EDIT)
def four_party_page(request, code):
    """Name the four responsible persons; each is saved by its own button."""
    project = project_for(request.scope, code, Permission.FOUR_PARTY_EDIT)
    known = four_party(request.scope, project)
    may_reveal = may_act(request.scope, project, Permission.TELEPHONE_REVEAL)
    wanted, revealed = request.POST.get("part", ""), {}
    if request.method == "POST" and request.POST.get("act") == "reveal" and wanted in known:
        revealed[wanted] = four_party_reveal(project=project, part=wanted, actor=Actor.of(request), scope=request.scope)
    forms = {
        part: _four_party_form(request, project, part, known.get(part), wanted) for part in FourPartyAssignment.Part
    }
    form = forms.get(wanted)
    if form is not None and form.is_bound and form.is_valid():
        actor, values = Actor.of(request), dict(form.cleaned_data)
        try:
            organization = named_organization(values, "organization", actor)
            four_party_save(
                project=project, part=wanted, organization=organization, actor=actor, scope=request.scope, **values
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已登记{form.part.label}的监管责任人。")
            return redirect(reverse("projects:four_party", args=[code]) + f"#{wanted}")
    context = {
        "project": project,
        "crumbs": project_crumbs(project, "登记责任人", tab="parties"),
        "page_title": "四方责任",
        "cards": [
            {"form": item, "plain": revealed.get(part), "may_reveal": may_reveal} for part, item in forms.items()
        ],
        "named": len(known),
        "names": suggested_names(project),
        "bad_form": form if form is not None and form.errors else None,
        "back_url": next_url(request, project_url(project, "parties")),
    }
    return render(request, "projects/four_party.html", context)


def _four_party_form(request, project, part, assignment, wanted) -> FourPartyForm:
    saving = request.method == "POST" and request.POST.get("act") != "reveal" and wanted == part
    suggestion = organization_of_part_unscoped(project, part)
    return FourPartyForm(
        request.POST if saving else None,
        part=part,
        assignment=assignment,
        suggestion=suggestion.name if suggestion else "",
    )

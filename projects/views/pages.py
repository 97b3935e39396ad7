"""What the pages of this room share: where to go back to, and organizations that a form names."""

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from projects.models import Project
from responsibilities.rules.errors import Refused
from responsibilities.services.enterprises import enterprise_find_or_register
from responsibilities.services.trail import Actor


def project_url(project: Project, tab: str = "") -> str:
    """The project's page, which belongs to the room above; known by its address."""
    return reverse("escalation:project", args=[project.code]) + (f"?tab={tab}" if tab else "")


def project_crumbs(project: Project, here: str, *, tab: str = "") -> list[dict]:
    """The way back from a form or paper to the project's tab that leads to it."""
    return [
        {"label": "项目", "url": reverse("escalation:projects")},
        {"label": project.name, "url": project_url(project, tab)},
        {"label": here},
    ]


def next_url(request, fallback: str) -> str:
    """Where the person came from (`next`), if it is an address of this portal."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return fallback


def named_organization(cleaned: dict, field: str, actor: Actor):
    """The organization that a form names by `field` and `field_uscc`; None where it names none.

    A refusal speaks of `name` and `uscc`; here it is put at the form's own fields.
    """
    name, uscc = cleaned.pop(field, ""), cleaned.pop(f"{field}_uscc", "")
    if not name and not uscc:
        return None
    try:
        return enterprise_find_or_register(name=name, uscc=uscc, actor=actor)
    except Refused as refusal:
        fields = {field if key == "name" else f"{field}_uscc": text for key, text in refusal.fields.items()}
        raise Refused(refusal.code, refusal.message, fields) from refusal

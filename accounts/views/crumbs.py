"""The way back from a page of money to its project."""

from django.urls import reverse


def project_crumbs(project, *steps: str) -> list[dict]:
    """The projects, the project, its months, then `steps`: a month as `2026-10` leads to its page, the last nowhere."""
    crumbs = [
        {"label": "项目", "url": "/projects/"},
        {"label": project.name, "url": f"/projects/{project.code}/?tab=account"},
    ]
    if steps[0][:1].isdigit():
        crumbs.append({"label": "专户与拨付", "url": reverse("accounts:periods", args=[project.code])})
    for step in steps[:-1]:
        crumbs.append({"label": step, "url": reverse("accounts:period", args=[project.code, step])})
    return [*crumbs, {"label": steps[-1]}]

"""When projects run: from actual start to completion. For rooms that count months."""

from django.db.models import QuerySet

from projects.models import Project


def project_spans_unscoped(project_ids=None) -> QuerySet:
    """Started projects as (pk, actual_start_on, completed_on)."""
    projects = Project.objects.filter(actual_start_on__isnull=False).order_by()
    if project_ids is not None:
        projects = projects.filter(pk__in=list(project_ids))
    return projects.values("pk", "actual_start_on", "completed_on")

"""Project types: reference data that every caller may read."""

from projects.models import ProjectType


def project_types_by_code() -> dict[str, ProjectType]:
    """All project types by code; they are public, so no scope."""
    return {row.code: row for row in ProjectType.objects.select_related("industry_body")}

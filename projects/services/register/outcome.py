"""What an import counts, and what it locks and may reach."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from projects.models import Project
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

OUT_OF_SCOPE = "这个项目不在您的管辖范围内，或项目编号已被其他项目使用，没有导入。"


@dataclass
class Counts:
    """What became of a table's rows."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    def as_dict(self) -> dict[str, int]:
        return dict(self.__dict__)


@dataclass
class Written:
    """What a table wrote: its counts and the projects whose facts changed."""

    counts: Counts = field(default_factory=Counts)
    project_ids: set[int] = field(default_factory=set)


def locked_projects(codes: Iterable[str]) -> dict[str, Project]:
    """Code → project, locked in id order."""
    rows = (
        Project.objects.select_for_update(of=("self",))
        .select_related("area", "project_type__industry_body")
        .filter(code__in=set(codes))
        .order_by("id")
    )
    return {row.code: row for row in rows}


def unreachable(project_ids: Iterable[int], scope: Scope | None, permission: Permission) -> set[int]:
    """Those that the grants with the permission don't reach; none for the system."""
    ids = set(project_ids)
    if scope is None or not ids:
        return set()
    reached = Project.objects.visible_to(scope.with_permission(permission)).filter(pk__in=ids)
    return ids - set(reached.values_list("pk", flat=True))

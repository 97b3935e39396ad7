"""Names of a project's parts for lists of deadlines, many at once."""

from collections.abc import Iterable

from projects.models import Approval


def approval_kinds_unscoped(ids: Iterable[int]) -> dict[int, str]:
    """What each approval is (立项审批, 施工许可 …) by its id; for rows that were narrowed already."""
    labels = dict(Approval.Kind.choices)
    found = Approval.objects.filter(pk__in=list(ids)).values_list("pk", "kind")
    return {pk: labels[kind] for pk, kind in found}

"""`areas/`, `organizations/`, `responsibilities/`: who is who. Names of units are public to every caller."""

from django_filters import rest_framework as filters
from rest_framework.routers import SimpleRouter

from responsibilities.api.base import ReadEndpoint
from responsibilities.models import Area, Organization, ResponsibilityRow
from responsibilities.rules.roles import Permission
from responsibilities.serializers import AreaSerializer, OrganizationSerializer, ResponsibilityRowSerializer


class Areas(ReadEndpoint):
    """县区."""

    permission = Permission.RESPONSIBILITY_VIEW
    queryset = Area.objects.select_related("parent")
    serializer_class = AreaSerializer
    lookup_field = "code"
    filterset_fields = ("code", "name", "kind")
    ordering = ("sort_order",)
    ordering_fields = ("code", "name")


class OrganizationFilter(filters.FilterSet):
    """By the names of the reply."""

    body = filters.CharFilter("body__code")
    area = filters.CharFilter("area__code")

    class Meta:
        model = Organization
        fields = {
            "code": ["exact"],
            "name": ["exact", "icontains"],
            "kind": ["exact"],
            "uscc": ["exact"],
            "is_active": ["exact"],
        }


class Organizations(ReadEndpoint):
    """单位: government units, enterprises, banks."""

    permission = Permission.RESPONSIBILITY_VIEW
    queryset = Organization.objects.select_related("body", "area")
    serializer_class = OrganizationSerializer
    lookup_field = "code"
    filterset_class = OrganizationFilter
    ordering = ("code",)
    ordering_fields = ("code", "name", "kind")


class Responsibilities(ReadEndpoint):
    """责任清单 with bodies and duties."""

    permission = Permission.RESPONSIBILITY_VIEW
    queryset = ResponsibilityRow.objects.prefetch_related("bodies", "duties")
    serializer_class = ResponsibilityRowSerializer
    filterset_fields = ("number",)
    ordering = ("number",)
    ordering_fields = ("number",)


router = SimpleRouter()
router.register("areas", Areas, "api-area")
router.register("organizations", Organizations, "api-organization")
router.register("responsibilities", Responsibilities, "api-responsibility")
urlpatterns = router.urls

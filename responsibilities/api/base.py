"""What every endpoint shares: tokens, permissions, paging, and errors as `{"code", "message", "fields"}`."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, mixins, status, viewsets
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.filters import OrderingFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import exception_handler

from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused, RowsRefused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.scope import scope_of
from responsibilities.services.tokens import token_authenticate

SAFE = ("GET", "HEAD", "OPTIONS")
# What a multipart request may weigh beside its file: the fields and the boundaries.
_FORM_OVERHEAD = 256 * 1024
# Refusals whose code says more than "bad request".
_STATUS_OF_CODE = {"idempotency_key_reused": status.HTTP_409_CONFLICT, "too_large": 413, "too_often": 429}


class TooLarge(exceptions.APIException):
    """The request is larger than the portal reads (HTTP 413)."""

    status_code = 413
    default_code = "too_large"
    default_detail = "请求的内容超过上限，没有读取。请减少内容或拆分后重新提交。"


class Json(JSONParser):
    """One JSON object up to the limit of forms; DRF alone would take any value and read any length into memory."""

    def parse(self, stream, media_type=None, parser_context=None):
        refuse_heavier(parser_context, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        data = super().parse(stream, media_type, parser_context)
        if not isinstance(data, dict):
            raise exceptions.ParseError()
        return data


class Multipart(MultiPartParser):
    """A form with a file, refused by its announced length before a byte is stored."""

    def parse(self, stream, media_type=None, parser_context=None):
        refuse_heavier(parser_context, settings.PORTAL_UPLOAD_LIMIT + _FORM_OVERHEAD)
        return super().parse(stream, media_type, parser_context)


def refuse_heavier(parser_context, limit: int) -> None:
    """Raise TooLarge by Content-Length, beyond which the server reads nothing anyway."""
    length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit:
        raise TooLarge()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`. A token of somebody whose role has no API access is refused."""

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"token":
            return None
        if len(parts) != 2:
            raise exceptions.AuthenticationFailed("令牌格式不正确，应为 Authorization: Token 后接一个空格和令牌。")
        user = token_authenticate(parts[1].decode("ascii", "replace"))
        if user is None:
            raise exceptions.AuthenticationFailed("令牌不存在、已停用，或者所属用户已停用。请重新申请令牌。")
        if not scope_of(user).can(Permission.API_USE):
            raise exceptions.PermissionDenied("该用户的岗位没有接口调用权限。")
        return user, parts[1]

    def authenticate_header(self, request):
        return "Token"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes the token."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token 后接一个空格和令牌"}


class ScopePermission(BasePermission):
    """A viewset states `permission` for reading and, where it writes, `write_permission`.

    Whoever calls, by token or from the documentation page, needs `api.use` too.
    """

    def has_permission(self, request, view):
        if not request.user or not request.user.is_authenticated:
            return False
        if view.action is None:  # the address is known, the method isn't: 405, whoever asks
            raise exceptions.MethodNotAllowed(request.method)
        wanted = view.permission if request.method in SAFE else getattr(view, "write_permission", None)
        return wanted is not None and request.scope.can(Permission.API_USE) and request.scope.can(wanted)


class Pages(PageNumberPagination):
    """`page`, `page_size` ≤ 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class Ordering(OrderingFilter):
    """`ordering` by the names of the reply; a viewset's `ordering_names` says which column each is.

    Equal rows are told apart by their key: otherwise a row could stand on two pages and another on none.
    """

    def filter_queryset(self, request, queryset, view):
        names = getattr(view, "ordering_names", {})
        wanted = []
        for term in self.get_ordering(request, queryset, view):
            sign, name = ("-", term[1:]) if term.startswith("-") else ("", term)
            wanted.append(sign + names.get(name, name))
        if not {"pk", "id", "-pk", "-id"} & set(wanted):
            wanted.append("pk")
        return queryset.order_by(*wanted)


class Month(filters.DateFilter):
    """`2026-10`, as months stand in the replies."""

    def __init__(self, field_name, lookup_expr="exact", **kwargs):
        super().__init__(field_name, lookup_expr, input_formats=["%Y-%m"], help_text="月份，如 2026-10", **kwargs)


class ReadEndpoint(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """List and detail of what the caller may see; each room names its scoped selector in `get_queryset`.

    `queryset` tells the OpenAPI document which model it is; where a room has scope, it is empty.
    """

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (ScopePermission,)
    parser_classes = (Json,)
    pagination_class = Pages
    filter_backends = (filters.DjangoFilterBackend, Ordering)
    ordering = ("pk",)


def code_of(error: exceptions.APIException) -> str:
    """The code that programs see."""
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    if isinstance(error, exceptions.PermissionDenied):
        return NotAllowed().code
    return error.default_code


def api_exception_handler(error, context):
    """Every refusal in one shape; anything unforeseen is left to Django and becomes a 500."""
    if isinstance(error, Refused):
        body = {"code": error.code, "message": error.message, "fields": error.fields}
        if isinstance(error, RowsRefused):
            body["errors"] = error.errors
        return Response(body, status=_status_of(error))
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    elif isinstance(error, SuspiciousOperation):
        error = exceptions.ParseError()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ParseError):
        error = exceptions.ParseError(
            "请求的内容应是一个 JSON 对象或表单，现在无法读取。请检查格式和编码（UTF-8）后重新提交。"
        )
    if isinstance(error, Http404):
        error = exceptions.NotFound("没有找到这条记录，或者它不在您的管辖范围内。")
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        error = exceptions.PermissionDenied(
            "网页登录的校验信息（CSRF）缺失或已过期，没有受理。请刷新页面，或改用令牌调用。"
        )
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied("您的岗位没有办理此事项的权限。")
    fields = {}
    message = str(error.detail) if isinstance(error.detail, str) else ""
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(error.detail)
        message = f"有 {len(fields)} 项填写有误，请按 fields 中的说明改正后重新提交。"
    response.data = {"code": code_of(error), "message": message or "请求无法处理。", "fields": fields}
    return response


def _status_of(error: Refused) -> int:
    if isinstance(error, NotVisible):
        return status.HTTP_404_NOT_FOUND
    if isinstance(error, NotAllowed):
        return status.HTTP_403_FORBIDDEN
    if isinstance(error, EditedMeanwhile):
        return status.HTTP_409_CONFLICT
    return _STATUS_OF_CODE.get(error.code, status.HTTP_400_BAD_REQUEST)


def _fields(detail) -> dict[str, str]:
    if isinstance(detail, list):
        return {"non_field_errors": "".join(str(item) for item in detail)}
    return {
        name: "".join(str(item) for item in value) if isinstance(value, list) else str(value)
        for name, value in detail.items()
    }

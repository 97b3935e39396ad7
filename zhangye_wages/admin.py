"""django.contrib.admin as a read-only window for the system administrator: every write goes through a service.

Sealed columns are not shown. Other people's models of the framework (sessions, axes) are not offered.
"""

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.db import models
from pghistory.models import Event

from responsibilities.rules.errors import NotAllowed

ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation")


class WindowAdmin(admin.ModelAdmin):
    """Lists and shows, changes nothing; whatever the user's rights say elsewhere."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_list_display(self, request):
        shown = [f.name for f in self.model._meta.concrete_fields if not isinstance(f, _LONG)]
        return ["pk", *[name for name in shown if name != self.model._meta.pk.name][:7]]

    def get_list_select_related(self, request):
        return True

    def get_exclude(self, request, obj=None):
        hidden = {f.name for f in self.model._meta.concrete_fields if isinstance(f, models.BinaryField)}
        return sorted(hidden | ({"password"} & {f.name for f in self.model._meta.concrete_fields}))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class HistoryAdmin(WindowAdmin):
    """Rows that the database keeps of each change: when, what was done, to what, and what stood there."""

    list_display_links = ("changed_at",)

    def get_list_display(self, request):
        kept = [f.name for f in self.model._meta.concrete_fields if not isinstance(f, _LONG)]
        return ["changed_at", "what", "of", *[name for name in kept if not name.startswith(("pgh_", "id"))][:5]]

    def get_exclude(self, request, obj=None):
        machinery = {f.name for f in self.model._meta.concrete_fields if f.name.startswith("pgh_")}
        return sorted({*super().get_exclude(request, obj), *machinery})

    def get_readonly_fields(self, request, obj=None):
        return ["changed_at", "what", "of", *super().get_readonly_fields(request, obj)]

    @admin.display(description="变更时间", ordering="pgh_created_at")
    def changed_at(self, row):
        return row.pgh_created_at

    @admin.display(description="动作")
    def what(self, row):
        return _LABELS.get(row.pgh_label, row.pgh_label)

    @admin.display(description="对象")
    def of(self, row):
        return row.pgh_obj


_LABELS = {"insert": "新增", "update": "修改", "delete": "删除"}
# What only the machinery reads: signs of life stand on /running/, the rest says nothing to a person.
_MACHINERY = ("Heartbeat", "KeyCanary", "IdempotencyRecord")
_LONG = (models.BinaryField, models.JSONField, models.TextField)


def _register() -> None:
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model.__name__ in _MACHINERY:
                continue
            admin.site.register(model, HistoryAdmin if issubclass(model, Event) else WindowAdmin)


def _to_the_portals_login(request, extra_context=None):
    # One login page: a second one would have its own lockout, look and words. Who is signed in and still comes here
    # may not look through the window: the login page would send them straight back, round and round.
    if request.user.is_authenticated:
        raise NotAllowed("系统管理的只读窗口只给系统管理员看。")
    return redirect_to_login(request.GET.get("next", "/admin/"))


_register()
admin.site.login = _to_the_portals_login

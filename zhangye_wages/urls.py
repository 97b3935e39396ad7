"""Addresses: each room's pages at the root, its API under `/api/v1/`.

A room's `urls.py` has its pages, its `api` module its endpoints.
The higher room comes first: a page belongs to the highest room that it reads.
"""

import importlib

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from . import health, running

ROOMS = ("escalation", "payroll", "accounts", "projects", "responsibilities")

_rooms = [importlib.import_module(f"{room}.urls") for room in ROOMS]
_endpoints = [item for room in ROOMS for item in importlib.import_module(f"{room}.api").urlpatterns]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("running/", running.running, name="running"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/v1/", include(_endpoints)),
    *[path("", include(room)) for room in _rooms],
]

admin.site.site_header = admin.site.site_title = "工资支付监管平台 系统管理（只读）"

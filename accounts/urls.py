from django.urls import path, re_path

from accounts.views import months, register_import, special_accounts, statement_imports, statements

app_name = "accounts"
MONTH = r"(?P<month>[0-9]{4}-(?:0[1-9]|1[0-2]))"
BASE = r"^projects/(?P<code>[^/]+)/allocations/"

urlpatterns = [
    path("projects/import/", register_import.register_import_page, name="register_import"),
    path("projects/import/template/", register_import.register_template_file, name="register_template"),
    path("projects/<str:code>/account/", special_accounts.account_page, name="account"),
    path("projects/<str:code>/account/statements/", statements.statement_list, name="statements"),
    path("projects/<str:code>/account/statements/import/", statement_imports.upload, name="statement_import"),
    path("projects/<str:code>/account/statements/<int:pk>/", statement_imports.statement, name="statement"),
    path(
        "projects/<str:code>/account/statements/<int:pk>/progress/",
        statement_imports.progress,
        name="statement_progress",
    ),
    path("projects/<str:code>/account/statements/<int:pk>/take/", statement_imports.take, name="statement_take"),
    path("projects/<str:code>/account/statements/<int:pk>/discard/", statement_imports.drop, name="statement_drop"),
    path("projects/<str:code>/allocations/", months.month_list, name="periods"),
    path(
        "projects/<str:code>/allocations/credits/<int:pk>/void/",
        months.allocation_void_page,
        name="allocation_void",
    ),
    re_path(BASE + MONTH + r"/$", months.month_page, name="period"),
    re_path(BASE + MONTH + r"/credits/new/$", months.allocation_create, name="allocation_create"),
    re_path(BASE + MONTH + r"/surplus/$", months.surplus_page, name="surplus_move"),
]

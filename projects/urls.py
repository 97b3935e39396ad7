from django.urls import path

from projects.views import approvals, parties, projects

app_name = "projects"

urlpatterns = [
    path("projects/new/", projects.project_create, name="create"),
    path("projects/<str:code>/edit/", projects.project_edit, name="edit"),
    path("projects/<str:code>/enrolment/", projects.enrolment, name="enrolment"),
    path("projects/<str:code>/approvals/new/", approvals.approval_create, name="approval_create"),
    path("projects/<str:code>/approvals/<int:pk>/", approvals.approval_page, name="approval"),
    path("projects/<str:code>/approvals/<int:pk>/edit/", approvals.approval_edit, name="approval_edit"),
    path("projects/<str:code>/approvals/<int:pk>/push/", approvals.approval_push_page, name="approval_push"),
    path("projects/<str:code>/approvals/<int:pk>/confirm/", approvals.approval_confirm_page, name="approval_confirm"),
    path("projects/<str:code>/contracts/new/", parties.contract_create, name="contract_create"),
    path("projects/<str:code>/contracts/<int:pk>/edit/", parties.contract_edit, name="contract_edit"),
    path("projects/<str:code>/parties/new/", parties.party_create, name="party_create"),
    path("projects/<str:code>/parties/<int:pk>/remove/", parties.party_remove_page, name="party_remove"),
    path("projects/<str:code>/four-party/", parties.four_party_page, name="four_party"),
]

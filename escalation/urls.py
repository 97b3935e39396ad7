"""Pages that read deadlines; the API's addresses stand beside them where there are any."""

from django.urls import path, re_path

from escalation.views import (
    dashboard,
    deadlines,
    decisions,
    notices,
    projects,
    reconciliation,
    reference,
    responsibilities,
    review,
)

app_name = "escalation"

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("trend/", dashboard.trend, name="trend"),
    path("deadlines/", deadlines.deadline_list, name="deadlines"),
    path("deadlines/<int:pk>/", deadlines.deadline_page, name="deadline"),
    path("deadlines/<int:pk>/decide/<slug:kind>/", review.decide_deadline, name="decide_deadline"),
    path("projects/", projects.project_list, name="projects"),
    # "new" and "import" are pages of the room below, not codes.
    re_path(r"^projects/(?!(?:new|import)/)(?P<code>[^/]+)/$", projects.project_page, name="project"),
    path("responsibilities/", responsibilities.responsibility_list, name="responsibilities"),
    path("escalations/", review.queue_page, name="queue"),
    path("escalations/<int:pk>/", review.queue_page, name="escalation"),
    path("escalations/<int:pk>/decide/<slug:kind>/", review.decide, name="decide"),
    path("decisions/<int:pk>/second/", decisions.second, name="second"),
    path("decisions/<int:pk>/revoke/", decisions.revoke, name="revoke"),
    path("decisions/<int:pk>/respond/", decisions.respond, name="respond"),
    path("notices/", notices.notice_list, name="notices"),
    path("payroll/reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("calendar/", reference.calendar_page, name="calendar"),
    path("rules/", reference.rule_list, name="rules"),
]

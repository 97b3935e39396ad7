"""The Celery application and its timetable. Beat only rings: each task finds its work in PostgreSQL."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhangye_wages.settings.production")

app = Celery("zhangye_wages")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.imports = ("zhangye_wages.heartbeats",)
app.conf.beat_scheduler = "zhangye_wages.heartbeats:OneBeat"


@worker_init.connect(weak=False)
def _add_pulse(sender, **_):
    # Here and not above: the step touches models, which are not there yet when this module is imported.
    from .heartbeats import Pulse

    sender.app.steps["consumer"].add(Pulse)


# `expires`: a doorbell that nobody heard in time is dropped, the next one rings anyway.
app.conf.beat_schedule = {
    "reconcile-all": {
        "task": "escalation.reconcile_all",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 540},
    },
    "reconcile-new-day": {
        "task": "escalation.reconcile_all",
        "schedule": crontab(hour=0, minute=5),
        "options": {"expires": 3600},
    },
    "reconcile-touched": {"task": "escalation.reconcile_touched", "schedule": 15.0, "options": {"expires": 15}},
    "seal-audit": {"task": "responsibilities.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
    "sweep-batches": {"task": "payroll.sweep_batches", "schedule": 30.0, "options": {"expires": 30}},
    "sweep-statements": {"task": "accounts.sweep_statements", "schedule": 30.0, "options": {"expires": 30}},
}

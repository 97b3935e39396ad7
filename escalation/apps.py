from django.apps import AppConfig


class EscalationConfig(AppConfig):
    name = "escalation"
    verbose_name = "时限与督办"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class PayrollConfig(AppConfig):
    name = "payroll"
    verbose_name = "工资发放"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "工资专用账户"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class ResponsibilitiesConfig(AppConfig):
    name = "responsibilities"
    verbose_name = "责任清单与人员"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from responsibilities.forms import speak_plainly

        speak_plainly()

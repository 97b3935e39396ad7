from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The composition root as an app, so that the Celery app exists wherever Django does."""

    name = "zhangye_wages"
    verbose_name = "平台"

    def ready(self) -> None:
        from . import celery  # noqa: F401  # makes it Celery's current app, for tasks that are rung by name

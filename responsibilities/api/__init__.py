"""The API: what every room's endpoints share (`base`, `idempotency`) and the directory (`directory`)."""

from responsibilities.api.directory import urlpatterns

__all__ = ["urlpatterns"]

"""API tokens: shown once, stored as a keyed hash, revocable. A disabled person's tokens don't work."""

import datetime
import secrets

from django.db import transaction

from responsibilities.models import ApiToken, User
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.vault import blind_index

_PURPOSE = "api_token"
# `last_used_at` tells whether a token is in use; a write per request would tell no more.
_USE_NOTED_EVERY = datetime.timedelta(minutes=10)


@transaction.atomic
def token_create(user: User, *, label: str = "", actor: Actor | None = None) -> str:
    """A new token for a person; the returned text is not stored anywhere."""
    plain = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, digest=blind_index(plain, _PURPOSE), label=label)
    record_event(
        actor=actor or Actor.system("api_token"),
        action="token.create",
        target=token,
        object_name=f"{user}的接口令牌{label}",
    )
    return plain


def token_authenticate(plain: str) -> User | None:
    """The active person of a valid token, else None."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=blind_index(plain, _PURPOSE), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    if token is None:
        return None
    moment = now()
    if token.last_used_at is None or moment - token.last_used_at > _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)
    return token.user


@transaction.atomic
def token_revoke(*, pk: int, actor: Actor) -> None:
    """Stop a token; it works no more from the next request on. Errors: `not_found`."""
    token = ApiToken.objects.select_for_update().select_related("user").filter(pk=pk).first()
    if token is None:
        raise Refused("not_found", "没有这个接口令牌，请刷新页面。")
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        record_event(actor=actor, action="token.revoke", target=token, object_name=f"{token.user}的接口令牌")

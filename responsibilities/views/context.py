"""What the shell of every page shows of WHO: the unit and area switch and the account's own page."""

from django.urls import reverse

from responsibilities.selectors.switch import SWITCH_KEY, choices


def who(request) -> dict:
    """Context processor: `scope_switch`, `scope_label`, `scope_switch_url`, `account_url` for `base.html`."""
    if not getattr(request, "user", None) or not request.user.is_authenticated or not hasattr(request, "whole_scope"):
        return {}
    listed = choices(request.whole_scope, request.session.get(SWITCH_KEY, ""))
    active = next((choice for choice in listed if choice.active), listed[0] if listed else None)
    return {
        "scope_switch": listed,
        "scope_label": " · ".join(filter(None, (active.label, active.sub))) if active else "未授权",
        "scope_switch_url": reverse("responsibilities:scope_switch"),
        "account_url": reverse("responsibilities:password"),
    }

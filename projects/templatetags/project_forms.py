"""Forms in groups, as their classes declare them."""

from django import template

register = template.Library()


@register.filter
def grouped(form) -> list[tuple[str, list]]:
    """(title, bound fields) of a form with `groups`; groups without a field left are dropped."""
    found = []
    for title, names in form.groups:
        fields = [form[name] for name in names if name in form.fields]
        if fields:
            found.append((title, fields))
    return found

"""`demo_logins`: who can log in to the demo, where it was seeded."""

from django.core.management.base import BaseCommand

from responsibilities.models import User
from responsibilities.rules.roles import ROLE_LABELS
from zhangye_wages.demo.logins import LOGINS, PASSWORD


class Command(BaseCommand):
    """Print the demo logins that exist here; nothing where the demo wasn't seeded."""

    help = "列出演示账号"

    def handle(self, *args, **options):
        known = set(User.objects.values_list("username", flat=True))
        rows = [login for login in LOGINS if login.username in known]
        if not rows:
            return
        self.stdout.write(f"演示账号（密码均为 {PASSWORD}）：")
        for login in rows:
            self.stdout.write(f"  {login.username:<12} {ROLE_LABELS[login.role]}　{login.name}　{login.sees}")

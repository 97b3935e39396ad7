from django.core.management.base import BaseCommand, CommandError

from responsibilities.models import User
from responsibilities.services.tokens import token_create
from responsibilities.services.trail import Actor


class Command(BaseCommand):
    help = "为用户生成一个接口令牌并打印；令牌只显示这一次。"

    def add_arguments(self, parser):
        parser.add_argument("user", help="账号")
        parser.add_argument("--label", default="", help="用途，例如“市住建局审批系统”")

    def handle(self, *args, **options):
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"没有启用的账号“{options['user']}”。", returncode=2)
        self.stdout.write(token_create(user, label=options["label"], actor=Actor.user_at_console(user, "api_token")))

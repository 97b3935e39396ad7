from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from responsibilities.rules.crypto import Unreadable
from responsibilities.rules.errors import Refused
from responsibilities.services.rotation import rotate_field_key
from responsibilities.services.trail import Actor
from responsibilities.services.vault import check_canary


class Command(BaseCommand):
    help = "用当前字段密钥重新加密旧密钥的密文；可以中断后再次执行。旧密钥须保留在 PORTAL_FIELD_KEYS 中直到完成。"

    def handle(self, *args, **options):
        try:
            check_canary()
            total = rotate_field_key(actor=Actor.system("rotate_field_key"), progress=self._show)
        except Refused as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        except Unreadable as error:
            raise CommandError(
                f"有密文无法解开，请检查 PORTAL_FIELD_KEYS 是否含有旧密钥：{error}", returncode=2
            ) from error
        self.stdout.write(f"已用密钥 {settings.PORTAL_FIELD_KEY_CURRENT} 重新加密 {total} 行。")

    def _show(self, name: str, done: int) -> None:
        self.stderr.write(f"{name}：已处理 {done} 行")

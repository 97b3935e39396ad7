import importlib.util
import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from responsibilities.rules.errors import Refused
from responsibilities.services.vault import check_canary

# From the lowest room up: each loads what the next refers to.
ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation")


class Command(BaseCommand):
    help = "载入基础数据（县区、责任清单、单位、规则、日历等）；重复执行不产生变化。"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")

    def handle(self, *args, **options):
        try:
            check_canary()
        except Refused as refusal:
            raise CommandError(refusal.message, returncode=2) from refusal
        changed = load_all(Path(settings.BASE_DIR) / "fixtures")
        if options["json"]:
            self.stdout.write(json.dumps(changed))
        else:
            self.stdout.write("基础数据已载入：" + "，".join(f"{k} {v} 行" for k, v in changed.items()))


def load_all(path: Path) -> dict[str, int]:
    """Call each room's `services.fixtures.load(path)` in order; room → rows written."""
    changed = {}
    for room in ROOMS:
        name = f"{room}.services.fixtures"
        if importlib.util.find_spec(name):
            changed[room] = importlib.import_module(name).load(path)
    return changed

import json
import sys

from django.core.management.base import BaseCommand

from responsibilities.services.verifying import verify_chain


class Command(BaseCommand):
    help = "先封存已完成的操作留痕，再逐块核对封存链；有断点时退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")

    def handle(self, *args, **options):
        verdict = verify_chain()
        if options["json"]:
            self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False))
        elif verdict.broken:
            self.stdout.write(f"封存链在此断开：{verdict.broken.message}")
        else:
            self.stdout.write(f"封存链完好：共 {verdict.blocks} 块，{verdict.events} 个事件。")
        if verdict.broken:
            sys.exit(1)

"""`seed_demo [--scale N] [--today YYYY-MM-DD] [--seed N]`: the demo city, once."""

import datetime

from django.core.management.base import BaseCommand

from projects.models import Project
from responsibilities.selectors.clock import today
from zhangye_wages.demo.seed import seed


class Command(BaseCommand):
    """Seed the demo into a database without projects; where some stand, nothing is done."""

    help = "生成演示数据（虚构的人员、项目、拨付和工资表），日期以今天为准"

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=int, default=1, help="项目数为 60 × N")
        parser.add_argument("--today", type=datetime.date.fromisoformat, default=None, metavar="YYYY-MM-DD")
        parser.add_argument("--seed", type=int, default=20251128)

    def handle(self, *args, **options):
        if Project.objects.exists():
            self.stdout.write("库中已有项目，未再生成演示数据。重新生成请运行 make demo-reset。")
            return
        counts = seed(scale=max(1, options["scale"]), today=options["today"] or today(), seed_number=options["seed"])
        self.stdout.write(
            f"演示数据已生成：{counts['projects']} 个项目，{counts['batches']} 批工资表，"
            f"{counts['workers']} 名农民工，{counts['logins']} 个账号。"
        )

"""`project_template OUT.xlsx`: the empty register."""

from accounts.services.register_template import register_template
from responsibilities.management.console import DONE, PortalCommand, write_bytes


class Command(PortalCommand):
    help = "生成空白的项目登记表模板（项目、审批、拨付）。"

    def add_arguments(self, parser):
        parser.add_argument("out", metavar="OUT.xlsx", help="模板文件的保存路径")

    def work(self, *, out, **_options):
        write_bytes(out, register_template())
        return DONE, {}, f"登记表模板已保存到 {out}。"

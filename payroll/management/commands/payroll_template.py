"""`payroll_template --project CODE --month YYYY-MM OUT.xlsx`: an empty payroll, pre-filled with the roster."""

from io import BytesIO

from payroll.management.console import month_of, subcontractor_of
from payroll.services.templates import EVERYBODY, template_write
from projects.selectors.projects import project_by_code_unscoped
from responsibilities.management.console import DONE, PortalCommand, write_bytes
from responsibilities.services.trail import Actor


class Command(PortalCommand):
    help = "生成工资表模板，已填好项目花名册中的人员；填写金额后可直接上传。"

    def add_arguments(self, parser):
        parser.add_argument("out", metavar="OUT.xlsx", help="输出文件")
        parser.add_argument("--project", required=True, metavar="CODE", help="项目编号")
        parser.add_argument("--month", required=True, metavar="YYYY-MM", help="工资月份")
        parser.add_argument("--subcontractor", metavar="CODE", help="只列这家分包单位的人员；不填为整个项目")
        parser.add_argument("--formulas", action="store_true", help="应发、实发用公式计算")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def work(self, *, out, project, month, subcontractor, formulas, **_options):
        box = BytesIO()
        project = project_by_code_unscoped(project)
        people = template_write(
            box,
            project=project,
            month=month_of(month),
            actor=Actor.system("payroll_template"),
            employer=subcontractor_of(project, subcontractor) or EVERYBODY,
            formulas=formulas,
        )
        write_bytes(out, box.getvalue())
        return DONE, {"file": out, "workers": people}, f"已生成 {out}，预填 {people} 人。"

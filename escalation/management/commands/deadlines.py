from escalation.catalogue.registry import subjects
from escalation.management.refusing import RefusingCommand
from escalation.models import Deadline
from escalation.selectors.deadlines_unscoped import deadlines_unscoped, parties_of_unscoped
from escalation.serializers import deadline_shape
from projects.selectors.projects import project_by_code_unscoped
from responsibilities.rules.errors import Refused
from responsibilities.selectors.directory import Directory, areas_by_name_unscoped


class Command(RefusingCommand):
    help = "列出时限；--unit 按任一当事单位筛选。"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--project", metavar="CODE", help="项目编号")
        parser.add_argument("--unit", metavar="CODE", help="单位编码")
        parser.add_argument("--area", metavar="CODE", help="行政区划代码")
        parser.add_argument("--status", metavar="S", help="、".join(Deadline.Status.values))

    def run(self, *, project, unit, area, status, **options):
        if project:
            project_by_code_unscoped(project)
        if unit:
            found = Directory(codes=[unit]).by_code(unit)
            if found is None:
                raise Refused("not_found", f"没有编码为 {unit} 的单位。")
            unit = found.code
        if area and area not in (areas := areas_by_name_unscoped()):
            raise Refused("not_found", f"没有代码为 {area} 的县区。")
        if status and status not in Deadline.Status.values:
            raise Refused("invalid", f"没有状态 {status}；可用：{'、'.join(Deadline.Status.values)}。")
        rows = deadlines_unscoped(project=project, unit=unit, area=area and areas[area].code, status=status)
        parties = parties_of_unscoped(rows)
        found = list(rows)
        named = subjects(found)
        return {"deadlines": [deadline_shape(row, parties, named) for row in found]}

    def say(self, result):
        for row in result["deadlines"]:
            owners = "、".join(unit["name"] for unit in row["owed_by"])
            status = Deadline.Status(row["status"]).label
            self.stdout.write(f"{row['due_on']}  {status}  {row['project']}  {row['rule']}  {row['subject']}  {owners}")
        self.stdout.write(f"共 {len(result['deadlines'])} 项")

from escalation.management.refusing import RefusingCommand, parsed_date
from escalation.services.reconcile import reconcile
from projects.selectors.projects import project_by_code_unscoped
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor


class Command(RefusingCommand):
    help = "按事实核算时限：生成、办结、逾期、失效、通知和督办提请；重复执行不产生变化。"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--today", dest="day", metavar="YYYY-MM-DD", help="按哪一天核算，默认今天")
        parser.add_argument("--project", metavar="CODE", help="只核算一个项目")
        parser.add_argument("--rule", metavar="CODE", help="只核算一条规则")

    def run(self, *, day, project, rule, **options):
        on = today() if day is None else parsed_date(day, "--today")
        outcome = reconcile(
            today=on,
            rules=None if rule is None else [rule],
            project_ids=None if project is None else [project_by_code_unscoped(project).pk],
            actor=Actor.system("reconcile"),
        )
        if outcome.beyond_calendar:
            self.stderr.write(f"有 {outcome.beyond_calendar} 项的到期日超出工作日历，请发布下一年的工作日历。")
        return {"today": on.isoformat(), **outcome.counts, "seconds": round(outcome.seconds, 3)}

    def say(self, result):
        self.stdout.write(
            f"{result['today']}：新增 {result['opened']} 项，按期办结 {result['met']} 项，逾期办结 {result['met_late']} 项，"
            f"逾期 {result['overdue']} 项，失效 {result['voided']} 项，通知 {result['notices']} 条，"
            f"提请督办 {result['escalations']} 项，用时 {result['seconds']} 秒。"
        )

from escalation.management.refusing import RefusingCommand, parsed_date, parsed_number
from escalation.selectors.calendar import calendar_unscoped


class Command(RefusingCommand):
    help = "从某日起推算第 N 个工作日（起算当日不计入），并列出跳过的日子。"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--from", dest="start", metavar="YYYY-MM-DD", help="起算日期")
        parser.add_argument("--add", metavar="N", help="工作日数，负数向前推")

    def run(self, *, start, add, **options):
        anchor, n = parsed_date(start, "--from"), parsed_number(add, "--add")
        calendar = calendar_unscoped()
        due = calendar.add_workdays(anchor, n)
        skipped = calendar.skipped(*sorted((anchor, due)))
        return {
            "from": anchor.isoformat(),
            "add": n,
            "due_on": due.isoformat(),
            "skipped": [{"date": day.day.isoformat(), "why": day.why} for day in skipped],
            "provisional": calendar.is_provisional(anchor, due),
        }

    def say(self, result):
        self.stdout.write(f"{result['from']} 起 {result['add']} 个工作日：{result['due_on']}")
        if result["skipped"]:
            self.stdout.write("跳过：" + "、".join(f"{day['date']}（{day['why']}）" for day in result["skipped"]))
        if result["provisional"]:
            self.stdout.write("所涉年度的放假安排尚未公布，结果为暂定。")

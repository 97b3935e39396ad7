"""`project_import FILE [--check] [--json]`: take a register in, telling every row's problems."""

import datetime
from pathlib import Path

from accounts.services.register_import import Imported, register_import
from responsibilities.management.console import DONE, FINDINGS, PortalCommand, bytes_of
from responsibilities.rules.errors import Refused
from responsibilities.services.trail import Actor


class Command(PortalCommand):
    help = "导入项目登记表（xlsx：项目、审批、拨付；csv：项目）；--check 只核验不写库。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="登记表文件（xlsx、xls、csv）")
        parser.add_argument("--check", action="store_true", help="只核验，不写库")
        parser.add_argument("--today", metavar="YYYY-MM-DD", help="以这一天为今天核对日期")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def work(self, *, file, check, today, **_options):
        imported = register_import(
            data=bytes_of(file),
            file_name=Path(file).name,
            check=check,
            actor=Actor.system("project_import"),
            today=_day(today),
        )
        return (FINDINGS if imported.errors else DONE), imported.as_dict(file), _words(imported)


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("bad_date", f"日期“{text}”写法不对，应为 2026-11-23 这样的日期。") from None


def _words(imported: Imported) -> str:
    lines = [
        f"“{name}”共 {counts.rows} 行：新增 {counts.created}，更新 {counts.updated}，"
        f"未变 {counts.unchanged}，有错误未导入 {counts.rejected}。"
        for name, counts in imported.sheets.items()
    ]
    lines += [f"  错误 {remark.sheet} {remark.cell}  {remark.message}" for remark in imported.errors]
    lines += [f"  提示 {remark.sheet} {remark.cell}  {remark.message}" for remark in imported.warnings]
    if imported.check:
        lines.append("仅核验，没有写入任何数据。")
    return "\n".join(lines)

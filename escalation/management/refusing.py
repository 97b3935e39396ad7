"""Commands that say no in one Chinese line on stderr with exit code 2, never with a traceback."""

import datetime
import json
import sys

from django.core.management.base import BaseCommand

from responsibilities.rules.errors import Refused


class RefusingCommand(BaseCommand):
    """Subclasses write `run(**options)` and return the object that `--json` prints; `say(result)` prints it for people."""

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")

    def handle(self, *args, **options):
        try:
            result = self.run(**options)
        except Refused as refusal:
            self.stderr.write(refusal.message, self.style.ERROR)
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.say(result)

    def run(self, **options) -> dict:
        raise NotImplementedError

    def say(self, result: dict) -> None:
        raise NotImplementedError


def parsed_date(text: str | None, option: str) -> datetime.date:
    """A date of an option; refuses what isn't one."""
    if not text:
        raise Refused("invalid", f"请用 {option} 写明日期，例如 {option} 2026-11-23。")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused("invalid", f"{option} 的日期“{text}”不正确，请写成 2026-11-23 的形式。") from None


def parsed_number(text: str | None, option: str) -> int:
    """A whole number of an option; refuses what isn't one."""
    if text is None:
        raise Refused("invalid", f"请用 {option} 写明天数，例如 {option} 3。")
    try:
        return int(text)
    except ValueError:
        raise Refused("invalid", f"{option} 的“{text}”不是整数。") from None

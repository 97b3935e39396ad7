"""What the engine's commands share: `--json`, words for people, dates and numbers as options."""

import datetime

from responsibilities.management.console import DONE, PortalCommand
from responsibilities.rules.errors import Refused


class RefusingCommand(PortalCommand):
    """Subclasses write `run(**options)` and return the object that `--json` prints; `say(result)` prints it for people."""

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")

    def work(self, **options) -> tuple[int, dict, str]:
        result = self.run(**options)
        if not options["json"]:
            self.say(result)
        return DONE, result, ""

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

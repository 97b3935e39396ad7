"""What the portal's commands share: one JSON object or plain words on stdout, refusals in one Chinese line, exit codes."""

import argparse
import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from responsibilities.rules.errors import Refused
from sheets.refusal import Refusal

DONE, FINDINGS, REFUSED = 0, 1, 2


class ChineseParser(CommandParser):
    """Says what is wrong with the arguments in one Chinese line."""

    def error(self, message):
        self.exit(REFUSED, f"命令参数有误：{message}。用 --help 查看用法。\n")


class PortalCommand(BaseCommand):
    """`work()` returns (exit code, facts, words): facts are printed with --json, words without."""

    requires_system_checks = []

    def create_parser(self, prog_name, subcommand, **kwargs):
        parser = ChineseParser(prog=f"{Path(prog_name).name} {subcommand}", description=self.help, **kwargs)
        for flag in ("--settings", "--pythonpath"):
            self.add_base_argument(parser, flag, help=argparse.SUPPRESS)
        for flag in ("--traceback", "--no-color", "--force-color", "--skip-checks"):
            self.add_base_argument(parser, flag, action="store_true", help=argparse.SUPPRESS)
        self.add_base_argument(
            parser, "-v", "--verbosity", default=1, type=int, choices=[0, 1, 2, 3], help=argparse.SUPPRESS
        )
        self.add_arguments(parser)
        return parser

    def handle(self, *args, **options):
        try:
            code, facts, words = self.work(**options)
        except (Refused, Refusal) as refusal:
            self.stderr.write(refusal.message)
            code, facts, words = REFUSED, {"refused": {"code": refusal.code, "message": refusal.message}}, ""
        if options.get("json"):
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
        elif words:
            self.stdout.write(words)
        if code:
            self.stdout.flush()
            sys.exit(code)

    def work(self, **options) -> tuple[int, dict, str]:
        raise NotImplementedError


def bytes_of(path: str) -> bytes:
    """A file's content; raises Refused."""
    try:
        return Path(path).read_bytes()
    except IsADirectoryError:
        raise Refused("no_file", f"{path} 是文件夹，不是文件。请给出表格文件的路径。") from None
    except OSError as error:
        raise Refused("no_file", f"无法读取文件 {path}（{error.strerror}）。请核对路径和权限。") from None


def write_bytes(path: str, data: bytes) -> None:
    """Write a file whole; raises Refused."""
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise Refused("not_written", f"无法写入 {path}（{error.strerror}）。请核对路径和权限。") from None

"""`make lint`: style, layers, migrations and the production settings."""

import os
import subprocess
import sys

from . import placeholders
from .console import step
from .paths import PROJECT, venv_program

CHECKS = {
    "ruff check": [venv_program("ruff"), "check", "."],
    "ruff format": [venv_program("ruff"), "format", "--check", "--quiet", "."],
    "import-linter 层次": [venv_program("lint-imports"), "--no-logo"],
    "迁移齐全": [venv_program("python"), "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
    "上线检查": [venv_program("python"), "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def main() -> int:
    """Run every check, even after one failed; 1 if any failed."""
    failed = []
    for name, command in CHECKS.items():
        with step(name):
            if subprocess.run(command, cwd=PROJECT, env=os.environ | placeholders.ENVIRONMENT, check=False).returncode:
                failed.append(name)
    if failed:
        print(f"✗ 未通过：{'、'.join(failed)}", file=sys.stderr)
    return 1 if failed else 0

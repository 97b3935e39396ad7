"""`make lint`: style, layers, migrations and the production settings."""

import os
import subprocess

from . import placeholders
from .console import say
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
        say(f"→ {name} …")
        passed = (
            subprocess.run(command, cwd=PROJECT, env=os.environ | placeholders.ENVIRONMENT, check=False).returncode == 0
        )
        say(f"{'✓' if passed else '✗'} {name}")
        failed += [] if passed else [name]
    if failed:
        say(f"✗ 未通过：{'、'.join(failed)}")
    return 1 if failed else 0

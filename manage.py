#!/usr/bin/env python3
"""Django's command line, with the embedded servers of DATA_DIR where no address is set."""

import importlib.util
import os
import sys

from zhangye_wages.launcher.console import Stop
from zhangye_wages.launcher.paths import VENV, in_venv


def main() -> None:
    if importlib.util.find_spec("django") is None:
        if in_venv() or not (VENV / "bin" / "python").exists():
            sys.exit("尚未安装依赖，请先运行 make setup。")
        os.execv(VENV / "bin" / "python", [str(VENV / "bin" / "python"), *sys.argv])
    from zhangye_wages.launcher.environment import prepare

    try:
        prepare()
    except Stop as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import Error

    try:
        execute_from_command_line(sys.argv)
    except (Error, ImproperlyConfigured) as problem:
        if "--traceback" in sys.argv:
            raise
        hint = "" if isinstance(problem, ImproperlyConfigured) else "数据库不可用或结构未更新（先运行 make setup）："
        print(f"{hint}{str(problem).strip().splitlines()[0]}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()

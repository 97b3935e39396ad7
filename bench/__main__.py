"""`python -m bench [name …]`: every module of this folder that has `run(report)`, each on a fresh copy of the database.

Prints seconds and, what counts on another machine, the ratio to the floor of the same run.
"""

import importlib
import os
import pkgutil
import sys

import django

from zhangye_wages.launcher.copies import copied_database


def main(names: list[str]) -> int:
    """Run the named benches, or all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhangye_wages.settings.development")
    django.setup()
    known = sorted(module.name for module in pkgutil.iter_modules([os.path.dirname(__file__)]))
    known = [name for name in known if not name.startswith("__")]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"没有 {'、'.join(unknown)}；现有：{'、'.join(known)}。", file=sys.stderr)
        return 2
    print(f"{'项目':　<26}{'秒':>8}{'下限':>9}{'比值':>7}  说明", flush=True)
    for name in names or known:
        module = importlib.import_module(f"bench.{name}")
        if hasattr(module, "run"):
            with copied_database(f"bench_{name}"):
                module.run(_report)
    return 0


def _report(name: str, seconds: float, floor_seconds: float | None, note: str = "") -> None:
    floor = f"{floor_seconds:9.3f}" if floor_seconds else f"{'—':>9}"
    ratio = f"{seconds / floor_seconds:7.2f}" if floor_seconds else f"{'—':>7}"
    print(f"{name:　<26}{seconds:9.3f}{floor}{ratio}  {note}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

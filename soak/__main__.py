"""`python -m soak [name …]`: every module of this folder that has `run(tell)`; long trials, too long for the tests.

A module tells what it saw with `tell(line)` and returns the lines that say what is wrong; none is well.
"""

import importlib
import os
import pkgutil
import sys
import time

import django


def main(names: list[str]) -> int:
    """Run the named trials, or all. Exit code 1 where one of them found something."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhangye_wages.settings.development")
    django.setup()
    known = sorted(module.name for module in pkgutil.iter_modules([os.path.dirname(__file__)]))
    known = [name for name in known if not name.startswith("__")]
    if unknown := [name for name in names if name not in known]:
        print(f"没有 {'、'.join(unknown)}；现有：{'、'.join(known)}。", file=sys.stderr)
        return 2
    wrong = []
    for name in names or known:
        module = importlib.import_module(f"soak.{name}")
        if not hasattr(module, "run"):
            continue
        print(f"→ {name}：{module.__doc__.splitlines()[0]}", flush=True)
        begun = time.monotonic()
        found = module.run(lambda line: print(f"  {line}", flush=True))
        print(f"{'✗' if found else '✓'} {name}（{time.monotonic() - begun:.0f} 秒）", flush=True)
        wrong += found
    for line in wrong:
        print(f"✗ {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m zhangye_wages.launcher COMMAND`: what the Makefile calls."""

import os
import sys

from .console import Stop, say
from .paths import PROJECT, in_venv, venv_program


def main(arguments: list[str]) -> int:
    """Run one command; a refusal is one clear line and exit code 2."""
    command, rest = (arguments or ["help"])[0], arguments[1:]
    if command not in COMMANDS:
        say(f"用法：python -m zhangye_wages.launcher {'|'.join(COMMANDS)}")
        return 2
    try:
        return COMMANDS[command]([part for part in rest if part != "--"]) or 0
    except Stop as refusal:
        say(f"✗ {refusal}")
        return 2
    except KeyboardInterrupt:
        say("已中断")
        return 130


def _set_up(_: list[str]) -> int:
    from . import assets, venv

    venv.ensure("base")
    assets.prepare_assets()
    return _in_venv("prepare")


def _set_up_tests(_: list[str]) -> int:
    from . import testing

    testing.set_up()
    return 0


def _assets(arguments: list[str]) -> int:
    from . import assets

    assets.prepare_assets(fetch="--no-fetch" not in arguments)
    return 0


def _static(_: list[str]) -> int:
    """For an image: hashed and compressed files in STATIC_ROOT, without a database and without keys."""
    import subprocess

    from .placeholders import ENVIRONMENT

    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    return subprocess.run(command, cwd=PROJECT, env=os.environ | ENVIRONMENT, check=False).returncode


def _lock(arguments: list[str]) -> int:
    from . import venv

    venv.ensure("base")
    venv.lock(arguments)
    return 0


def _test(arguments: list[str]) -> int:
    from . import testing

    return testing.run(arguments)


def _prepare(_: list[str]) -> int:
    from . import data

    return data.prepare()


def _run(arguments: list[str]) -> int:
    if not in_venv():
        from . import assets, venv

        venv.ensure("base")
        assets.prepare_assets()
        return _in_venv("run", *arguments)
    from . import run

    return run.main(arguments)


def _lint(_: list[str]) -> int:
    from . import lint, venv

    venv.ensure("base", "dev")
    return lint.main()


def _bench(arguments: list[str]) -> int:
    from . import data, venv

    venv.ensure("base", "dev", "bench")
    return data.bench(arguments) if in_venv() else _in_venv("bench", *arguments)


def _soak(arguments: list[str]) -> int:
    from . import data, venv

    venv.ensure("base", "dev")
    return data.soak(arguments) if in_venv() else _in_venv("soak", *arguments)


def _demo_reset(_: list[str]) -> int:
    from . import data, venv

    venv.ensure("base")
    return data.demo_reset() if in_venv() else _in_venv("demo-reset")


def _in_venv(*command: str) -> int:
    os.chdir(PROJECT)
    os.execv(venv_program("python"), [venv_program("python"), "-m", "zhangye_wages.launcher", *command])


COMMANDS = {
    "setup": _set_up,
    "setup-test": _set_up_tests,
    "assets": _assets,
    "static": _static,
    "lock": _lock,
    "prepare": _prepare,
    "run": _run,
    "test": _test,
    "lint": _lint,
    "bench": _bench,
    "soak": _soak,
    "demo-reset": _demo_reset,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

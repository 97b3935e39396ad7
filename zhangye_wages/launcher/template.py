"""The template of the test databases: migrated once for each set of migrations, then kept as a copy in `.cache/`.

Reference data is loaded anew every time, because any code may change what it is.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .paths import PROJECT, REQUIREMENTS

NAME = "portal_template"
KEPT = 3


def restore(data: Path) -> bool:
    """Put the kept cluster into a fresh data folder; False where none fits the present migrations."""
    kept = _kept_cluster()
    if not kept.is_dir():
        return False
    home = data / "servers"
    home.mkdir(mode=0o711)
    os.utime(kept)
    return _copy(kept, home / "postgres")


def keep(data: Path) -> None:
    """Keep the stopped cluster of a data folder for the next time; only the newest few stay."""
    kept = _kept_cluster()
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = kept.with_name(f"{kept.name}.{os.getpid()}")
    if _copy(data.resolve() / "servers" / "postgres", scratch) and not kept.exists():
        scratch.rename(kept)
    shutil.rmtree(scratch, ignore_errors=True)
    folders = sorted(kept.parent.glob("cluster-*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for old in folders[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _kept_cluster() -> Path:
    files = [REQUIREMENTS / "base.lock", Path(__file__), Path(__file__).with_name("postgres.py")]
    files += sorted(PROJECT.glob("*/migrations/*.py"))
    digest = hashlib.sha256(str(os.geteuid()).encode())
    for file in files:
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return PROJECT / ".cache" / "tests" / f"cluster-{digest.hexdigest()[:16]}"


def _copy(source: Path, target: Path) -> bool:
    """With owners and modes; where the file system can, without copying blocks."""
    shutil.rmtree(target, ignore_errors=True)
    if subprocess.run(["cp", "-a", "--reflink=auto", str(source), str(target)], check=False).returncode == 0:
        return True
    shutil.rmtree(target, ignore_errors=True)
    return False


def main(what: str) -> None:
    """`migrate` makes the template database, `load` fills it with reference data."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if what == "migrate":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
            cursor.execute(f"CREATE DATABASE {NAME}")
        connection.close()
    connection.settings_dict["NAME"] = NAME
    if what == "migrate":
        call_command("migrate", verbosity=0, interactive=False)
    else:
        call_command("load_fixtures", stdout=io.StringIO())
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1])

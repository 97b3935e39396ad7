"""Where things are: the project, the virtual environment, the data and the short run folder."""

import hashlib
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
REQUIREMENTS = PROJECT / "requirements"
VENDOR = PROJECT / "static" / "vendor"


def venv_program(name: str) -> str:
    """Full path of a program of the virtual environment."""
    return str(VENV / "bin" / name)


def data_dir() -> Path:
    """The folder of this installation's data: DATA_DIR, by default `.data/` in the project."""
    return (PROJECT / os.environ.get("DATA_DIR", ".data")).resolve()


def short_name(folder: Path) -> str:
    """Eight letters that stand for a folder: Unix socket addresses hold 107 bytes only."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:8]


def run_dir(data: Path) -> Path:
    """The short folder for sockets that belongs to a data folder; the same for every process that asks."""
    if os.geteuid() == 0:
        base = Path("/run") if os.access("/run", os.W_OK) else Path("/tmp")
        return base / "zhangye-wages" / short_name(data)
    return Path("/tmp") / f"zhangye-wages-{os.geteuid()}" / short_name(data)


def system_dir(data: Path) -> Path:
    """Where the cluster lies when the server's user can't reach the data folder (root with a 0700 home)."""
    return Path("/var/lib/zhangye-wages") / short_name(data)


def in_venv() -> bool:
    """Whether this interpreter is the one of the virtual environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()

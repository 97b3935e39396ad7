"""The virtual environment `.venv/`: made once, filled from lock files with hashes, quick when nothing changed."""

import hashlib
import os
import shutil
import subprocess
import sys

from .console import Stop, say, step
from .paths import PROJECT, REQUIREMENTS, VENV, venv_program

OLDEST = (3, 11)


def ensure(*locks: str) -> None:
    """Make the environment and install what `requirements/<lock>.lock` name, where that is not done already."""
    if sys.version_info < OLDEST:
        raise Stop(f"需要 Python 3.11 或更高版本，当前是 {sys.version.split()[0]}。可用 make PYTHON=python3.12 指定。")
    if not os.access(venv_program("python"), os.X_OK):
        _create()
    for lock in locks:
        install_lock(lock, f"安装依赖 requirements/{lock}.lock")


def install_lock(lock: str, announcement: str) -> None:
    """Install one lock file, by uv (seconds) or else by pip (a minute); a stamp remembers its hash."""
    path, stamp = REQUIREMENTS / f"{lock}.lock", VENV / f".installed-{lock}"
    wanted = hashlib.sha256(path.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    with step(announcement):
        if not _install_with_uv(str(path)) and not _install_with_pip(str(path)):
            raise Stop(f"安装 {path.relative_to(PROJECT)} 失败。请检查到 Python 软件源的网络后重试。")
    stamp.write_text(wanted)


def lock(arguments: list[str]) -> None:
    """Write the lock files anew from pyproject.toml; `--upgrade` takes newer versions."""
    compile_ = [venv_program("uv"), "pip", "compile", "--universal", "--generate-hashes", "--quiet", "--no-annotate"]
    compile_ += ["--python-version", "3.11", "--custom-compile-command", "make lock", *arguments]
    sources = {
        "base": ["pyproject.toml"],
        "dev": ["--group", "pyproject.toml:dev", "-c", "requirements/base.lock"],
        "bench": ["--group", "pyproject.toml:bench", "-c", "requirements/base.lock", "-c", "requirements/dev.lock"],
        "node": ["--group", "pyproject.toml:node"],
        "uv": ["--group", "pyproject.toml:uv"],
    }
    for name, source in sources.items():
        with step(f"锁定 requirements/{name}.lock"):
            done = subprocess.run([*compile_, *source, "-o", f"requirements/{name}.lock"], cwd=PROJECT, check=False)
        if done.returncode:
            raise Stop(f"requirements/{name}.lock 没有写成，原因见上。")


def _create() -> None:
    with step("建立虚拟环境 .venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        if _quiet(sys.executable, "-m", "venv", str(VENV)):
            return
        if os.geteuid() == 0 and shutil.which("apt-get"):
            say("  系统缺少 venv 模块，用 apt 安装 python3-venv …")
            _quiet("apt-get", "update", "-qq")
            _quiet("apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv")
            shutil.rmtree(VENV, ignore_errors=True)
            if _quiet(sys.executable, "-m", "venv", str(VENV)):
                return
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop("无法建立虚拟环境：当前 Python 缺少 venv/ensurepip（Debian、Ubuntu 上是 python3-venv 包）。")


def _install_with_uv(lock: str) -> bool:
    uv = venv_program("uv")
    if not os.access(uv, os.X_OK) and not _install_with_pip(str(REQUIREMENTS / "uv.lock")):
        return False
    arguments = [uv, "pip", "install", "--quiet", "--python", venv_program("python"), "--require-hashes", "-r", lock]
    return subprocess.run(arguments, cwd=PROJECT, env=os.environ | _pip_choices(), check=False).returncode == 0


def _install_with_pip(lock: str) -> bool:
    pip = [venv_program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*pip, "--require-hashes", "-r", lock], cwd=PROJECT, check=False).returncode == 0


def _pip_choices() -> dict[str, str]:
    """uv doesn't read pip's configuration: pass on an index that this machine's pip was told to use."""
    if "UV_DEFAULT_INDEX" in os.environ or "UV_INDEX_URL" in os.environ:
        return {}
    asked = [venv_program("python"), "-m", "pip", "config", "list"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    for line in told.splitlines():
        name, _, value = line.partition("=")
        if name.rpartition(".")[2] == "index-url":
            return {"UV_DEFAULT_INDEX": value.strip("'\"")}
    return {}


def _quiet(*command: str) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0

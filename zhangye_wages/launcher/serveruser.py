"""Which account the embedded servers run under, and files that this account can reach.

PostgreSQL refuses to run as root. As root the servers therefore get a user id of their own that no account
uses, so that nobody else on the machine can touch their files; no account is created and no folder that
exists is opened to others. As an ordinary user they simply run as that user.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import Stop

FIRST_PRIVATE_UID = 59321


@dataclass(frozen=True)
class ServerUser:
    """A user id for a child process; `None` means the caller's own."""

    uid: int | None

    def popen_arguments(self) -> dict:
        """Keyword arguments for `subprocess` that start a program under this user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.uid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Hand a folder and all that lies in it to this user."""
        if self.uid is None:
            return
        os.lchown(folder, self.uid, self.uid)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.lchown(os.path.join(parent, name), self.uid, self.uid)

    def can(self, test: str, path: Path) -> bool:
        """Whether this user passes `test -x`, `-r` or `-w` on a path; tried as that user, not computed."""
        command = ["/bin/sh", "-c", f'test {test} "$0"', str(path)]
        return subprocess.run(command, cwd="/", check=False, **self.popen_arguments()).returncode == 0


def server_user(existing: Path | None = None) -> ServerUser:
    """The user for the servers: the owner of an existing cluster, else a free private id (root), else oneself."""
    if os.geteuid() != 0:
        _require_account(os.geteuid())
        return ServerUser(None)
    if existing and existing.is_dir() and existing.stat().st_uid != 0:
        return ServerUser(existing.stat().st_uid)
    uid = FIRST_PRIVATE_UID
    while _account(uid):
        uid += 1
    return ServerUser(uid)


def named_user() -> ServerUser:
    """An unprivileged user that has a name: initdb asks for one, the running server doesn't."""
    if os.geteuid() != 0:
        return ServerUser(None)
    try:
        return ServerUser(pwd.getpwnam("nobody").pw_uid)
    except KeyError:
        for account in pwd.getpwall():
            if account.pw_uid:
                return ServerUser(account.pw_uid)
    raise Stop("系统中没有任何非 root 账户，无法初始化内置 PostgreSQL。请设置 DATABASE_URL 使用外部数据库。")


def readable_copy(package: Path, users: tuple[ServerUser, ...], copies: Path) -> Path:
    """The package where all `users` can run it: in place if they can reach it, else a copy (with its `.libs`).

    The copy belongs to root and is named after the package's version, so it is made once.
    """
    probe = package / "__init__.py"
    if all(user.can("-r", probe) for user in users):
        return package
    version = next(package.parent.glob(f"{package.name}-*.dist-info")).name.removesuffix(".dist-info")
    target = copies / version
    if not (target / package.name).is_dir():
        scratch = copies / f".{version}.{os.getpid()}"
        shutil.rmtree(scratch, ignore_errors=True)
        for source in (package, package.parent / f"{package.name}.libs"):
            if source.is_dir():
                shutil.copytree(source, scratch / source.name, symlinks=True)
        _open_copy(scratch)
        shutil.rmtree(target, ignore_errors=True)
        scratch.rename(target)
    return target / package.name


def _open_copy(folder: Path) -> None:
    """Let everybody read a copy of published program files, and its own two parents; nothing else."""
    for parent, _, files in os.walk(folder):
        os.chmod(parent, 0o755)
        for name in files:
            path = os.path.join(parent, name)
            if not os.path.islink(path):
                os.chmod(path, (os.stat(path).st_mode & 0o777) | 0o444 | (0o111 if os.access(path, os.X_OK) else 0))
    for parent in (folder.parent, folder.parent.parent):
        if parent.name in {"engines", "zhangye-wages"}:
            os.chmod(parent, 0o755)


def _account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _require_account(uid: int) -> None:
    if not _account(uid):
        raise Stop(f"用户编号 {uid} 没有账户名，内置 PostgreSQL 不能初始化。请设置 DATABASE_URL 和 REDIS_URL。")

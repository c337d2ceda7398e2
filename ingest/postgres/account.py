"""The operating-system account that the embedded PostgreSQL runs under.

PostgreSQL refuses to run as root. An ordinary user runs it as itself; root runs it as a system
account of its own, made on first use, which nobody can log into.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import shutil
import stat
import struct
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import IngestError
from ingest.terminal.screen import say

SYSTEM_ACCOUNT = "hq-postgres"

# how the two families of account tools are asked for an account without home, shell and password
_ACCOUNT_TOOLS = (
    ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"),
    ("adduser", "-S", "-D", "-H", "-h", "/nonexistent"),
)

# where they lie; schedulers and ordinary users often have no such folders in PATH
_SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

# the layout of a Linux access control list as an extended attribute (linux/posix_acl_xattr.h)
_ACL_ATTRIBUTE = "system.posix_acl_access"
_ACL_VERSION = 2
_ACL_ENTRY = struct.Struct("<HHI")
_OWNER, _NAMED_USER, _GROUP, _NAMED_GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_PASS = 1


@dataclass(frozen=True)
class Account:
    """Who runs the server's programs.

    Attributes:
        name: Login name.
        uid: User id.
        gid: Primary group id.
        switched: Whether it is another account than the caller's (the caller is root).
    """

    name: str
    uid: int
    gid: int
    switched: bool

    def popen(
        self,
        arguments: Sequence[str | Path],
        variables: Mapping[str, str],
        **streams: Any,  # noqa: ANN401 - subprocess's own stream arguments
    ) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs as this account, away from the caller's terminal.

        It sees nothing of the caller's PG variables and locale, only ``variables``.

        Raises:
            IngestError: The program cannot be run.
        """
        kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
        try:
            return subprocess.Popen(
                [str(argument) for argument in arguments],
                **{"stdin": subprocess.DEVNULL, **streams},
                cwd="/",
                env={**kept, "LC_ALL": "C", **variables},
                umask=0o077,
                start_new_session=True,  # Ctrl-C is not for the server
                **self._identity(),
            )
        except OSError as fault:
            raise IngestError(
                f"PostgreSQL's program cannot be run as {self.name}: {fault.strerror}",
                where=str(arguments[0]),
                hint="run as an ordinary user, or set PGHOST to use another server",
            ) from fault

    def run(self, arguments: Sequence[str | Path], stdin: str = "") -> None:
        """Run one of PostgreSQL's programs to its end.

        Raises:
            IngestError: It failed; the error carries its own message.
        """
        pipe = subprocess.PIPE
        process = self.popen(arguments, {}, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            _, complaint = process.communicate(stdin.encode())
        except BaseException:
            process.kill()  # Ctrl-C: the program must not go on behind our back
            process.wait()
            raise
        if process.returncode == 0:
            return
        lines = complaint.decode("utf-8", "replace").splitlines() or ["it left no message"]
        telling = [line for line in lines if "error:" in line or "FATAL:" in line] or lines
        raise IngestError(f"{Path(arguments[0]).name} failed: {telling[0].strip().rstrip('.')}")

    def own_folder(self, folder: Path) -> None:
        """Make a folder that belongs to this account alone, or verify that it does.

        In /tmp somebody else may have taken the name; what is theirs is not used.

        Raises:
            IngestError: The folder is another user's, a link, or open to others.
        """
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        if not private or found.st_uid not in (self.uid, os.geteuid()):
            raise IngestError(
                "the folder for the server's socket is not private to its user",
                where=str(folder),
                hint="remove it and try again",
            )
        self.give(folder, mode=0o700)

    def _identity(self) -> dict[str, Any]:
        """The arguments that make ``subprocess`` run a program as this account."""
        if not self.switched:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path, *, mode: int) -> None:
        """Set the mode of a file or folder the caller made, and hand it to this account."""
        path.chmod(mode)
        if self.switched:
            os.chown(path, self.uid, self.gid)

    def let_read(self, path: Path, *, mode: int) -> None:
        """Keep the caller as owner of ``path``; this account has the rights of its group."""
        if self.switched:
            os.chown(path, -1, self.gid)
        path.chmod(mode)


def login_name() -> str:
    """The name of the user who runs this process.

    Raises:
        IngestError: The user id has no name; PostgreSQL cannot run or be reached then.
    """
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise IngestError(
            f"user id {uid} has no name on this machine, and PostgreSQL needs one",
            hint="add the id to /etc/passwd, or set PGHOST to use another server",
        ) from None


def server_account() -> Account:
    """The account for the server: the caller's own, or for root the system account.

    Raises:
        IngestError: The caller has no name, or the system account cannot be made.
    """
    name = login_name()
    if os.geteuid() != 0:
        return Account(name, os.geteuid(), os.getegid(), switched=False)
    entry = _lookup() or _create()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switched=True)


def _lookup() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        return None


def _system_program(name: str) -> str | None:
    folders = (os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS)
    return shutil.which(name, path=os.pathsep.join(folders))


def _create() -> pwd.struct_passwd:
    complaint = "neither useradd nor adduser is installed"
    for tool, *options in _ACCOUNT_TOOLS:
        program = _system_program(tool)
        if program is None:
            continue
        shell = _system_program("nologin") or "/bin/false"
        done = subprocess.run(
            [program, *options, "-s", shell, SYSTEM_ACCOUNT],
            capture_output=True,
            text=True,
            check=False,
        )
        # another process may have been quicker, so what counts is whether the account is there
        entry = _lookup()
        if entry is not None:
            say(f"Created the system account {SYSTEM_ACCOUNT} to run PostgreSQL.")
            return entry
        complaint = " ".join(done.stderr.split()) or f"{tool} ended with {done.returncode}"
    raise IngestError(
        f"PostgreSQL does not run as root, and the system account {SYSTEM_ACCOUNT} "
        f"cannot be made: {complaint.rstrip('.')}",
        hint="run as an ordinary user, create the account, or set PGHOST to use another server",
    )


def let_through(account: Account, folder: Path) -> None:
    """Make sure the account can reach ``folder``, opening closed parents to it alone.

    Each parent that stops the account (a checkout under a private /root) gets one entry in its
    access control list: this account may pass, not list or read; nobody else gains anything.

    Raises:
        IngestError: A parent cannot be opened that narrowly; the user has to decide.
    """
    if not account.switched or _reaches(account, folder):
        return
    for parent in reversed((folder, *folder.parents)):
        if not _reaches(account, parent):
            _open_to(account, parent)
            say(f"Let the account {account.name} pass through {parent}.")
    if not _reaches(account, folder):
        raise _closed(account, folder)


def _reaches(account: Account, folder: Path) -> bool:
    # asked of the system itself: rights also come from groups, lists and mount options
    null = subprocess.DEVNULL
    probe = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    return account.popen(probe, {}, stdout=null, stderr=null).wait() == 0


def _closed(account: Account, folder: Path) -> IngestError:
    return IngestError(
        f"the account {account.name}, which runs PostgreSQL for root, cannot pass this folder",
        where=str(folder),
        hint=f"allow it (chmod o+x {folder}), or move the checkout",
    )


def _open_to(account: Account, folder: Path) -> None:
    try:
        attribute = _acl_with_passage(account, folder)
        os.setxattr(folder, _ACL_ATTRIBUTE, attribute)
    except (OSError, AttributeError) as fault:  # no such lists on this file system or platform
        raise _closed(account, folder) from fault


def _acl_with_passage(account: Account, folder: Path) -> bytes:
    """The folder's access control list plus the right to pass for ``account``."""
    entries = _read_acl(folder)
    named = {(tag, who) for tag, who in entries if tag in (_NAMED_USER, _NAMED_GROUP)}
    if named - {(_NAMED_USER, account.uid)}:
        # widening the mask would also widen what the others named there may do
        raise _closed(account, folder)
    mask = entries.get((_MASK, _NO_ID), 7)
    entries[_GROUP, _NO_ID] &= mask
    entries[_NAMED_USER, account.uid] = _PASS
    entries[_MASK, _NO_ID] = entries[_GROUP, _NO_ID] | _PASS
    packed = (_ACL_ENTRY.pack(tag, rights, who) for (tag, who), rights in sorted(entries.items()))
    return struct.pack("<I", _ACL_VERSION) + b"".join(packed)


def _read_acl(folder: Path) -> dict[tuple[int, int], int]:
    """Rights by (kind of entry, id); from the mode bits when the folder has no list."""
    try:
        attribute = os.getxattr(folder, _ACL_ATTRIBUTE)
    except OSError as fault:
        if fault.errno != errno.ENODATA:
            raise
        mode = stat.S_IMODE(folder.stat().st_mode)
        return {
            (_OWNER, _NO_ID): mode >> 6 & 7,
            (_GROUP, _NO_ID): mode >> 3 & 7,
            (_OTHERS, _NO_ID): mode & 7,
        }
    return {(tag, who): rights for tag, rights, who in _ACL_ENTRY.iter_unpack(attribute[4:])}

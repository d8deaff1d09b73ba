"""Other people's graders, each in an environment of its own beside the course's packages."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"  # kept between runs: the environments are in it
OTHERS = {"nbgrader": "nbgrader==0.9.6", "otter": "otter-grader==7.0.0"}


def environment(folder: Path, name: str) -> Path:
    """Make an environment with another grader in it, beside our packages; return its programs' folder.

    Parameters
    ----------
    folder
        Where the environment is kept; one that is there is taken.
    name
        A key of `OTHERS`.
    """
    place = folder / name
    if not (place / "ready").exists():
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        packages = next(place.glob("lib/python*/site-packages"))
        ours = next(Path(sys.prefix).glob("lib/python*/site-packages"))
        (packages / "course.pth").write_text(f"{ours}\n{ROOT}\n")
        subprocess.run([place / "bin" / "pip", "install", "--quiet", OTHERS[name]], check=True)
        (place / "ready").touch()
    return place / "bin"


def quiet(programs: Path, home: Path) -> dict[str, str]:
    """Return an environment in which a grader's own programs come first, at home in `home`."""
    return os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "LOCKSTEP_HOME": str(home / "lockstep"),
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }

"""All that a student's process knows of the grader's environment."""

import os
import sys
from pathlib import Path

PASSED_ON = ("LANG", "LC_ALL", "LD_LIBRARY_PATH")
WINDOWS_NEEDS = ("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT")  # no socket opens without the first
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


def student_environment(lessons: Path, workplace: str, settings: str) -> dict[str, str]:
    """Return a student's environment.

    Parameters
    ----------
    lessons
        What it may read of the lessons.
    workplace
        The folder that it may write to.
    settings
        Where Keras and Matplotlib look for settings: an empty folder, since those of the teacher's
        could change a result.
    """
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    return (
        kept
        | dict.fromkeys(ONE_THREAD, "1")
        | _places(workplace)
        | {
            "IPYTHONDIR": workplace,
            "KERAS_BACKEND": "tensorflow",
            "KERAS_HOME": settings,
            "LOCKSTEP_HOME": f"{workplace}/lockstep",
            "LOCKSTEP_LESSONS": str(lessons),
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": settings,
            "PYTHONBREAKPOINT": "0",  # one that was forgotten waits for nobody
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
        }
    )


def _places(workplace: str) -> dict[str, str]:
    """Return where programs are found and files go, as this system calls it."""
    if sys.platform != "win32":
        return {"HOME": workplace, "PATH": f"{sys.prefix}/bin:/usr/bin:/bin"}
    needed = {name: os.environ[name] for name in WINDOWS_NEEDS if name in os.environ}
    system = rf"{needed.get('SYSTEMROOT', 'C:')}\System32"
    return needed | {
        "PATH": rf"{sys.prefix}\Scripts;{sys.prefix};{system}",
        "USERPROFILE": workplace,
        "TEMP": workplace,
        "TMP": workplace,
    }

"""Set up `.venv` with the newest releases of all that the course uses, and not the pinned ones.

What the weekly canary runs on. Only the standard library is needed.
"""

import re
import subprocess
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROLES = ("lab", "build", "grade", "jax", "deploy", "dev")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"  # the small wheel of torch for Linux


def newest(pyproject: str) -> list[str]:
    """Return the requirements of all roles without their versions; their conditions stay."""
    extras = tomllib.loads(pyproject)["project"]["optional-dependencies"]
    lines = [line for role in ROLES for line in extras[role] if not line.startswith("lockstep")]
    return list(dict.fromkeys(re.sub(r"\s*[=<>~!]=[^;]*", "", line, count=1) for line in lines))


def main() -> None:
    """Make the environment."""
    venv.create(ROOT / ".venv", with_pip=True)
    pip = [str(ROOT / ".venv" / "bin" / "python"), "-m", "pip", "install", "--upgrade"]
    wanted = newest((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    subprocess.run([*pip, "--extra-index-url", CPU_INDEX, *wanted], check=True)
    subprocess.run([*pip, "--no-deps", "--editable", str(ROOT)], check=True)


if __name__ == "__main__":
    main()

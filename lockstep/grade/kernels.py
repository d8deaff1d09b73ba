"""Starting a plain Jupyter kernel through nbval, shut in or not, and saying what keeps one from starting."""

import contextlib
import json
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager, RunningKernel

from lockstep.grade.sandbox import WORKPLACE, Limits, readable_folders

STARTING = 120.0  # seconds for a kernel, and for a framework's import, on a slow machine
START_ALLOWED = 20.0  # added to the seconds of one cell while the kernel starts; taken back then


@dataclass(frozen=True)
class Place:
    """What a kernel is given of the disk.

    Parameters
    ----------
    folder
        A folder of its own, which no other user may enter.
    lessons
        What it may read of the lessons.
    """

    folder: Path
    lessons: Path

    @property
    def connection_file(self) -> Path:
        """Where the kernel reads how it is talked to."""
        return self.folder / "kernel.json"

    def make(self, name: str) -> Path:
        """Return a new folder in it."""
        made = self.folder / name
        made.mkdir()
        return made


class GradingKernel(RunningKernel):  # type: ignore[misc]  # nbval has no types
    """nbval's kernel with an environment, a command and a way to talk of its own."""

    def __init__(self, manager: KernelManager, start: dict[str, Any], *, shut_in: bool) -> None:
        self.km = manager
        null = subprocess.DEVNULL
        manager.start_kernel(stdin=null, stdout=null, stderr=null, **start)
        provisioner: Any = manager.provisioner
        self.process: subprocess.Popen[bytes] = provisioner.process
        # Its sockets lie in the sandbox's own file system, which is seen through the process outside of it.
        inside = f"/proc/{self.process.pid}/root{manager.ip}"
        self.kc = manager.client(ip=inside if shut_in else manager.ip)
        try:
            self.kc.start_channels()
            self.kc.wait_for_ready(timeout=STARTING)
            self._ensure_iopub_up()
        except BaseException:
            self.stop()
            raise

    def hang_up(self) -> None:
        """Say and hear no more: the kernel becomes a student's, and its messages have no bound."""
        self.kc.stop_channels()

    def stop(self) -> None:
        """End the kernel."""
        self.kc.stop_channels()
        with contextlib.suppress(RuntimeError):
            self.km.shutdown_kernel(now=True)


class _Manager(KernelManager):
    """Starts the kernel's command with another one in front."""

    launcher: Sequence[str] = ()

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command."""
        command = super().format_kernel_cmd(extra_arguments)
        return [*self.launcher, *command, "--HistoryManager.enabled=False"]


def shut_in_kernel(
    place: Place, environment: dict[str, str], limits: Limits, channel: int
) -> GradingKernel:
    """Start a kernel in the sandbox that inherits the socket `channel`.

    Raises
    ------
    RuntimeError
        If it ends at once; the reason, if the sandbox was refused, has been said over the channel.
    """
    # What the sandbox has no network for goes through files, at a path that nobody can have guessed.
    manager = _manager(place, transport="ipc", ip=f"{WORKPLACE}/{secrets.token_hex(8)}")
    manager.write_connection_file()
    place.connection_file.chmod(0o644)  # in there the kernel is another user, where root grades
    starting = asdict(limits) | {"seconds": limits.seconds + START_ALLOWED}
    settings = {
        "readable": [*readable_folders(), str(place.lessons), str(place.connection_file)],
        "root": str(place.make("root")),
        "limits": starting,
        "channel": channel,
    }
    manager.launcher = (sys.executable, "-m", "lockstep.grade.shut_in", json.dumps(settings))
    start = {"env": environment, "cwd": "/", "pass_fds": [channel]}
    return GradingKernel(manager, start, shut_in=True)


def open_kernel(place: Place, environment: dict[str, str], workplace: Path) -> GradingKernel:
    """Start a kernel that is not shut in, with `workplace` to work in."""
    return GradingKernel(
        _manager(place), {"env": environment, "cwd": str(workplace)}, shut_in=False
    )


def _manager(place: Place, **others: Any) -> _Manager:
    return _Manager(
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_spec_manager=NbvalKernelspecManager(),
        connection_file=str(place.connection_file),
        **others,
    )

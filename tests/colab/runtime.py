"""A kernel on a runtime like Colab's, and the page in front of it."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.colab.environment import Machine

LONGEST_CELL = 120  # seconds


class ColabKernelManager(KernelManager):
    """Starts the kernel with a runtime's own Python."""

    machine: Machine

    @property
    def kernel_spec(self) -> KernelSpec:
        """Return how Colab starts a kernel."""
        command = [str(self.machine.python), "-m", "google.colab.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=command, language="python")


@dataclass
class Page:
    """The browser's page: it runs cells, and answers what the kernel asks it.

    Parameters
    ----------
    client
        The connection to the kernel.
    notebook
        What it sends when it is asked for the notebook; None for a page that is gone.
    scripts
        The scripts that it was sent.
    """

    client: BlockingKernelClient
    notebook: dict[str, Any] | None = None
    scripts: list[str] = field(default_factory=list)

    def run(self, code: str) -> str:
        """Run a cell and return what it shows, as text."""
        sent = self.client.execute(code)
        shown: list[str] = []
        while True:
            message = self.client.get_iopub_msg(timeout=LONGEST_CELL)
            kind, content = message["msg_type"], message["content"]
            if kind == "colab_request":
                self._answer(message["metadata"])
            if message["parent_header"].get("msg_id") != sent:
                continue
            if kind == "status" and content["execution_state"] == "idle":
                return "\n".join(shown)
            shown += self._shown(kind, content)

    def downloaded(self, target: str) -> Any:
        """Return the JSON file that the kernel sends to whoever opens the comm, as a download does."""
        comm = uuid.uuid4().hex
        send, message = self.client.shell_channel.send, self.client.session.msg
        send(message("comm_open", {"comm_id": comm, "target_name": target, "data": {}}))
        send(message("comm_msg", {"comm_id": comm, "data": {}}))
        while True:
            sent = self.client.get_iopub_msg(timeout=LONGEST_CELL)
            if sent["msg_type"] == "comm_msg" and sent["content"]["comm_id"] == comm:
                return json.loads(bytes(sent["buffers"][0]))

    def _answer(self, request: dict[str, Any]) -> None:
        if self.notebook is None:
            return
        assert request["colab_request_type"] == "get_ipynb"
        reply = {
            "type": "colab_reply",
            "colab_msg_id": request["colab_msg_id"],
            "data": {"ipynb": self.notebook},
        }
        self.client.stdin_channel.send(self.client.session.msg("input_reply", {"value": reply}))

    def _shown(self, kind: str, content: dict[str, Any]) -> Iterator[str]:
        if kind == "stream":
            yield content["text"]
        if kind == "error":
            yield from content["traceback"]
        if kind in ("execute_result", "display_data"):
            script = content["data"].get("application/javascript")
            if script is None:
                yield content["data"]["text/plain"]
            else:
                self.scripts.append(script)


@contextmanager
def page(machine: Machine, **environment: str) -> Iterator[Page]:
    """Open a page with a kernel on the runtime."""
    manager = ColabKernelManager()
    manager.machine = machine
    manager.start_kernel(env=machine.environment(**environment), cwd=str(machine.content))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=LONGEST_CELL)
        yield Page(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

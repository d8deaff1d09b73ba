"""Requests to the front end: sent as `colab_request` on iopub, answered on the stdin channel."""

import time
import uuid

import zmq
from ipykernel.kernelapp import IPKernelApp


class MessageError(Exception):
    """The front end answered with an error."""


def blocking_request(request_type, request="", timeout_sec=5, parent=None):
    """Return what the front end replies; None if it does not in time."""
    app = IPKernelApp.instance()
    number = str(uuid.uuid4())
    message = app.session.msg(
        "colab_request",
        content={"request": request},
        metadata={"colab_msg_id": number, "colab_request_type": request_type},
        parent=parent,
    )
    app.session.send(app.iopub_socket, message)
    deadline = time.monotonic() + timeout_sec if timeout_sec else float("inf")
    while time.monotonic() < deadline:
        reply = _next_reply(app)
        if reply.get("type") == "colab_reply" and reply.get("colab_msg_id") == number:
            if "error" in reply:
                raise MessageError(reply["error"])
            return reply.get("data")
        time.sleep(0.025)
    return None


def _next_reply(app):
    try:
        _, message = app.kernel.session.recv(app.kernel.stdin_socket, zmq.NOBLOCK)
        value = message["content"]["value"]
    except Exception:  # nothing there yet, or nothing that is meant for us
        return {}
    return value if isinstance(value, dict) else {}

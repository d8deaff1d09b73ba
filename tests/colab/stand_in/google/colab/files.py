"""Downloads: the browser is sent a script that fetches the file through a comm."""

import json
import os
import uuid

from IPython import get_ipython
from IPython.display import Javascript, display


def download(filename):
    """Ask the browser to download a file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    """
    if not os.path.exists(filename):
        raise FileNotFoundError(f"Cannot find file: {filename}")
    target = f"download_{uuid.uuid4()}"

    def send(comm, _opened):
        def on_message(_message):
            with open(filename, "rb") as file:
                comm.send({}, None, [file.read()])
            comm.close()

        comm.on_msg(on_message)

    get_ipython().kernel.comm_manager.register_target(target, send)
    name, size = json.dumps(os.path.basename(filename)), os.path.getsize(filename)
    display(Javascript(f"download({json.dumps(target)}, {name}, {size})"))

"""A scheduler's address, as it is typed."""

import re
from urllib.parse import urlsplit

HOST = re.compile(r"[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\]")  # a name or a number; IPv6 in brackets


def scheduler_address(text: str) -> str:
    """Return the address where it is one.

    Raises
    ------
    ValueError
        With a sentence, where it is not.

    >>> scheduler_address("tcp://desk.school.example:8786")
    'tcp://desk.school.example:8786'
    """
    try:
        parts = urlsplit(text)
        host, _, port = parts.netloc.rpartition(":")
        number = int(port) if port.isascii() and port.isdigit() else 0
    except ValueError:  # brackets that do not close
        number, host = 0, ""
    bare = text == f"{parts.scheme}://{parts.netloc}" if host else False
    if not (
        bare and parts.scheme in ("tcp", "tls") and HOST.fullmatch(host) and 0 < number < 65536
    ):
        raise ValueError(
            f"{text!r} is no scheduler's address: it looks like tcp://HOST:8786 (or tls://HOST:8786)"
        )
    return text

"""What the grader and a student's process say to each other: JSON in frames, arrays as their bytes.

The grader reads what a hostile process may have written, so it reads nothing that can run code
(no pickle), no more bytes than it allows, and makes no array that is larger than its bytes.
"""

import base64
import binascii
import json
import math
import socket
import struct
from typing import Any

import numpy as np

from lockstep.learn.answering import Results

Message = dict[str, Any]
LENGTH = struct.Struct("!I")
LARGEST_REPLY = 8_000_000  # bytes; the largest answer of the course has some thousand numbers
KINDS = "biufcU"  # truth values, integers, floats, complex numbers and text; no Python objects
LARGEST_RANK = 32


class WireError(Exception):
    """What came cannot be read; the message says why."""


def encode_arrays(arrays: Results) -> Message:
    """Return arrays as something that JSON can hold."""
    return {
        str(name): {
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "data": base64.b64encode(array.tobytes()).decode(),
        }
        for name, array in arrays.items()
    }


def decode_arrays(message: object) -> Results:
    """Return the arrays that `encode_arrays` was given.

    Raises
    ------
    WireError
        If it is anything else, or an array of Python objects.
    """
    if not isinstance(message, dict):
        raise WireError("there are no results in it")
    return {str(name): _array(part) for name, part in message.items()}


def _array(part: object) -> np.ndarray:
    if not isinstance(part, dict):
        raise WireError("a result is no array")
    try:
        dtype = np.dtype(str(part["dtype"]))
        shape = tuple(int(length) for length in part["shape"])
        data = base64.b64decode(str(part["data"]), validate=True)
    except (KeyError, TypeError, ValueError, OverflowError, SyntaxError, binascii.Error) as error:
        raise WireError("a result is no array") from error
    if dtype.kind not in KINDS or len(shape) > LARGEST_RANK or min(shape, default=0) < 0:
        raise WireError("a result is no array of numbers")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise WireError("a result has another size than it says")
    if not data:
        return np.zeros(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape)


def encode_inputs(inputs: Message) -> Message:
    """Return a case's inputs (arrays, numbers, strings) as something that JSON can hold."""
    return {
        name: {"array": encode_arrays({"value": value})["value"]}
        if isinstance(value, np.ndarray)
        else {"value": value}
        for name, value in inputs.items()
    }


def decode_inputs(message: Message) -> Message:
    """Return a case's inputs."""
    return {
        name: np.array(_array(part["array"])) if "array" in part else part["value"]
        for name, part in message.items()
    }


def send(channel: socket.socket, message: Message) -> None:
    """Send one message."""
    body = json.dumps(message).encode("utf-8", "surrogatepass")
    channel.sendall(LENGTH.pack(len(body)) + body)


def receive(channel: socket.socket, most: int = LARGEST_REPLY) -> Message | None:
    """Return the next message; None where the other side has ended.

    Raises
    ------
    WireError
        If it is longer than `most` bytes, or no JSON object.
    TimeoutError
        If the socket has a timeout and it passes.
    """
    header = _exactly(channel, LENGTH.size)
    if header is None:
        return None
    (length,) = LENGTH.unpack(header)
    if length > most:
        raise WireError(f"it gave back more than {most // 1_000_000} MB")
    body = _exactly(channel, length)
    return None if body is None else parse(body)


def parse(body: bytes | str) -> Message:
    """Return the JSON object in `body`.

    Raises
    ------
    WireError
        If there is none.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WireError("what it gave back cannot be read") from error
    if not isinstance(message, dict):
        raise WireError("what it gave back cannot be read")
    return message


def _exactly(channel: socket.socket, length: int) -> bytes | None:
    """Return `length` bytes; None where the other side ends before."""
    received = bytearray()
    while len(received) < length:
        try:
            piece = channel.recv(min(length - len(received), 1 << 20))
        except ConnectionError:
            return None
        if not piece:
            return None
        received += piece
    return bytes(received)

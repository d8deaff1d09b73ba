"""What the grader and a student's process say to each other: JSON in frames, arrays as their bytes.

The grader reads what a hostile process may have written, so it reads nothing that can run code
(no pickle), no more bytes than it allows, and makes no array that is larger than its bytes.
"""

import base64
import binascii
import json
import math
import re
import socket
import struct
import sys
from typing import Any

import numpy as np

from lockstep.learn.answering import Results

Message = dict[str, Any]
LENGTH = struct.Struct("!I")
LARGEST_REPLY = 8_000_000  # bytes; the largest answer of the course has some thousand numbers
MOST_PARTS = 100_000  # of a reply: `[]` has two bytes and takes sixty once it is read
# Truth values, integers, floats, complex numbers and text; no Python objects.
DTYPE = re.compile(r"[<>|=]?([biufc]\d{1,2}|U\d{1,7})")
LARGEST_RANK = 32
MOST_RESULTS, LONGEST_NAME = 200, 100


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
    if len(message) > MOST_RESULTS:
        raise WireError(f"there are more than {MOST_RESULTS} results in it")
    return {text(name, LONGEST_NAME): _array(part) for name, part in message.items()}


def _array(part: object) -> np.ndarray:
    if not isinstance(part, dict):
        raise WireError("a result is no array")
    try:
        named, data = part["dtype"], part["data"]
        if not isinstance(named, str) or not isinstance(data, str):
            raise WireError("a result is no array")
        shape = tuple(int(length) for length in part["shape"][: LARGEST_RANK + 1])
        content = base64.b64decode(data, validate=True)
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise WireError("a result is no array") from error
    if not DTYPE.fullmatch(named) or len(shape) > LARGEST_RANK or min(shape, default=0) < 0:
        raise WireError("a result is no array of numbers")
    try:
        dtype = np.dtype(named)
        if dtype.itemsize == 0 or math.prod(shape) * dtype.itemsize != len(content):
            raise WireError("a result has another size than it says")
        if dtype.kind == "U" and not _is_text(np.frombuffer(content, f"{dtype.byteorder}u4")):
            raise WireError("a result is no text")
        return np.frombuffer(content, dtype).reshape(shape) if content else np.zeros(shape, dtype)
    except (TypeError, ValueError, OverflowError, MemoryError) as error:
        raise WireError("a result is no array") from error


def _is_text(codes: np.ndarray) -> bool:
    """Return whether these are characters' numbers; Python makes no text of others, or none to be kept."""
    surrogates = (codes >= 0xD800) & (codes < 0xE000)
    return not (surrogates | (codes > sys.maxunicode)).any()


def text(value: object, most: int) -> str:
    """Return what a student's process says as text that can be kept and shown anywhere; "" for no text."""
    said = value[:most] if isinstance(value, str) else ""
    return said.encode("utf-8", "replace").decode()


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
    if body is None:
        return None
    if most <= LARGEST_REPLY and sum(map(body.count, (b",", b"[", b"{"))) > MOST_PARTS:
        raise WireError("it gave back too many things at once")
    return parse(body)


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

"""What a student's process sends is read without running it, and without more memory than it has bytes."""

import base64
import contextlib
import json
import random
import socket
import struct
import threading
import tracemalloc

import numpy as np
import pytest

from lockstep.grade import wire
from lockstep.grade.wire import WireError, decode_arrays, encode_arrays

ARRAYS = {
    "truth values": np.array([True, False, True]),
    "bytes": np.arange(-3, 3, dtype=np.int8),
    "unsigned": np.array([0, 2**64 - 1], dtype=np.uint64),
    "half": np.array([1.5, np.nan, -np.inf], dtype=np.float16),
    "single": np.arange(12, dtype=np.float32).reshape(3, 2, 2),
    "double": np.array([[1e300, -0.0]]),
    "complex": np.array([1 + 2j, 3j]),
    "the other byte order": np.arange(5, dtype=">i4"),
    "no direction": np.array(3.25),
    "empty": np.zeros((0, 4), dtype=np.float32),
    "no rows of nothing": np.zeros((3, 0)),
    "text": np.array(["Grüße", "", "αβγ\U0001f600"]),
    "one word": np.array("word"),
    "no words": np.array([], dtype="U5"),
    "transposed": np.arange(6).reshape(2, 3).T,
    "every second": np.arange(10)[::-2],
    "by columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "many directions": np.zeros((1,) * 32),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_of_any_kind_comes_back_as_it_was(name):
    array = ARRAYS[name]
    message = json.loads(json.dumps(encode_arrays({name: array})))
    (back,) = decode_arrays(message).items()
    assert back[0] == name
    assert back[1].dtype == array.dtype
    assert back[1].shape == array.shape
    equal_nan = array.dtype.kind in "fc"
    assert np.array_equal(back[1], array, equal_nan=equal_nan)


def test_inputs_of_every_kind_come_back_as_they_were_and_can_be_written_to():
    inputs = {
        "x": np.arange(4.0),
        "rate": 0.1,
        "name": "relu",
        "steps": 3,
        "on": True,
        "none": None,
    }
    back = wire.decode_inputs(json.loads(json.dumps(wire.encode_inputs(inputs))))
    assert list(back) == list(inputs)
    assert np.array_equal(back.pop("x"), inputs["x"])
    assert back == {key: inputs[key] for key in back}
    again = wire.decode_inputs(json.loads(json.dumps(wire.encode_inputs(inputs))))
    again["x"][0] = 7  # an answer may change what it is given


def part(**changed) -> dict:
    """Return an array on the wire with something else in it."""
    (whole,) = encode_arrays({"x": np.arange(4.0)}).values()
    return whole | changed


NO_ARRAYS = {
    "Python objects": part(dtype="|O"),
    "Python objects, by name": part(dtype="object"),
    "a structure": part(dtype="i4,f4"),
    "a structure, written out": part(dtype=[["a", "<i4"]]),
    "a date": part(dtype="<M8[s]"),
    "a length of time": part(dtype="<m8[s]"),
    "plain bytes": part(dtype="|S8"),
    "raw memory": part(dtype="|V8"),
    "a type that is none": part(dtype="<f7"),
    "text of no length": part(dtype="<U0"),
    "text longer than there is memory": part(dtype="<U9999999"),
    "another line after the type": part(dtype="<f8\n"),
    "more than there is": part(shape=[5]),
    "less than there is": part(shape=[3]),
    "far more than there is": part(shape=[10**12]),
    "a great deal of nothing": part(shape=[10**7], data=""),
    "a size beyond all numbers": part(shape=[2**62, 4, 2**62]),
    "sizes that overflow to the right one": part(shape=[2**63 + 4, 2**62, 2]),
    "below zero": part(shape=[-4]),
    "below zero, twice": part(shape=[-2, -2]),
    "33 directions": part(shape=[1] * 32 + [4]),
    "very many directions": part(shape=[1] * 100_000),
    "a size that is no number": part(shape=["four"]),
    "NaN as a size": part(shape=[float("nan")]),
    "infinity as a size": part(shape=[float("inf")]),
    "sizes inside each other": part(shape=[[4]]),
    "one size": part(shape=4),
    "sizes by name": part(shape={"0": 4}),
    "no size": part(shape=None),
    "no base64": part(data="%%%%"),
    "half a base64": part(data=part()["data"][:-3]),
    "base64 outside of ASCII": part(data="ä" * 8),
    "data by name": part(data={"a": 1}),
    "nothing by that name": {"shape": [1]},
    "a list": [1, 2],
    "text": "results",
    "a number": 3,
    "nothing": None,
    "text that is none": {
        "dtype": "<U1",
        "shape": [1],
        "data": base64.b64encode(struct.pack("<I", 0x110000)).decode(),
    },
    "text that cannot be written": {
        "dtype": "<U1",
        "shape": [1],
        "data": base64.b64encode(struct.pack("<I", 0xD800)).decode(),
    },
}


@pytest.mark.parametrize("name", NO_ARRAYS)
def test_what_is_no_array_of_numbers_or_text_is_refused(name):
    with pytest.raises(WireError, match="a result"):
        decode_arrays({"x": NO_ARRAYS[name]})


@pytest.mark.parametrize("message", [None, [], "x", 3, [["x", part()]]], ids=str)
def test_what_is_no_dictionary_of_arrays_is_refused(message):
    with pytest.raises(WireError, match="no results"):
        decode_arrays(message)


def test_more_results_than_any_exercise_has_are_refused():
    with pytest.raises(WireError, match="more than 200"):
        decode_arrays({str(number): part() for number in range(201)})


def test_a_results_name_is_kept_short_and_can_be_written():
    (name,) = decode_arrays({"\ud800" + "n" * 5_000: part()})
    assert len(name) == 100
    assert name.encode()


@pytest.mark.parametrize("name", NO_ARRAYS)
def test_what_lies_about_its_size_takes_no_more_memory_than_it_has_bytes(name):
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode_arrays({"x": NO_ARRAYS[name]})
        assert tracemalloc.get_traced_memory()[1] < 200_000 + 20 * len(str(NO_ARRAYS[name]))
    finally:
        tracemalloc.stop()


# --- Frames ---------------------------------------------------------------------------------


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    with ours, theirs:
        yield ours, theirs


def received(ends, sent: bytes, **others):
    """Return what is received when these bytes were sent and the other side hung up."""
    ours, theirs = ends

    def send():
        with contextlib.suppress(OSError):
            theirs.sendall(sent)
        theirs.close()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        return wire.receive(ours, **others)
    finally:
        ours.close()
        thread.join()


def framed(body: bytes) -> bytes:
    return wire.LENGTH.pack(len(body)) + body


def test_a_message_comes_through_whole_however_long(ends):
    message = {"text": "ü" * 1_000_000, "parts": [1, None, {"a": True}]}
    body = json.dumps(message).encode()
    assert received(ends, framed(body)) == message


def test_messages_come_one_by_one(ends):
    ours, theirs = ends
    wire.send(theirs, {"number": 1})
    wire.send(theirs, {"number": 2, "text": "\ud800"})
    assert [wire.receive(ours), wire.receive(ours)] == [
        {"number": 1},
        {"number": 2, "text": "\ud800"},
    ]


@pytest.mark.parametrize("sent", [b"", b"\0\0", framed(b'{"a": 1}')[:-1], b"\0\0\0\x09"])
def test_a_message_that_breaks_off_is_the_end(ends, sent):
    assert received(ends, sent) is None


@pytest.mark.parametrize("length", [wire.LARGEST_REPLY + 1, 2**32 - 1])
def test_a_message_that_says_it_is_too_long_is_refused_before_it_is_read(ends, length):
    tracemalloc.start()
    try:
        with pytest.raises(WireError, match="more than 8 MB"):
            received(ends, wire.LENGTH.pack(length) + b"x" * 1_000)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_message_that_only_says_it_is_long_takes_no_memory_for_it(ends):
    tracemalloc.start()
    try:
        assert received(ends, wire.LENGTH.pack(wire.LARGEST_REPLY) + b"x" * 1_000) is None
        assert (
            tracemalloc.get_traced_memory()[1] < 2_000_000
        )  # what one call to the system may bring
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"a": 1} {}',
        b"[" * 90_000,
        b'{"a":' * 90_000 + b"1" + b"}" * 90_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": "\xed\xa0"}',
        b"\x80\x04\x95cos\nsystem\n",
    ],
    ids=lambda body: str(body[:20]),
)
def test_what_is_no_json_object_is_refused(ends, body):
    with pytest.raises(WireError, match="cannot be read"):
        received(ends, framed(body))


@pytest.mark.parametrize("piece", [b"[],", b"{},", b"1.5,", b'"ab",', b'{"a":{}},', b"[[[[]]]],"])
def test_a_reply_of_many_small_parts_takes_little_more_memory_than_it_has_bytes(ends, piece):
    count = (wire.LARGEST_REPLY - 100) // len(piece)
    body = b'{"a": [' + piece * count + b"0]}"
    tracemalloc.start()
    try:
        with pytest.raises(WireError, match="too many"):
            received(ends, framed(body))
        assert tracemalloc.get_traced_memory()[1] < 4 * wire.LARGEST_REPLY
    finally:
        tracemalloc.stop()


def test_a_request_may_have_as_many_parts_as_a_student_wrote(ends):
    ours, theirs = ends
    request = {"cell": "x = [" + "1," * 300_000 + "]"}
    thread = threading.Thread(target=wire.send, args=(theirs, request))
    thread.start()
    assert wire.receive(ours, 2**62) == request
    thread.join()


# --- At random ------------------------------------------------------------------------------


def mangled(chance: random.Random) -> bytes:
    """Return a message that was right once, with a few things changed in it."""
    array = chance.choice(list(ARRAYS.values()))
    message: dict = {"results": encode_arrays({"x": array, "y": np.arange(3)}), "number": 1}
    if chance.random() < 0.7:
        changed = message["results"]["x"]
        changed[chance.choice(["dtype", "shape", "data"])] = chance.choice(
            [None, -1, 2**70, 1e400, [], [[]], {}, "", "<f8", "|O", ">U3", "AAAA", [0], [2**40]]
        )
    body = bytearray(json.dumps(message).encode())
    for _ in range(chance.choice([0, 0, 1, 3, 30])):
        at = chance.randrange(len(body))
        body[at : at + chance.choice([0, 1, 5])] = bytes(
            chance.choice(b'{}[]",:0123456789eE+-.<>|=biufcU\\\xff\x00') for _ in range(1)
        )
    return bytes(body[: chance.randrange(len(body))] if chance.random() < 0.1 else body)


def test_five_thousand_mangled_messages_are_read_or_refused_and_nothing_else():
    chance = random.Random(20_260_731)
    read = 0
    for _ in range(5_000):
        body = mangled(chance)
        try:
            arrays = decode_arrays(wire.parse(body).get("results"))
        except WireError:
            continue
        read += 1
        assert all(array.dtype.kind in "biufcU" for array in arrays.values())
        assert sum(array.nbytes for array in arrays.values()) <= len(body)
    assert 500 < read < 4_500  # both happen

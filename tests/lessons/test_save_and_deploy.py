"""What lesson 17 tells its reader to install is tested here, and its server keeps its promises."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib

import pytest

import lab
from lockstep.build.lesson import load_lesson
from tests.conftest import ROOT

FOLDER = ROOT / "lessons" / "17_save_and_deploy"
LESSON = (FOLDER / "lesson.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIECES = ("opening =", "checking =", "contract ", "binary =", "program =")


def test_the_line_for_colab_names_the_versions_of_the_extra():
    (line,) = re.findall(r"%pip install ([^`]+)", LESSON)
    assert sorted(line.split()) == sorted(PROJECT["optional-dependencies"]["deploy"])


def test_the_lines_for_the_other_packages_are_those_of_make_deploy():
    told = re.findall(r"^(?:\.venv-\w+/bin/)?python -m pip install (.+)$", LESSON, re.MULTILINE)
    assert len(told) == 3
    for packages in told:
        # `make deploy` names PyTorch's own index only where it can be reached.
        assert packages.removeprefix(f"--extra-index-url {lab.CPU_INDEX} ") in MAKEFILE


def write_server(folder):
    """Write the lesson's server, and a network that answers with the first ten pixels."""
    from onnx import TensorProto, helper, save

    lesson = load_lesson(FOLDER)
    names = {"folder": folder}
    for code in lesson.code(lesson.text, "pytorch"):
        if code.source.startswith(PIECES):
            exec(code.source, names)
    takes = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["rows", 784])
    gives = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", 10])
    ends = [
        helper.make_tensor(name, TensorProto.INT64, [1], [value])
        for name, value in [("from", 0), ("to", 10), ("along", 1)]
    ]
    slicing = helper.make_node("Slice", ["pixels", "from", "to", "along"], ["logits"])
    graph = helper.make_graph([slicing], "first ten", [takes], [gives], ends)
    opset = [helper.make_opsetid("", 17)]
    save(helper.make_model(graph, opset_imports=opset, ir_version=9), folder / "ten.onnx")


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("fastapi")
    folder = tmp_path_factory.mktemp("server")
    write_server(folder)
    with subprocess.Popen(
        [sys.executable, "server.py", "digits=ten.onnx"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield int(process.stdout.readline())


def ask(port, path, body, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, body, headers or {})
    reply = connection.getresponse()
    return reply.status, reply.read()


@pytest.mark.slow
def test_the_server_answers_rows_of_pixels(port):
    row = list(range(2, 12)) + [0] * 774
    status, content = ask(port, "/v1/models/digits:predict", json.dumps({"instances": [row]}))
    assert (status, json.loads(content)["predictions"]) == (200, [row[:10]])


def instances(value):
    return json.dumps({"instances": value})


BAD = {
    "nothing": (400, b""),
    "no text": (400, b"\xff\xfe"),
    "a list": (400, "[]"),
    "no list": (400, instances(None)),
    "an empty list": (400, instances([])),
    "too few numbers": (400, instances([[0] * 783])),
    "rows of two lengths": (400, instances([[0] * 784, [0]])),
    "one direction too many": (400, instances([[[0] * 784]])),
    "numbers as words": (400, instances([["5"] * 784])),
    "truth values": (400, instances([[True] * 784])),
    "not a number": (400, instances([[float("nan")] * 784])),
    "endless": (400, instances([[float("inf")] * 784])),
    "a number of 400 digits": (400, instances([[10**400] * 784])),
    "below paper": (400, instances([[-1] * 784])),
    "above ink": (400, instances([[256] * 784])),
    "divided by 255": (400, instances([[0.5] * 784])),
    "a hundred thousand brackets": (400, "[" * 100_000),
    "too many rows": (413, instances([[0] * 784] * 513)),
}


@pytest.mark.slow
@pytest.mark.parametrize("title", BAD)
def test_a_bad_request_gets_a_4xx_and_a_sentence(port, title):
    wanted, body = BAD[title]
    status, content = ask(port, "/v1/models/digits:predict", body)
    assert status == wanted, content
    assert json.loads(content)["error"].endswith(".")


@pytest.mark.slow
def test_a_bad_binary_request_gets_a_4xx_and_a_sentence(port):
    header = json.dumps({"inputs": [{"shape": [1, 784]}]}).encode()
    for body, length in [(b"", None), (b"{}", "2"), (b"{}", "x"), (header + b"1234", len(header))]:
        headers = {} if length is None else {"Inference-Header-Content-Length": str(length)}
        status, content = ask(port, "/v2/models/digits/infer", body, headers)
        assert status == 400
        assert json.loads(content)["error"].endswith(".")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_no_server_is_left_when_the_notebook_is_killed(port, tmp_path):
    write_server(tmp_path)
    notebook = (
        "import subprocess, sys, time\n"
        "server = subprocess.Popen([sys.executable, 'server.py', 'digits=ten.onnx'],\n"
        "    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
        "print(server.stdout.readline().strip(), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", notebook], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        its_port = int(process.stdout.readline())
        assert ask(its_port, "/v1/models/digits:predict", b"")[0] == 400
        process.send_signal(signal.SIGKILL)
    for _ in range(100):
        try:
            ask(its_port, "/v1/models/digits:predict", b"")
        except OSError:
            return
        time.sleep(0.1)
    pytest.fail("the server still answers")

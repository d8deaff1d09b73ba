"""The course's data: the same for everyone, checked when fetched, and never a reason to stop."""

import hashlib
import io
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from lockstep.learn import data
from lockstep.learn.errors import CourseError


def test_the_digits_are_split_shuffled_and_scaled():
    digits = data.digits()
    assert digits.train_images.shape == (1440, 28, 28)
    assert digits.test_images.shape == (357, 28, 28)
    assert digits.train_images.dtype == np.float32
    assert digits.train_labels.dtype == np.int64
    assert digits.train_images.min() == 0
    assert digits.train_images.max() == 1
    assert set(digits.test_labels) == set(range(10))


def test_the_digits_follow_the_runs_precision(monkeypatch):
    monkeypatch.setenv("LOCKSTEP_PRECISION", "float64")
    assert data.digits(8).test_images.dtype == np.float64


def test_the_digits_are_the_same_every_time():
    first, again = data.digits(16), data.digits(16)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_size_8_is_the_original_and_larger_ones_look_the_same():
    original, enlarged = data.digits(8), data.digits(32)
    assert np.array_equal(np.unique(original.train_images * 16), np.arange(17))
    assert np.array_equal(original.train_labels, enlarged.train_labels)
    shrunk = enlarged.train_images.reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4))
    assert np.corrcoef(shrunk.ravel(), original.train_images.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("size", [7, 65, -1, 0, 8.0, "28", None, True, [28], 10**9])
def test_a_size_that_is_none_is_a_sentence(size):
    with pytest.raises(CourseError, match="a whole number from 8 to 64"):
        data.digits(size)


def archive(**changes):
    arrays = {
        "x_train": np.full((3, 28, 28), 255, dtype=np.uint8),
        "y_train": np.arange(3, dtype=np.uint8),
        "x_test": np.zeros((2, 28, 28), dtype=np.uint8),
        "y_test": np.arange(2, dtype=np.uint8),
        **changes,
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Serve bytes as mnist.npz on loopback; returns how often they were asked for."""
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path / "home"))
    servers = []

    def start(content, status=200, sent=None, pause=0):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[:sent])
                self.wfile.flush()
                time.sleep(pause)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("LOCKSTEP_MNIST_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("LOCKSTEP_MNIST_SHA256", hashlib.sha256(content).hexdigest())
        return asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_mnist_is_fetched_once_and_kept(serve):
    asked = serve(archive())
    first, again = data.mnist(), data.mnist()
    assert asked == ["/mnist.npz"]
    assert first.train_images.shape == (3, 28, 28)
    assert first.train_images.max() == 1
    assert first.train_images.dtype == np.float32
    assert first.test_labels.dtype == np.int64
    assert np.array_equal(first.train_labels, again.train_labels)


def test_a_kept_file_that_broke_is_fetched_again(serve, tmp_path):
    asked = serve(archive())
    data.mnist()
    (tmp_path / "home" / "mnist.npz").write_bytes(b"broken")
    data.mnist()
    assert len(asked) == 2


def test_a_home_that_cannot_be_written_still_gets_mnist(serve, tmp_path):
    serve(archive())
    (tmp_path / "home").write_text("a file")
    assert len(data.mnist().train_labels) == 3


def assert_fell_back(capsys):
    assert len(data.mnist().train_labels) == 1440
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "1,797 smaller digits" in line] == lines[-1:]


def test_a_file_with_another_checksum_is_not_used(serve, monkeypatch, capsys):
    serve(archive())
    monkeypatch.setenv("LOCKSTEP_MNIST_SHA256", "0" * 64)
    assert_fell_back(capsys)


def test_pickled_objects_are_refused(serve, capsys):
    serve(archive(x_train=np.array([{}], dtype=object)))
    assert_fell_back(capsys)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + b"\0" * 50])
def test_what_is_no_archive_is_not_used(serve, capsys, content):
    serve(content)
    assert_fell_back(capsys)


def test_an_archive_without_the_arrays_is_not_used(serve, capsys):
    buffer = io.BytesIO()
    np.savez(buffer, other=np.zeros(1))
    serve(buffer.getvalue())
    assert_fell_back(capsys)


def test_a_missing_file_or_a_broken_connection_falls_back(serve, capsys):
    serve(b"gone", status=404)
    assert_fell_back(capsys)
    serve(archive(), sent=500)
    assert_fell_back(capsys)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "no address", "file:///nowhere"])
def test_without_a_network_the_small_digits_are_used(tmp_path, monkeypatch, capsys, url):
    monkeypatch.setenv("LOCKSTEP_HOME", str(tmp_path))
    monkeypatch.setenv("LOCKSTEP_MNIST_URL", url)
    assert_fell_back(capsys)


def test_a_server_that_falls_silent_is_given_up(serve, monkeypatch, capsys):
    serve(archive(), sent=500, pause=0.5)
    monkeypatch.setattr(data, "SILENCE_SECONDS", 0.2)
    assert_fell_back(capsys)


def test_the_people_with_diabetes_are_as_they_were_measured():
    people = data.diabetes()
    assert people.names[:4] == ["age", "sex", "bmi", "bp"]
    assert people.inputs.shape == (442, 10)
    assert people.targets.shape == (442,)
    assert people.inputs.dtype == people.targets.dtype == np.float32
    assert people.inputs[0, 0] == 59  # years, and not the scaled values that scikit-learn gives
    assert (people.targets.min(), people.targets.max()) == (25, 346)

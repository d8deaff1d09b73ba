"""What a student's process lets in."""

import pytest

from lockstep.grade.student_process import OtherFramework


@pytest.mark.parametrize(
    ("framework", "backend", "package", "refused"),
    [
        ("pytorch", "tensorflow", "keras", True),
        ("pytorch", "torch", "keras", False),
        ("pytorch", "torch", "tensorflow", True),
        ("keras", "torch", "torch", True),
        ("keras", "tensorflow", "keras", False),
    ],
)
def test_keras_comes_into_a_pytorch_notebook_only_to_compute_with_pytorch(
    framework, backend, package, refused, monkeypatch
):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    assert (OtherFramework(framework).find_spec(package) is not None) == refused


def test_one_may_look_for_the_other_framework_and_its_import_fails_with_a_sentence():
    finder = OtherFramework("pytorch")
    spec = finder.find_spec("tensorflow")
    with pytest.raises(ImportError, match=r"`tensorflow` cannot be imported"):
        spec.loader.create_module(spec)

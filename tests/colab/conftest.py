"""What the tests on Colab's package versions share."""

import pytest

from tests.colab.environment import new_machine


@pytest.fixture
def machine(tmp_path):
    """Return a runtime like Colab's, with an empty folder and no course."""
    return new_machine(tmp_path / "machine")

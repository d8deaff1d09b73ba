"""Starts a kernel that has imported Colab's package, as Colab's own launcher does."""

import google.colab  # noqa: F401
from ipykernel import kernelapp

kernelapp.launch_new_instance()

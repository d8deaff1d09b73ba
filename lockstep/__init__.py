"""Lockstep: a deep-learning course in proven pairs of notebooks."""

__version__ = "0.1.0"

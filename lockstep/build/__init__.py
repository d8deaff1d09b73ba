"""The builder: a lesson's text becomes a proven pair of notebooks."""

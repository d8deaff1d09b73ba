"""A stand-in for the part of Colab's own package that the course uses, with the same behaviour."""

"""Grading on a Dask cluster: `team` on the teacher's machine, `desk` on the workers'."""

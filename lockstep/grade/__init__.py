"""Submissions to grades: collect, restore, run, judge, report."""

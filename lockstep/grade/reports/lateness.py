"""How a deduction for being late is told: what was due, how late it came, what that costs."""

from datetime import timedelta

from lockstep.grade.adjusted import Late
from lockstep.grade.reports.naming import points_text


def late_text(late: Late) -> str:
    """Return it in sentences, the deduction first.

    >>> from datetime import UTC, datetime
    >>> due = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
    >>> late_text(Late(due, timedelta(hours=9), 3.8, "20% of all points"))
    'Late: 3.8 points taken off (20% of all points). It was due 2026-11-20 23:59 (UTC+00:00) and came 9 h after that.'
    """
    points = points_text(late.points)
    word = "point" if points == "1" else "points"
    taken = f"{points} {word} taken off ({late.rule})" if late.rule else "nothing is taken off"
    offset = f"{late.due:%z}"
    zone = f"UTC{offset[:3]}:{offset[3:5]}"
    due = f"It was due {late.due:%Y-%m-%d %H:%M} ({zone})"
    if late.by is None:
        return f"Late: {taken}. {due}; it is marked as late, without the time that it came."
    return f"Late: {taken}. {due} and came {span_text(late.by)} after that."


def span_text(span: timedelta) -> str:
    """Return a time span in its two largest units.

    >>> span_text(timedelta(days=2, minutes=5)), span_text(timedelta(minutes=75)), span_text(timedelta(seconds=20))
    ('2 days', '1 h 15 min', '1 min')
    """
    minutes = max(1, round(span / timedelta(minutes=1)))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} day{'s' * (days != 1)}"] * bool(days)
    parts += [f"{hours} h"] * bool(hours)
    parts += [f"{minutes} min"] * bool(minutes and not days)
    return " ".join(parts)

"""The command line: `lockstep build | lab | grade | demo-class | edition | links | new | set-repo`."""

import argparse
import runpy
import sys
from functools import partial
from pathlib import Path

from lockstep.edition.options import add_edition, add_links


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 refused with a sentence, 2 unusable arguments."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print("Stopped. Nothing is half-written; run the command again to go on.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lockstep", description="Build and look after the course."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="turn lessons into notebooks")
    build.add_argument(
        "lessons",
        nargs="*",
        metavar="LESSON",
        help="such as 04_simple_net; all where none is named",
    )
    build.add_argument(
        "--check",
        action="store_true",
        help="only say which notebooks are not what their lesson builds",
    )
    build.add_argument(
        "--again", action="store_true", help="execute and prove everything although nothing changed"
    )
    build.set_defaults(run=_build)
    lab = commands.add_parser("lab", help="open JupyterLab, a lesson's two notebooks side by side")
    lab.add_argument("lesson", nargs="?", metavar="LESSON", help="such as 04_simple_net")
    lab.set_defaults(run=_lab)
    _add_grade(commands)
    demo = commands.add_parser("demo-class", help="make up a class of thirty, to try grading on")
    demo.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    demo.set_defaults(run=_demo_class)
    add_edition(commands, _edition)
    add_links(commands, _links)
    new = commands.add_parser("new", help="lay out a new lesson's folder")
    new.add_argument("lesson", help="such as 21_name")
    new.set_defaults(run=_new)
    repository = commands.add_parser("set-repo", help="point badges and links at a fork")
    repository.add_argument("slug", metavar="OWNER/NAME")
    repository.set_defaults(run=_set_repository)
    for command in commands.choices.values():
        command.add_argument(
            "--root",
            type=Path,
            default=None,
            help="the checkout; found from here where it is left out",
        )
    return parser


GRADE_EXAMPLES = """\
The three calls that most people need:

  lockstep grade SUBMISSIONS --out GRADES
      a folder or archive of notebooks becomes GRADES/gradebook.csv and a page for each student;
      the same command once more grades what is new or has changed

  lockstep grade SUBMISSIONS --out GRADES --roster roster.csv
      with a class list (columns id and name): who handed in nothing is listed as missing

  lockstep grade SUBMISSIONS --out GRADES --regrade anna
      grade one student (or a lesson, or `all`) anew
"""


def _add_grade(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    grade = commands.add_parser(
        "grade",
        help="turn a folder of what came back into grades and feedback",
        usage="lockstep grade SUBMISSIONS --out GRADES [OPTIONS]",
        description=GRADE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grade.add_argument("submissions", type=Path, help="a folder or an archive of notebooks")
    grade.add_argument(
        "--out", type=Path, required=True, metavar="GRADES", help="where the grades go"
    )
    grade.add_argument("--roster", type=Path, metavar="CSV", help="the class: columns id, name")
    _add_late(grade)
    grade.add_argument(
        "--moodle-worksheet",
        type=Path,
        metavar="CSV",
        help="the grading worksheet from Moodle, to be filled in as GRADES/lms/moodle.csv",
    )
    grade.add_argument(
        "--canvas-gradebook",
        type=Path,
        metavar="CSV",
        help="the gradebook exported from Canvas, to be filled in as GRADES/lms/canvas.csv",
    )
    grade.add_argument(
        "--lessons", nargs="+", metavar="LESSON", help="grade these lessons alone; all otherwise"
    )
    grade.add_argument(
        "--regrade",
        action="append",
        default=[],
        metavar="STUDENT|LESSON|all",
        help="grade anew although nothing changed; may be given several times",
    )
    grade.add_argument(
        "--jobs", type=_positive, default=None, metavar="N", help="how many at once; one a core"
    )
    grade.add_argument(
        "--dask",
        type=_scheduler,
        metavar="tcp://HOST:PORT",
        help="grade on a Dask cluster of your own (docs/grading.md)",
    )
    grade.add_argument(
        "--engine",
        choices=["fork", "nbval"],
        default=None,
        help="fork is fast and needs Linux; nbval runs everywhere, with the same verdicts",
    )
    grade.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run students' code unprotected: it sees your files and the network",
    )
    grade.add_argument(
        "--time-limit",
        type=_positive,
        default=30,
        metavar="SECONDS",
        help="for one cell or answer (30); a whole submission has six times that",
    )
    grade.add_argument(
        "--memory-limit",
        type=_positive,
        default=1024,
        metavar="MB",
        help="for one submission (1024)",
    )
    grade.add_argument(
        "--seed", type=int, default=None, help="of the hidden cases; drawn for each run otherwise"
    )
    grade.set_defaults(run=_grade)


def _add_late(grade: argparse.ArgumentParser) -> None:
    grade.add_argument(
        "--due",
        type=partial(_spelled, "due_time"),
        metavar="TIME",
        help="when it was due, as 2026-11-20T23:59; later runs remember it (GRADES/late.csv)",
    )
    grade.add_argument(
        "--grace",
        type=partial(_spelled, "duration"),
        metavar="SPAN",
        help="how much later is not late: 15m, 2h, 1d",
    )
    grade.add_argument(
        "--penalty",
        type=partial(_spelled, "penalty"),
        metavar="P",
        help="for each day begun: 10%%/day of what can be had, or 2/day (points); also /hour, /week, or once: 20%%",
    )
    grade.add_argument(
        "--late-limit",
        type=partial(_spelled, "share"),
        metavar="SHARE",
        help="the most that is taken off: 50%%",
    )


def _spelled(kind: str, text: str) -> str:
    """Return the text where it is spelled as it should be."""
    try:
        from lockstep.grade.adjustments import late
    except ImportError:  # the command itself says what to install
        return text
    try:
        getattr(late, kind)(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above zero")
    return number


def _scheduler(text: str) -> str:
    from lockstep.grade.remote.address import scheduler_address

    try:
        return scheduler_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _root(options: argparse.Namespace) -> Path:
    start = (options.root or Path.cwd()).resolve()
    for folder in [start, *start.parents]:
        if (folder / "lessons").is_dir():
            return Path(folder)
    raise SystemExit(
        "lockstep: there is no `lessons/` folder here. Run the command inside a checkout of the course."
    )


def _build(options: argparse.Namespace) -> int:
    # Late: what an unchanged course needs is little, and it shall end in under two seconds.
    from lockstep.build.command import build_command, check_command
    from lockstep.lessons import lesson_names

    root = _root(options)
    known = lesson_names(root / "lessons")
    unknown = [name for name in options.lessons if name not in known]
    if unknown:
        print(
            f"lockstep: there is no lesson {unknown[0]!r}. There are: {', '.join(known)}.",
            file=sys.stderr,
        )
        return 2
    names = options.lessons or known
    if options.check:
        return check_command(root, names, all_lessons=not options.lessons)
    return build_command(root, names, again=options.again)


def _grade(options: argparse.Namespace) -> int:
    from lockstep.lessons import lesson_names

    root = _root(options)
    known = lesson_names(root / "lessons")
    unknown = [name for name in options.lessons or [] if name not in known]
    if unknown:
        print(
            f"lockstep: there is no lesson {unknown[0]!r}. There are: {', '.join(known)}.",
            file=sys.stderr,
        )
        return 2
    if not options.due and (options.grace or options.penalty or options.late_limit):
        print("lockstep: --grace, --penalty and --late-limit need --due.", file=sys.stderr)
        return 2
    try:
        from lockstep.grade.command import grade_command
    except ModuleNotFoundError as error:
        return _package_is_missing(error)
    return grade_command(root, options)


def _demo_class(options: argparse.Namespace) -> int:
    try:
        from lockstep.grade.demo_class import write_demo_class
    except ModuleNotFoundError as error:
        return _package_is_missing(error)
    try:
        write_demo_class(options.folder, _root(options))
    except (ValueError, OSError) as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    folder = options.folder
    print(
        f"A made-up class of thirty is in {folder}. Now type:\n"
        f"lockstep grade {folder}/submissions --roster {folder}/roster.csv --out {folder}/grades"
    )
    return 0


def _edition(options: argparse.Namespace) -> int:
    try:
        from lockstep.edition.command import edition_command
    except ModuleNotFoundError as error:
        return _package_is_missing(error)
    return edition_command(_root(options), options)


def _links(options: argparse.Namespace) -> int:
    try:
        from lockstep.edition.command import links_command
    except ModuleNotFoundError as error:
        return _package_is_missing(error)
    return links_command(_root(options), options)


def _package_is_missing(error: ModuleNotFoundError) -> int:
    if (error.name or "").startswith("lockstep"):
        raise error  # a module of our own: no installation brings it
    print(
        f"lockstep: this command needs a package that is not here ({error.name}). "
        "Type `make setup`, or `python lab.py --setup lab grade`.",
        file=sys.stderr,
    )
    return 2


def _lab(options: argparse.Namespace) -> int:
    """Do what `python lab.py` does, in the environment that this command belongs to."""
    sys.argv = [str(_root(options) / "lab.py"), "--here", *filter(None, [options.lesson])]
    runpy.run_path(sys.argv[0], run_name="__main__")
    raise AssertionError("lab.py ends the process")


def _new(options: argparse.Namespace) -> int:
    from lockstep.build.new import new_lesson

    try:
        folder = new_lesson(_root(options) / "lessons", options.lesson)
    except ValueError as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    print(f"{folder} is laid out. Write lesson.md, then run `lockstep build {options.lesson}`.")
    return 0


def _set_repository(options: argparse.Namespace) -> int:
    from lockstep.set_repository import set_repository

    try:
        changed = set_repository(_root(options), options.slug)
    except ValueError as error:
        print(f"lockstep: {error}", file=sys.stderr)
        return 2
    print(f"{len(changed)} files point at {options.slug} now." if changed else "Nothing to change.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

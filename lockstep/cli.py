"""The command line: `lockstep build | new | set-repo`."""

import argparse
import sys
from pathlib import Path


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
    new = commands.add_parser("new", help="lay out a new lesson's folder")
    new.add_argument("lesson", help="such as 21_name")
    new.set_defaults(run=_new)
    repository = commands.add_parser("set-repo", help="point badges and links at a fork")
    repository.add_argument("slug", metavar="OWNER/NAME")
    repository.set_defaults(run=_set_repository)
    for command in (build, new, repository):
        command.add_argument(
            "--root",
            type=Path,
            default=None,
            help="the checkout; found from here where it is left out",
        )
    return parser


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

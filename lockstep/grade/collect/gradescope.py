"""Gradescope: `submission_ID/hw.ipynb`, and `submission_metadata.yml` at the top, which has names and times."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import yaml

from lockstep.grade.collect.told import Parts, Person, System, Texts, Told

METADATA = "submission_metadata.yml"


class _Loader(yaml.SafeLoader):
    """Reads what Ruby wrote: its own kinds of objects are the values in them, and nothing is made of them."""


def _plain(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)  # type: ignore[arg-type]  # the third kind of node


_Loader.add_multi_constructor("!ruby/", _plain)


def system(paths: Sequence[Parts], texts: Texts) -> System | None:
    """Return Gradescope where its metadata lie at the top and can be read."""
    submissions = _read(texts.get((METADATA,), ""))
    if not submissions:
        return None
    told = partial(_told, submissions)
    return System("gradescope", told, ("gradescope", "sid"), own_files=((METADATA,),))


def _read(text: str) -> dict[str, Told]:
    """Return what the metadata tell of each submission's folder."""
    if not text:
        return {}
    try:
        document = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return {}
    pairs = document.items() if isinstance(document, dict) else ()
    told = ((str(folder), _submission(str(folder), about)) for folder, about in pairs)
    return {folder: one for folder, one in told if one}


def _submission(folder: str, about: Any) -> Told | None:
    if not isinstance(about, dict):
        return None
    submitters = about.get(":submitters")
    listed = submitters if isinstance(submitters, list) else []
    people = tuple(_person(one, folder) for one in listed if isinstance(one, dict))
    return Told(people, (), _time(about.get(":created_at"))) if people else None


def _person(about: dict[Any, Any], folder: str) -> Person:
    texts = (_text(about.get(key)) for key in (":sid", ":email"))
    ids = [text for text in texts if text]
    name = _text(about.get(":name"))
    return Person(ids[0] if ids else f"{name} ({folder})" if name else folder, name, tuple(ids))


def _text(value: Any) -> str:
    return "" if value is None else unicodedata.normalize("NFC", str(value)).strip()


def _time(value: Any) -> datetime | None:
    if isinstance(value, dict):  # Rails' own kind of time, which holds another
        value = value.get("utc") or value.get("time")
    if isinstance(value, str):
        with suppress(ValueError):
            value = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _told(submissions: dict[str, Told], parts: Parts) -> Told | None:
    told = submissions.get(parts[0]) if len(parts) > 1 else None
    return told and Told(told.people, parts[1:], told.time)

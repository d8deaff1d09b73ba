"""Archives of a class of thirty, named as Moodle, Canvas, Gradescope and Blackboard name them."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass

from tests.grade.hand_ins import packed

NAMES = (
    "Anna Müller", "Zoë Adeyemi", "Seán O'Brien", "Jean-Luc D’Arcy", "Nguyễn Thị Minh Khai", "Łukasz Żak",
    "Bjørn Ødegård", "李 雷", "Kim Lee", "Kim Lee", "José María de la Concepción Fernández-Rodríguez y Gómez",
    "Maximiliane Friederike Charlotte von und zu Hohenlohe-Waldenburg-Schillingsfürst", "Ada Okafor", "Bo Li",
    "Chidi Eze", "Dana Cohen", "Emre Yılmaz", "Fatima al-Zahra", "Gita Rao", "Hana Novák", "Ivan Petrov",
    "Jana Weiß", "Kofi Mensah", "Lena Groß", "Mei Lin", "Noor Khan", "Olga Sokolova", "Pia Østergaard",
    "Quentin Dupré", "Rosa Núñez",
)  # fmt: skip
LATE, TWICE, BROKEN, MISSING = 4, 5, 6, 29  # places in the class
ON_TIME, TOO_LATE = (2026, 11, 20, 18, 30, 0), (2026, 11, 22, 9, 0, 0)


@dataclass(frozen=True)
class Pupil:
    """Someone of the class, and what came in."""

    place: int
    name: str

    @property
    def id(self) -> str:
        return str(4100 + self.place)

    @property
    def user(self) -> str:
        return f"user_{self.place:02}"

    @property
    def family_first(self) -> str:
        """As Canvas runs a name together."""
        first, _, last = self.name.rpartition(" ")
        return "".join(mark for mark in (last + first).casefold() if mark.isalnum())

    @property
    def time(self) -> tuple[int, ...]:
        return TOO_LATE if self.place == LATE else ON_TIME


CLASS = [Pupil(place, name) for place, name in enumerate(NAMES)]
CAME = [pupil for pupil in CLASS if pupil.place != MISSING]


def notebook_of(pupil: Pupil, mark: str = "") -> bytes:
    """Return a notebook, or the half of one."""
    content = packed(mark=f"{pupil.id} {mark}")
    return content[: len(content) // 2] if pupil.place == BROKEN else content


def archive(files: list[tuple[str, tuple[int, ...], bytes]], damaged: str = "") -> bytes:
    """Return a zip archive; the bytes of the member that is called `damaged` are."""
    packed_in = io.BytesIO()
    with zipfile.ZipFile(packed_in, "w", zipfile.ZIP_STORED) as made:
        for name, time, content in files:
            made.writestr(zipfile.ZipInfo(name, time), content)
    whole = bytearray(packed_in.getvalue())
    if damaged:
        start = bytes(whole).index(damaged.encode()) + len(damaged.encode())
        whole[start + 100 : start + 110] = b"\xff" * 10
    return bytes(whole)


def moodle(pattern: str = "{name}_{id}_assignsubmission_file_/hw.ipynb", form: str = "NFC"):
    """Return the files as Moodle names them."""
    files = []
    for pupil in CAME:
        name = unicodedata.normalize(form, pupil.name.replace("'", ""))
        path = pattern.format(name=name, id=pupil.id)
        if pupil.place == TWICE:
            older = path.replace("hw", "old")
            files.append((older, (2026, 11, 19, 8, 0, 0), notebook_of(pupil, "first")))
        files.append((path, pupil.time, notebook_of(pupil)))
    return files


def canvas():
    """Return the files as Canvas names them; their times are when the archive was packed."""
    files, packed_at = [], (2026, 12, 1, 12, 0, 0)
    for pupil in CAME:
        late = "_LATE" if pupil.place == LATE else ""
        start = f"{pupil.family_first}{late}_{pupil.id}"
        last = "hw-1" if pupil.place == TWICE else "hw"
        files.append((f"{start}_{98000 + pupil.place}_{last}.ipynb", packed_at, notebook_of(pupil)))
        if pupil.place == TWICE:
            first = notebook_of(pupil, "first")
            files.append((f"{start}_{9700 + pupil.place}_hw.ipynb", packed_at, first))
    return files


def gradescope(top: str = "assignment_77_export/"):
    """Return the files as Gradescope names them."""
    lines, files = ["---"], []
    for pupil in CAME:
        folder = f"submission_{88000 + pupil.place}"
        day, hour = pupil.time[2], pupil.time[3]
        lines += [
            f"{folder}:",
            "  :submitters:",
            f'  - :name: "{pupil.name}"',
            f"    :sid: '{pupil.id}'",
            f"    :email: {pupil.user}@school.example",
            "  :created_at: !ruby/object:ActiveSupport::TimeWithZone",
            f"    utc: &{pupil.place + 1} 2026-11-{day} {hour:02}:00:00.123456789 Z",
            f"    time: *{pupil.place + 1}",
            "  :score: 0.0",
        ]
        files.append((f"{top}{folder}/hw.ipynb", ON_TIME, notebook_of(pupil)))
    return [(f"{top}submission_metadata.yml", ON_TIME, "\n".join(lines).encode()), *files]


def blackboard(assignment: str = "Homework_4 A simple net"):
    """Return the files as Blackboard names them, a note beside each."""
    files = []
    for pupil in CAME:
        times = [(2026, 11, 19, 8, 0, 0)] * (pupil.place == TWICE) + [pupil.time]
        for mark, time in enumerate(times):
            stamp = "{:04}-{:02}-{:02}-{:02}-{:02}-{:02}".format(*time)
            start = f"{assignment}_{pupil.user}_attempt_{stamp}"
            content = notebook_of(pupil, "first" if mark < len(times) - 1 else "")
            note = f"Name: {pupil.name} ({pupil.user})\nAssignment: {assignment}\n".encode()
            files += [(f"{start}.txt", ON_TIME, note), (f"{start}_hw.ipynb", ON_TIME, content)]
    return files

"""The roster is read as schools save it, and finds the student whom a folder's or file's name means."""

import pytest

from lockstep.grade.collect import CollectError, Roster, read_roster
from lockstep.grade.model import Student
from tests.grade.hand_ins import folder, packed, reasons, took

CLASS = Roster(
    (
        Student("s1", "Anna Müller"),
        Student("s12", "Bob Miller"),
        Student("max", "Maximilian Groß"),
        Student("kw77", "Max Weber"),
        Student("s5", "Jean-Luc O'Brien"),
        Student("7", "Li Wei"),
        Student("am2", "Anna Maria Müller"),
        Student("x1", "Kim Lee"),
        Student("x2", "Kim Lee"),
        Student("李雷", "李雷"),
        Student("dora", "dora"),
    ),
    {"s12": "robert.miller@school.example"},
)


def written(tmp_path, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "id,name\ns1,Anna Müller\ns2,Bob\n",
        "\ufeffid;name\r\ns1;Anna Müller\r\n\r\ns2;Bob\r\n",
        'sep=;\r\nid;name\r\n"s1";"Anna Müller"\r\n;\r\ns2;Bob',
        "\n\nName\tgroup\tID \nAnna Müller\tA\ts1\nBob\tB\ts2\n",
        " Id , NAME ,\n s1 , Anna Müller ,,\ns2,Bob\n",
        "id,name\ns1,Anna Mu\u0308ller\ns2,Bob\n",
        "id;name\ns1;Anna Müller\ns2;Bob\n".encode("cp1252"),
        "id\tname\ns1\tAnna Müller\ns2\tBob\n".encode("utf-16"),
    ],
)
def test_a_roster_is_read_as_spreadsheets_save_it(tmp_path, content):
    roster = read_roster(written(tmp_path, content))
    assert roster.students == (Student("s1", "Anna Müller"), Student("s2", "Bob"))


def test_name_and_email_may_be_left_out(tmp_path):
    roster = read_roster(written(tmp_path, 'id,email\n"Müller, Anna",a.m@x.org\ns2,\n'))
    assert roster.students == (Student("Müller, Anna", "Müller, Anna"), Student("s2", "s2"))
    assert roster.emails == {"Müller, Anna": "a.m@x.org"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "roster.csv, line 1: there is no column `id`; the columns are: none."),
        ("name,mail\nAnna,a\n", "line 1: there is no column `id`; the columns are: name, mail."),
        ("id,name,ID\n1,a,2\n", "line 1: there are two columns `id`."),
        ("id,name\n", "line 1: there is no student below the header."),
        ("id,name\ns1,a\n\nS1,b\n", "line 4: the id 'S1' is on line 2 already."),
        ("id,name\n,Anna\n", "line 2: the id is missing."),
        ("id,name\ns1,Müller, Anna\n", "line 2: there are 3 values for 2 columns."),
        ("id,name\ns1," + "x" * 200_000 + "\n", "line 2: this is no CSV"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused_with_its_line(tmp_path, content, sentence):
    with pytest.raises(CollectError) as caught:
        read_roster(written(tmp_path, content))
    assert sentence in str(caught.value)


def test_a_roster_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(CollectError, match="cannot be read: No such file"):
        read_roster(tmp_path / "roster.csv")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("s1", ["s1"]),
        ("S1", ["s1"]),
        ("hw_s12_final", ["s12"]),
        ("s123", []),
        ("Anna Müller", ["s1"]),
        ("mueller_anna", ["s1"]),
        ("MULLER-ANNA hw", ["s1"]),
        ("Müller, Anna", ["s1"]),
        ("Mu\u0308ller Anna", ["s1"]),
        ("Muellerin Anna", []),
        ("Anna", []),
        ("Anna Maria Müller", ["am2"]),
        ("mueller anna maria 2", ["am2"]),
        ("max", ["max"]),
        ("Max Weber", ["kw77"]),
        ("hw Max Weber", ["kw77"]),
        ("gross_maximilian", ["max"]),
        ("OBrien Jean Luc", ["s5"]),
        ("O’Brien, Jean-Luc", ["s5"]),
        ("robert.miller", ["s12"]),
        ("robert.miller@school.example", ["s12"]),
        ("7", ["7"]),
        ("hw 7", []),
        ("Kim Lee", ["x1", "x2"]),
        ("s12 Anna Müller", ["s1", "s12"]),
        ("李雷", ["李雷"]),
        ("", []),
        ("😀", []),
    ],
)
def test_a_text_means_those_whose_id_or_name_it_is_or_holds(text, keys):
    assert [student.key for student in CLASS.find(text)] == keys


def test_where_a_name_fits_two_or_none_the_file_is_listed_with_them(tmp_path):
    names = ["Kim Lee", "Bob Muller", "zzz", "s12_Anna_Müller"]
    root = folder(tmp_path / "class", {f"{name}.ipynb": packed() for name in names})
    collected = took(root, CLASS)
    assert not collected.submissions
    assert reasons(collected) == {
        "Kim Lee.ipynb": '"Kim Lee" can be Kim Lee (x1) or Kim Lee (x2). Put the id into its name.',
        "Bob Muller.ipynb": (
            '"Bob Muller" names no student on the roster, the nearest is Bob Miller (s12). '
            "Rename it, or add the student to the roster."
        ),
        "zzz.ipynb": (
            '"zzz" names no student on the roster. Rename it, or add the student to the roster.'
        ),
        "s12_Anna_Müller.ipynb": (
            '"s12_Anna_Müller" can be Anna Müller (s1) or Bob Miller (s12). Put the id into its name.'
        ),
    }


def test_the_folders_name_decides_though_the_file_names_another(tmp_path):
    root = folder(tmp_path / "class", {"s1/Bob Miller.ipynb": packed(), "zoe/s12.ipynb": packed()})
    collected = took(root, CLASS)
    assert [one.student.key for one in collected.submissions] == ["s1"]
    assert list(reasons(collected)) == ["zoe/s12.ipynb"]

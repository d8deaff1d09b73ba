"""People's names as words to compare, and as file names that work everywhere."""

import base64
import hashlib
import re
import unicodedata
from functools import lru_cache

LONGEST_SLUG = 40  # with the fingerprint, short enough for a folder that is deep already
FINGERPRINT = 16  # base32 digits: 80 bits

# What Unicode does not take apart into a letter and an accent.
PLAIN = str.maketrans({"ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})  # fmt: skip
# How a name is written where there are no umlauts.
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
APOSTROPHES = re.compile(r"['’‘ʼ`´]")
WINDOWS_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
ALREADY_SAFE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST_SLUG - 1}}}")
FINGERPRINTED = re.compile(rf"-[a-z2-7]{{{FINGERPRINT}}}$")


@lru_cache(maxsize=8192)  # the lines that all notebooks of a class share
def words(text: str, *, spelled_out: bool = False) -> tuple[str, ...]:
    """Return the words of a text without case, accents and separators.

    Parameters
    ----------
    text
        A name, a folder's name or the like.
    spelled_out
        Whether ü becomes ue rather than u.

    Examples
    --------
    >>> words("Müller, Anna"), words("Müller", spelled_out=True)
    (('muller', 'anna'), ('mueller',))
    """
    lowered = unicodedata.normalize("NFKC", text).lower()
    if spelled_out:
        lowered = lowered.translate(SPELLED_OUT)
    taken_apart = unicodedata.normalize("NFKD", lowered.translate(PLAIN))
    letters = "".join(mark for mark in taken_apart if not unicodedata.combining(mark))
    return tuple(re.findall(r"[^\W_]+", APOSTROPHES.sub("", letters).casefold()))


def safe_name(key: str) -> str:
    """Return a file name for a student's key: short, readable, and no other key's.

    It holds ASCII letters in lower case, digits, `-` and `_`, so that it means one file on every
    system. A key that is such a name already stays; any other gets a fingerprint, and so does one
    that only looks as though it had one.

    Examples
    --------
    >>> safe_name("s1234567")
    's1234567'
    >>> safe_name("Anna Müller")
    'anna-mueller-srtgzcbevacadtct'
    """
    if (
        ALREADY_SAFE.fullmatch(key)
        and not WINDOWS_RESERVED.fullmatch(key)
        and not FINGERPRINTED.search(key)
    ):
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    fingerprint = base64.b32encode(digest).decode().lower()[:FINGERPRINT]
    readable = [word for word in words(key[:200], spelled_out=True) if word.isascii()]
    slug = "-".join(readable)[:LONGEST_SLUG].strip("-")
    return f"{slug or 'student'}-{fingerprint}"

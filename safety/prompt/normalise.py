"""A readable copy of a prompt, each character of which knows where it came from.

People hide words from filters with look-alike letters, invisible characters, digits for letters,
stacked accents and letters set apart. The copy undoes all that for the classifiers; the offset map
leads every finding back to the characters that the creator really wrote.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from safety.prompt.english import known_words

_INVISIBLE = frozenset(
    [
        0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0,
        *range(0x180B, 0x180E), *range(0x200B, 0x2010), *range(0x202A, 0x202F),
        *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0200),
    ]
)  # fmt: skip
BIDI_OVERRIDES = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")

# Latin look-alikes, chosen by eye from the Cyrillic, Greek, Armenian and phonetic blocks.
_LOOKALIKES = {
    ord(fake): real
    for real, fakes in {
        "a": "аɑαа", "b": "ЬƄɓ", "c": "сϲᴄ", "d": "ԁɗ", "e": "еєҽεɛ", "f": "ƒ", "g": "ɡցɢ",
        "h": "һհн", "i": "іɩιıɪ", "j": "јϳ", "k": "кκᴋ", "l": "ӏⅼǀ", "m": "мᴍ", "n": "ոηпɴ",
        "o": "оοօσᴏ", "p": "рρ", "q": "ԛ", "r": "гᴦʀ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υսцᴜ",
        "v": "νѵᴠ", "w": "ѡԝωᴡ", "x": "хχ", "y": "уγүʏ", "z": "ᴢ",
        "A": "АΑ", "B": "ВΒ", "C": "СϹ", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "J": "Ј", "K": "КΚ",
        "M": "МΜ", "N": "Ν", "O": "ОΟ", "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "Υ",
        "Z": "Ζ",
    }.items()
    for fake in fakes
}  # fmt: skip

LEET = str.maketrans("0134578@$!|€", "oieastbasiie")
# Digits that mean digits: ordinals, ages, sizes, decades, resolutions.
_PLAIN_NUMBER = re.compile(
    r"[$€]?\d+(?:th|s|d|k|m|x|mm|cm|km|kg|px|fps|hz|am|pm|p|g|h|yo|yr|yrs|y|x\d+)?!*"
    r"|\d*(?:1st|2nd|3rd)|[a-z]+!+",
    re.I,
)
_NUMBER = re.compile(r"(?<![\w.,:])\d{1,2}(?![\w.,:]\d|\w)")
_SMALL_WORDS = frozenset(["a", "at", "to", "is", "it", "as", "so"])
_TWO_DIGITS = re.compile(r"\d\d")
_LEET_HABIT = 2
"""From so many words in digits on, numbers that spell a small word are words as well."""
_LONGEST_WORD = 20
_MODEL_NAME = re.compile(r"[a-z]{1,3}\d{1,4}", re.I)  # "mp3", "h264", unless it spells a word
_LEET_WORD = re.compile(
    r"(?<![\w@$!|])(?=[\w@$!|€]*[a-z])(?=[\w@$!|€]*[0134578@$!|€])[\w@$!|€]+", re.I
)
_SPACED = re.compile(
    r"(?<![^\W_])(?:[^\W_]|[@$!])(?P<gap>[ .\-_*·•~/\\]{1,3})(?:[^\W_]|[@$!])"
    r"(?:(?P=gap)(?:[^\W_]|[@$!])(?=\W|_|$))+"
)
_GAPPED_WORD = re.compile(r"(?<!\w)[a-z]{1,12}(?:[.\-_*·•~/\\][a-z]{1,12}){2,}(?!\w)", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_MOST_RUNS = 4
_RUN = re.compile(r"([^\W\d])\1{2,}")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised copy with its way back.

    Attributes:
        text: the readable copy.
        origin: for each character of ``text``, the index of the original character it came from.
        original: what the creator wrote.
        removed: how many invisible or combining characters were dropped.
        bidi: whether the original reorders what a reader sees.
        joined: origins of letters that had been set apart and were closed up.
    """

    text: str
    origin: tuple[int, ...]
    original: str
    removed: int = 0
    bidi: bool = False
    joined: frozenset[int] = frozenset()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the original (half-open, code points)."""
        start, end = max(0, start), min(end, len(self.origin))
        if start >= end:
            return (0, len(self.original))
        return (self.origin[start], self.origin[end - 1] + 1)


class _Buffer:
    """Text under edit, kept in step with its origins."""

    def __init__(self, characters: list[str], origin: list[int]) -> None:
        self.characters = characters
        self.origin = origin
        self.joined: set[int] = set()

    @property
    def text(self) -> str:
        return "".join(self.characters)

    def keep(self, positions: list[int]) -> None:
        self.characters = [self.characters[index] for index in positions]
        self.origin = [self.origin[index] for index in positions]


def normalise(text: str) -> Normalised:
    """Undo the usual disguises. Never raises for a str; linear in its length.

    Compatibility forms are folded (NFKC, Unicode 15 annex 15), invisible and combining characters
    dropped, look-alike letters mapped to Latin when the text is mainly Latin or the word is mixed,
    spaced-out words closed up, digits inside words read as letters, long runs shortened.
    """
    buffer, removed = _folded(text)
    _map_lookalikes(buffer)
    _close_up(buffer)
    _read_leet(buffer)
    _shorten_runs(buffer)
    return Normalised(
        buffer.text,
        tuple(buffer.origin),
        text,
        removed,
        any(c in BIDI_OVERRIDES for c in text),
        frozenset(buffer.joined),
    )


def _folded(text: str) -> tuple[_Buffer, int]:
    characters: list[str] = []
    origin: list[int] = []
    removed = 0
    for index, character in enumerate(text):
        if ord(character) < 128:
            folded = character
        elif ord(character) in _INVISIBLE:
            folded = ""
        else:
            folded = _strip_marks(character)
        removed += not folded
        for piece in folded:
            characters.append(" " if piece.isspace() else piece)
            origin.append(index)
    return _Buffer(characters, origin), removed


def _strip_marks(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character)
    if unicodedata.category(decomposed[0]) == "Lo":  # marks carry meaning in other scripts
        return unicodedata.normalize("NFKC", character)
    return "".join(piece for piece in decomposed if not unicodedata.combining(piece))


def _map_lookalikes(buffer: _Buffer) -> None:
    letters = [c for c in buffer.characters if c.isalpha()]
    latin = sum(c.isascii() for c in letters)
    mainly_latin = latin >= 0.3 * max(1, len(letters))
    if latin == len(letters):
        return
    for match in re.finditer(r"[^\W\d_]+", buffer.text):
        word = match.group()
        mixed = any(c.isascii() for c in word) and not word.isascii()
        if mainly_latin or mixed:
            for index in range(match.start(), match.end()):
                character = buffer.characters[index]
                buffer.characters[index] = _LOOKALIKES.get(ord(character), character)


def _close_up(buffer: _Buffer) -> None:
    for pattern in (_SPACED, _GAPPED_WORD):
        drop: set[int] = set()
        for match in pattern.finditer(buffer.text):
            if pattern is _GAPPED_WORD and not _looks_cut(match.group()):
                continue
            buffer.joined.update(buffer.origin[match.start() : match.end()])
            places = range(match.start(), match.end())
            letters = [i for i in places if _is_letter(buffer.characters[i])]
            gaps = _gaps(letters, buffer.characters) if pattern is _SPACED else set()
            for gap in gaps:
                buffer.characters[gap] = " "
            drop.update(set(places) - set(letters) - gaps)
        if drop:
            buffer.keep([i for i in range(len(buffer.characters)) if i not in drop])


def _is_letter(character: str) -> bool:
    return character.isalnum() or character in "@$!"


def _gaps(letters: Sequence[int], characters: Sequence[str]) -> set[int]:
    """The places between letters set apart where a new word begins: "a r e d b o a t"; none where
    digits stand side by side, as in an age."""
    joined = "".join(characters[index] for index in letters).lower()
    if _TWO_DIGITS.search(joined):
        return set()
    return {letters[start] - 1 for start in _word_starts(joined.translate(LEET)) if start}


def _word_starts(joined: str) -> list[int]:
    """Where words begin in ``joined``, read as the fewest known words; nowhere if it is not."""
    fewest = [0] + [len(joined) + 1] * len(joined)  # words that make up the first letters
    begins = [0] * (len(joined) + 1)  # where the last of these words begins
    for end in range(1, len(joined) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            if start and end - begins[start] == 2:
                continue  # two words of one letter each: "i i"
            if fewest[start] + 1 < fewest[end] and joined[start:end] in known_words():
                fewest[end], begins[end] = fewest[start] + 1, start
    starts = []
    end = len(joined)
    while end and fewest[end] <= len(joined):
        end = begins[end]
        starts.append(end)
    return starts


def _looks_cut(word: str) -> bool:
    """Whether hyphens cut a word into scraps ("ex-pl-os-ion"), unlike "two-year-old"."""
    parts = re.split(r"[^A-Za-z]", word)
    return sum(len(part) <= 2 for part in parts) >= len(parts) - 1


def _read_leet(buffer: _Buffer) -> None:
    read = 0
    for match in _LEET_WORD.finditer(buffer.text):
        word = match.group()
        if not _PLAIN_NUMBER.fullmatch(word):
            word = word.rstrip("!")
            letters = _letters(word)
            read += letters != word and letters.lower() in known_words()
            buffer.characters[match.start() : match.start() + len(word)] = letters
    if read >= _LEET_HABIT:
        for match in _NUMBER.finditer(buffer.text):
            letters = match.group().translate(LEET)
            if letters in _SMALL_WORDS:
                buffer.characters[match.start() : match.end()] = letters


def _letters(word: str) -> str:
    """The word with letters for digits; a one stands for i, or for l where that makes a word."""
    plain = word.translate(LEET)
    if _MODEL_NAME.fullmatch(word) and plain.lower() not in known_words():
        return word
    if "1" in word or "|" in word:
        other = word.replace("1", "l").replace("|", "l").translate(LEET)
        if other.lower() in known_words() and plain.lower() not in known_words():
            return other
    return plain


def _shorten_runs(buffer: _Buffer) -> None:
    drop: set[int] = set()
    for word in _WORD.finditer(buffer.text):
        if len(set(word.group())) == 1 and len(word.group()) == 3:
            continue  # "xxx", "www": the run is the word
        runs = list(_RUN.finditer(word.group()))
        if runs:
            kept = _lengths(word.group(), runs)
            for run, length in zip(runs, kept, strict=True):
                drop.update(range(word.start() + run.start() + length, word.start() + run.end()))
    if drop:
        buffer.keep([i for i in range(len(buffer.characters)) if i not in drop])


def _lengths(word: str, runs: list[re.Match[str]]) -> tuple[int, ...]:
    """How long each run is to become: the reading with most double letters that is a word."""
    if len(runs) <= _MOST_RUNS:
        for lengths in itertools.product((2, 1), repeat=len(runs)):
            reading, end = "", 0
            for run, length in zip(runs, lengths, strict=True):
                reading += word[end : run.start()] + run.group()[:length]
                end = run.end()
            if (reading + word[end:]).lower() in known_words():
                return lengths
    return (1,) * len(runs)

"""Text that is made to be misread: encoded, hidden, reordered, or addressed to the filter."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence

from safety.prompt.english import known_words
from safety.prompt.normalise import Normalised
from safety.verdict import Decision, Finding

CATEGORY = "disguised"

_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{24,}|(?:\\?[ux%][0-9a-fA-F]{2,4}){4,}|(?:[01]{8}\s*){3,}")
_MAYBE_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{8,}={0,2}(?![\w+/])")
_MAYBE_HEX = re.compile(r"(?<!\w)[0-9a-fA-F]{2}(?:[ :,]?[0-9a-fA-F]{2}){4,}(?!\w)")
_LEAST_PLAIN, _LEAST_LENGTH = 0.8, 5
_LONG_WORD = re.compile(r"[^\W_]{36,}")
_MIXED_WORD = re.compile(r"[^\W\d_]+")
_TO_THE_FILTER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|disable)\b.{0,40}\b(?:instruction|rule|filter|"
    r"polic(?:y|ies)|guideline|moderation|safety|classifier|restriction|prompt)s?\b"
    r"|\b(?:classif\w+|label|mark|rate|treat|answer|respond|score|output|return)\b.{0,40}"
    r"\b(?:as|with|is|=|:)\s*[\"'“]?(?:safe|allow(?:ed)?|benign|harmless|approved)\b"
    r"|\b(?:system prompt|jailbreak|developer mode)\b|\b(?:you are (?:now )?(?:a|an|the) "
    r"(?:safety |content )?(?:classifier|filter|moderator|assistant))\b"
    r"|\"?decision\"?\s*[:=]\s*\"?allow",
    re.I | re.S,
)
_COMBINING_SHARE = 0.2
_INVISIBLE_LIMIT = 3


class DisguiseRule:
    """Asks for review when the text shows a trick; harmless readers do not meet it."""

    name = "rule.disguise"

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """At most one finding per trick."""
        return [
            Finding(CATEGORY, 1.0, Decision.REVIEW, self.name, reason, span, field)
            for reason, span in _tricks(text)
        ]


def _tricks(text: Normalised) -> Iterator[tuple[str, tuple[int, int] | None]]:
    original = text.original
    if text.bidi:
        yield "Invisible characters change the order in which this reads. Remove them.", None
    combining = sum(unicodedata.combining(character) != 0 for character in original)
    if combining > _COMBINING_SHARE * len(original):
        yield "This text is covered in accents. Write it in plain letters.", None
    elif text.removed - combining > _INVISIBLE_LIMIT:
        yield "This text contains invisible characters. Type it again.", None
    if encoded := _encoded(original):
        yield "A part of this text is encoded. Write it in plain words.", encoded
    else:
        if long := _LONG_WORD.search(original):
            yield "This word is too long to be read. Put spaces between words.", long.span()
    for match in _MIXED_WORD.finditer(original):
        if _mixes_scripts(match.group()):
            yield "This word mixes letters of several alphabets. Type it again.", match.span()
            break
    if order := _TO_THE_FILTER.search(text.text):
        yield (
            "This part speaks to the filter instead of describing a clip. Leave it out.",
            text.span(*order.span()),
        )


def _encoded(text: str) -> tuple[int, int] | None:
    """Where a long run looks encoded, or a short one decodes to writing."""
    for match in _ENCODED.finditer(text):
        if _looks_encoded(match.group()):
            return match.span()
    for pattern, decode in ((_MAYBE_BASE64, _from_base64), (_MAYBE_HEX, _from_hex)):
        for match in pattern.finditer(text):
            if _is_writing(decode(match.group())):
                return match.span()
    return None


def _is_writing(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    plain = sum(c == " " or (c.isascii() and c.isalpha()) for c in text)
    long_enough = len(text) >= _LEAST_LENGTH
    return long_enough and text.isprintable() and plain >= _LEAST_PLAIN * len(text)


def _from_base64(run: str) -> bytes:
    """What a run says in base64; nothing for plain words, which are known or have no capitals
    inside."""
    bare = run.rstrip("=")
    if bare[1:].islower() or bare.lower() in known_words() or len(bare) % 4 == 1:
        return b""
    return base64.b64decode(bare + "=" * (-len(bare) % 4))


def _from_hex(run: str) -> bytes:
    return bytes.fromhex(re.sub(r"[ :,]", "", run))


def _looks_encoded(run: str) -> bool:
    if "\\" in run or "%" in run or set(run) <= set("01 \t\n"):
        return True
    kinds = (any(c.isdigit() for c in run), any(c.isupper() for c in run[1:]), "=" in run)
    return "-" not in run.strip("-") and sum(kinds) >= 2


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(character, "").split(" ")[0] for character in word}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})

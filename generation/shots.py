"""A prompt as a shot card: who, doing what, where, in which mood, seen how, drawn how.

The rules, in their order, for English prompts (`shot_words` has the words):

1. The prompt is cut at commas, semicolons and ends of sentences.
2. In front of a part, "a watercolour painting of" is style and "close-up of" is camera.
3. Fixed phrases go to their slot wherever they stand: "camera pans left", "at sunset", "in the
   rain", "in the style of …".
4. A part whose head names light, weather, feeling, camera or technique goes there whole ("soft
   warm light", "35mm film"), once the story has begun; before that only if it is short.
5. What is left is the story. Its subject ends at the first verb: a word in -ing that names no thing
   and describes none ("a flying fish jumping"), or a known verb ("rises"). The place begins at a
   preposition of place, unless that belongs to how something moves ("in circles").
6. A later part that is none of these follows the part before it, so that the story keeps its order.

A word that no rule knows stays in the story: nothing is looked up and nothing is lost, but for
words that say nothing where they stood (`shot_words.SILENT`: the "of" of "a painting of").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from generation import shot_words as known
from generation.errors import InvalidRequest

SLOTS: Final = ("subject", "action", "place", "mood", "camera", "style")
STORY: Final = SLOTS[:3]

_CUT: Final = re.compile(r"(\s*[,;]+(?!\d)\s*|(?<=\w)\s*[.!?]+(?:\s+|$))")
_EDGES: Final = " ,;.!?"
_WORD: Final = re.compile(r"[\w’'-]+")
_SHORT: Final = 4  # words of a label that may stand before the story


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)


_LEADS: Final = {
    "style": re.compile(known.STYLE_LEAD, re.IGNORECASE),
    "camera": re.compile(known.CAMERA_LEAD, re.IGNORECASE),
}
_PHRASES: Final = {
    "style": _compiled(known.STYLE),
    "camera": _compiled(known.CAMERA),
    "mood": _compiled(known.MOOD),
}
_HEADS: Final = {
    "camera": known.CAMERA_HEADS,
    "mood": known.MOOD_HEADS,
    "style": known.STYLE_HEADS,
}
_PLACE: Final = _compiled(known.PLACE)
_ADVERBIAL: Final = _compiled(known.ADVERBIAL)


@dataclass(frozen=True, slots=True)
class ShotCard:
    """One shot in six slots, each a phrase or empty."""

    subject: str = ""
    action: str = ""
    place: str = ""
    mood: str = ""
    camera: str = ""
    style: str = ""

    def prompt(self) -> str:
        """One sentence with everything that is on the card."""
        story = ""
        for text in filter(None, (self.subject, self.action, self.place)):
            joint = ", " if _CUT.search(story) else " "  # behind an aside a new clause begins
            story = f"{story}{joint}{text}" if story else text
        return ", ".join(filter(None, (story, self.mood, self.camera, self.style)))

    def with_slot(self, slot: str, text: str) -> ShotCard:
        """The card with other words in one slot; empty words empty it.

        Raises:
            InvalidRequest: generation.slot, for a slot that there is not.
        """
        if slot not in SLOTS:
            raise InvalidRequest(
                "generation.slot",
                "A shot card has no such slot.",
                f"Choose one of {', '.join(SLOTS)}.",
            )
        return replace(self, **{slot: " ".join(text.split()).strip(_EDGES)})


def parse(prompt: str) -> ShotCard:
    """The card of any text. A text without words gives an empty card."""
    card = _Card()
    for part in _parts(prompt):
        rest = card.take_labels(part.text)
        if not rest:
            continue
        if slot := _label(rest, begun=bool(card.last)):
            card.add(slot, rest)
        else:
            card.tell(part.joint, rest)
    return ShotCard(**card.slots)


class _Part(NamedTuple):
    joint: str  # what stood in front of it, e.g. ", "
    text: str


class _Token(NamedTuple):
    word: str  # in lower case
    start: int
    end: int


class _Story(NamedTuple):
    subject: str
    action: str
    place: str


class _Card:
    """A card while it is filled. `last` is the story slot that a stray part follows."""

    def __init__(self) -> None:
        self.slots = dict.fromkeys(SLOTS, "")
        self.last = ""

    def add(self, slot: str, text: str, joint: str = ", ") -> None:
        if not text:
            return
        before = self.slots[slot]
        self.slots[slot] = f"{before}{joint}{text}" if before else text
        if slot in STORY:
            self.last = slot

    def take_labels(self, text: str) -> str:
        """Rules 2 and 3; returns what is left of the part."""
        while found := next(_leads(text), None):
            slot, label, text = found
            self.add(slot, label)
        for slot, pattern in _PHRASES.items():
            while match := pattern.search(text):
                self.add(slot, _clean(match.group()))
                text = _clean(f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}")
        return "" if all(token.word in known.SILENT for token in _tokens(text)) else text

    def tell(self, joint: str, text: str) -> None:
        """Rules 5 and 6."""
        story = _story(text)
        fresh = not self.slots["action"] and not (self.slots["place"] and self.slots["subject"])
        if fresh and (story.subject or story.action):
            for slot in STORY:
                self.add(slot, getattr(story, slot), joint)
        elif not self.slots["place"] and story.place and not story.subject + story.action:
            self.add("place", story.place)
        else:
            self.add(self.last or "subject", text, joint)


def _parts(prompt: str) -> list[_Part]:
    pieces = _CUT.split(_decapitalised(" ".join(prompt.split())))
    joints = [", ", *(f"{mark.strip()[0]} " for mark in pieces[1::2])]
    texts = (_clean(piece) for piece in pieces[::2])
    return [_Part(joint, text) for joint, text in zip(joints, texts, strict=True) if text]


def _clean(text: str) -> str:
    return " ".join(text.split()).strip(_EDGES)


def _decapitalised(prompt: str) -> str:
    """Small words lose the capital of a beginning, since they may move; names keep it."""
    first = _WORD.match(prompt)
    small = known.DETERMINERS | known.PREPOSITIONS | known.SILENT
    if first and first.group().lower() in small:
        return first.group().lower() + prompt[first.end() :]
    return prompt


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)]


def _leads(text: str) -> Iterator[tuple[str, str, str]]:
    """(slot, its words, the rest) of what stands in front of a part."""
    for slot, pattern in _LEADS.items():
        if match := pattern.match(text):
            yield slot, match.group(1), text[match.end() :]


def _label(text: str, *, begun: bool) -> str:
    """The slot that a whole part belongs to by its head (rule 4), or an empty string."""
    tokens = _tokens(text)
    verb, place = _verb(text, tokens), _place(text, 0)
    bare = not any(token.word in known.DETERMINERS | known.PREPOSITIONS for token in tokens)
    ends = [] if place is None else [place]
    if verb is not None and not (verb == 0 and bare):  # "glowing neon style" has no verb
        ends.append(tokens[verb].start)
    head = [token.word for token in tokens if token.start < min(ends, default=len(text))]
    if not head or (not begun and (ends or len(tokens) > _SHORT)):
        return ""
    slot = next((slot for slot, heads in _HEADS.items() if head[-1] in heads), "")
    return "" if slot != "mood" and head[0] in known.DETERMINERS else slot


def _story(text: str) -> _Story:
    """The story of one part (rule 5)."""
    lead, text = _leading_place(text)
    tokens = _tokens(text)
    verb = _verb(text, tokens)
    if verb is None:
        at = _place(text, 0)
        subject, action, rest = (text, "", "") if at is None else (text[:at], "", text[at:])
    else:
        start, behind = tokens[_with_adverbs(tokens, verb)].start, tokens[verb].end
        aims = _stem(tokens[verb].word) & known.AIMED and _next_is(tokens, verb, "at")
        at = _place(text, tokens[verb + 1].end if aims else behind)
        subject, action = text[:start], text[start:at]
        rest = "" if at is None else text[at:]
        if not rest and (inner := _place(subject, 1)) is not None:
            subject, rest = subject[:inner], subject[inner:]
    place = ", ".join(filter(None, (_clean(lead), _clean(rest))))
    return _Story(_clean(subject), _clean(action), place)


def _leading_place(text: str) -> tuple[str, str]:
    """("in the desert", "a blue car moving left"): a place in front needs no comma."""
    if _place(text, 0) != 0:
        return "", text
    tokens = _tokens(text)
    for before, token in pairwise(tokens[1:]):
        begins = token.word in known.DETERMINERS
        if begins and before.word not in known.DETERMINERS | known.PREPOSITIONS | known.SILENT:
            return text[: token.start], text[token.start :]
    return "", text


def _place(text: str, start: int) -> int | None:
    """Where a place begins, at or behind `start`."""
    at = start
    while match := _PLACE.search(text, at):
        if adverbial := _ADVERBIAL.match(text, match.start()):
            at = adverbial.end()
        elif _is_particle(text, match) or _is_worn(text, match):
            at = match.end()
        else:
            return match.start() if _tokens(text[match.end() :]) else None
    return None


def _is_particle(text: str, match: re.Match[str]) -> bool:
    if match.group().lower() not in known.PARTICLES:
        return False
    follows = _tokens(text[match.end() :])[:1]
    return bool(follows) and follows[0].word in known.PREPOSITIONS


def _is_worn(text: str, match: re.Match[str]) -> bool:
    """ "in a red dress" says who, not where: it ends, within four words, in something worn."""
    if match.group().lower() not in ("in", "on"):
        return False
    phrase = ""
    for token in _tokens(text[match.end() :])[:4]:
        ends = known.PREPOSITIONS | (known.DETERMINERS if phrase else frozenset())
        if token.word in ends or _is_participle(token.word):
            break
        phrase = token.word
    return phrase in known.WORN


def _verb(text: str, tokens: list[_Token]) -> int | None:
    """The place of the first verb among the tokens."""
    for index in range(len(tokens)):
        if _is_verb(tokens, index) and not _describes(text, tokens, index):
            return index
    return None


def _is_verb(tokens: list[_Token], index: int) -> bool:
    word = tokens[index].word
    before = tokens[index - 1].word if index else ""
    if before in known.DETERMINERS | known.ADJECTIVES:
        return False
    if _is_participle(word):
        return True
    if not before or not _stem(word) & known.VERBS:
        return False
    if word in known.VERBS:
        many = any(token.word == "and" for token in tokens[:index])
        return many or before in known.PLURALS or (before.endswith("s") and len(before) > 3)
    followed = index + 1 < len(tokens) and _is_participle(tokens[index + 1].word)
    return tokens[0].word in known.SINGULAR and not followed


def _is_participle(word: str) -> bool:
    return word.endswith("ing") and len(word) > 4 and word not in known.NOT_VERBS


def _describes(text: str, tokens: list[_Token], index: int) -> bool:
    """ "smiling" in "a friendly smiling ghost rising": a noun follows, and then the verb itself."""
    if not _is_participle(tokens[index].word):
        return False
    place = _place(text, tokens[index].end)
    rest = [t.word for t in tokens[index + 2 :] if place is None or t.start < place]
    follows = tokens[index + 1].word if index + 1 < len(tokens) else ""
    noun = follows and follows not in known.DETERMINERS | known.PREPOSITIONS | known.SILENT
    return bool(noun) and not _is_participle(follows) and any(map(_is_participle, rest))


def _with_adverbs(tokens: list[_Token], verb: int) -> int:
    while verb and tokens[verb - 1].word in known.ADVERBS:
        verb -= 1
    return verb


def _next_is(tokens: list[_Token], index: int, word: str) -> bool:
    return index + 1 < len(tokens) and tokens[index + 1].word == word


def _stem(word: str) -> frozenset[str]:
    """What a verb's form may come from: "rises" from rise, "flies" from fly, "waving" from wave."""
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    if word.endswith("ies"):
        forms.add(f"{word[:-3]}y")
    if word.endswith("ing"):
        forms |= {word[:-3], f"{word[:-3]}e", word[:-4]}
    return frozenset(forms)

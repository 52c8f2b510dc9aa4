"""Damage to signed files, at random: flips, cuts, moved and doubled boxes, splices.

`judge` answers one question about a damaged file: does the verdict still call it whole although
its pictures or its claims changed? That must never happen.
"""

from __future__ import annotations

import hashlib
import io
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from provenance import Examination, ProvenanceError, TrustStores, VerdictState, read_credentials
from provenance.credentials import Credentials
from provenance.errors import LimitReached
from provenance.examination import MarkFacts, VideoFacts
from provenance.media import read_frames
from provenance.verdict import state_of

INTACT = {VerdictState.OURS_INTACT, VerdictState.OURS_DEV, VerdictState.TRUSTED_OTHER}
Mutation = Callable[[bytes, random.Random], bytes]


class Outcome(StrEnum):
    """What became of a damaged file."""

    REFUSED = "refused"
    HARMLESS = "intact, nothing changed"
    BREACH = "intact, but changed"


@dataclass(frozen=True)
class Original:
    """The undamaged file's pictures (SHA-256 of all frames) and claims."""

    content: bytes
    pictures: str
    claims: Credentials
    signed_at: str

    @classmethod
    def of(cls, content: bytes, trust: TrustStores) -> Original:
        claims = read_credentials(content, trust)
        if claims is None:
            raise ValueError("the original is not signed")
        return cls(content, pictures(content), _comparable(claims), claims.signed_at)


def pictures(content: bytes) -> str:
    """SHA-256 of the decoded frames; "" where nothing decodes to the end."""
    digest = hashlib.sha256()
    try:
        for frame in read_frames(io.BytesIO(content)):
            digest.update(frame.tobytes())
    except ProvenanceError:
        return ""
    return digest.hexdigest()


def judge(content: bytes, original: Original, trust: TrustStores) -> tuple[Outcome, VerdictState]:
    """The state of a damaged file, and whether that state is justified."""
    examination = Examination("", len(content), "", "", video=_VIDEO, mark=_NO_MARK)
    try:
        found = read_credentials(content, trust)
        examination = replace(examination, credentials_seen=found is not None, credentials=found)
    except LimitReached as reached:
        examination = replace(examination, limit=reached.code)
    except ProvenanceError as error:
        examination = replace(examination, credentials_seen=True, credentials_fault=error.code)
    state = state_of(examination)
    if state not in INTACT or examination.credentials is None:
        return Outcome.REFUSED, state
    seen = pictures(content)
    if not seen:
        state = state_of(replace(examination, video=None))
        if state not in INTACT:
            return Outcome.REFUSED, state
    found = examination.credentials
    same = _comparable(found) == original.claims and found.signed_at in ("", original.signed_at)
    if same and seen == original.pictures:
        return Outcome.HARMLESS, state
    return Outcome.BREACH, state


def mutate(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """(name of the damage, damaged content)."""
    name = chance.choice(list(MUTATIONS))
    return name, MUTATIONS[name](content, chance)


def _comparable(claims: Credentials) -> Credentials:
    """Claims without the time stamp: it lies outside the signature, so anybody can take it away
    (then no time is claimed), but nobody can change it."""
    kept = tuple(code for code in claims.successes if not code.startswith("timeStamp."))
    return replace(claims, informational=(), successes=kept, signed_at="")


def _flip(content: bytes, chance: random.Random, count: int = 1) -> bytes:
    changed = bytearray(content)
    for _ in range(count):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _flip_manifest(content: bytes, chance: random.Random) -> bytes:
    """A flip inside the C2PA box, where it could change what is claimed."""
    start = content.index(b"jumb")
    changed = bytearray(content)
    length = struct.unpack(">I", content[start - 4 : start])[0]
    changed[start + chance.randrange(min(length, len(content) - start))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _boxes(content: bytes) -> list[bytes]:
    found, at = [], 0
    while at + 8 <= len(content):
        size = struct.unpack(">I", content[at : at + 4])[0]
        if size < 8:
            break
        found.append(content[at : at + size])
        at += size
    return found


def _shuffle(content: bytes, chance: random.Random) -> bytes:
    found = _boxes(content)
    chance.shuffle(found)
    return b"".join(found)


def _drop_box(content: bytes, chance: random.Random) -> bytes:
    found = _boxes(content)
    found.pop(chance.randrange(len(found)))
    return b"".join(found)


def _double_box(content: bytes, chance: random.Random) -> bytes:
    found = _boxes(content)
    found.insert(chance.randrange(len(found) + 1), chance.choice(found))
    return b"".join(found)


def _foreign_box(content: bytes, chance: random.Random) -> bytes:
    found = _boxes(content)
    kind = chance.choice([b"free", b"skip", b"uuid", b"moov", b"mdat", b"meta", b"ftyp", b"emsg"])
    payload = chance.randbytes(chance.randrange(64))
    box = struct.pack(">I4s", 8 + len(payload), kind) + payload
    found.insert(chance.randrange(len(found) + 1), box)
    return b"".join(found)


def _retype_box(content: bytes, chance: random.Random) -> bytes:
    found = _boxes(content)
    index = chance.randrange(len(found))
    kind = chance.choice([b"free", b"skip", b"mdat", b"moov", b"uuid"])
    found[index] = found[index][:4] + kind + found[index][8:]
    return b"".join(found)


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _append(content: bytes, chance: random.Random) -> bytes:
    return content + chance.randbytes(chance.randrange(1, 200))


def _cut(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randrange(1, 400) :]


def _insert(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + chance.randbytes(chance.randrange(1, 64)) + content[start:]


def _splice(content: bytes, chance: random.Random) -> bytes:
    """A piece of the file over another place of it."""
    length = chance.randrange(1, 2000)
    source, target = (chance.randrange(max(1, len(content) - length)) for _ in range(2))
    piece = content[source : source + length]
    return content[:target] + piece + content[target + len(piece) :]


def _zero(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    length = min(chance.randrange(1, 300), len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


MUTATIONS: dict[str, Mutation] = {
    "one bit": _flip,
    "three bits": lambda content, chance: _flip(content, chance, 3),
    "one bit of the manifest": _flip_manifest,
    "boxes in another order": _shuffle,
    "a box dropped": _drop_box,
    "a box doubled": _double_box,
    "a foreign box": _foreign_box,
    "a box of another type": _retype_box,
    "truncated": _truncate,
    "bytes appended": _append,
    "bytes cut out": _cut,
    "bytes put in": _insert,
    "a splice": _splice,
    "zeroes": _zero,
}

_VIDEO = VideoFacts(0, 0, 1.0, 1, 1.0, "h264", capped=False, damaged=False)
_NO_MARK = MarkFacts(None, 0.0, 1.0, 1.0, None, too_small=False)

"""Examine an uploaded video: calls into a confined child around looks into the registry."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from provenance.credentials.claims import MARK_BYTES
from provenance.credentials.reader import Credentials
from provenance.credentials.trust import TrustStores
from provenance.errors import LimitReached
from provenance.examination import Examination, RecordFacts
from provenance.media import Limits
from provenance.registry import RegisteredClip, Registry
from provenance.sandbox import Sandbox, examination_failed
from provenance.shortlist import BORDERLESS, HASH_BYTES, PARTS, View
from provenance.version import NAME, VERSION
from provenance.watermark import KeyRing
from provenance.watermark.planes import Bytes

_MOST_WORDS = 4_000_000
"""IDs times keys that are handed to the child; past that, marks are read without knowing any."""
_MOST_VIEWS = 32
"""Ways in which an upload is looked at, and frames looked at in one, that a child may tell of."""


@dataclass(frozen=True, slots=True)
class _Lookup:
    mark_id: int
    clip: RegisteredClip
    via: str


def examine(
    path: Path,
    keys: KeyRing | None,
    trust: TrustStores,
    registry: Registry | None,
    limits: Limits | None = None,
    *,
    wall_seconds: float = 60.0,
) -> Examination:
    """Measure everything about a file of unknown origin. Changes nothing, asks no network.

    Args:
        path: the file; its name is not looked at.
        keys: mark keys to look for; None skips the mark.
        trust: whom to trust.
        registry: where published clips are looked up; None when there is none.
        limits: of the decoding.
        wall_seconds: for the whole examination.

    Raises:
        ProvenanceFailed: a fault of ours: no sandbox, a broken record. Never because of the file.
    """
    limits = limits or Limits()
    base = _begin(path)
    if base.size > limits.max_bytes:
        most = limits.max_bytes // 1_000_000
        return replace(
            base,
            limit="provenance.file-too-large",
            limit_reason=f"The file is larger than {most} MB.",
        )
    found: dict[str, Any] = {}
    try:
        with Sandbox(path, wall_seconds) as box:
            found = box.call("inspect", **_request(keys, trust, registry, limits))
            if looked := _look_up(found, registry):
                found |= _matched(box, looked)
            elif registry and found.get("video") and not _read_mark(found):
                found |= _resembling(box, registry)
    except LimitReached as reached:
        found |= {"limit": reached.code, "limit_reason": reached.message}
    return _completed(base, found)


def _begin(path: Path) -> Examination:
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
            size += len(chunk)
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return Examination(digest.hexdigest(), size, now, f"{NAME} {VERSION}")


def _request(
    keys: KeyRing | None, trust: TrustStores, registry: Registry | None, limits: Limits
) -> dict[str, Any]:
    ring = [
        {"epoch": key.epoch, "tenant": key.tenant, "secret": key.secret.hex()}
        for key in (keys.keys if keys else ())
    ]
    names = registry.names(keys) if registry and keys else None
    if names is not None and len(names) * len(names.words) > _MOST_WORDS:
        names = None
    return {
        "keys": ring,
        "trust": asdict(trust),
        "registered": names.packed if names is not None else {},
        "limits": asdict(limits),
    }


def _look_up(found: dict[str, Any], registry: Registry | None) -> _Lookup | None:
    """By the mark first; the mark that the credentials tell of is only their claim."""
    if registry is None:
        return None
    mark_id = _read_mark(found)
    if isinstance(mark_id, int):
        clip = registry.find(mark_id)
        return _Lookup(mark_id, clip, "mark") if clip else None
    credentials = found.get("credentials")
    marks = Credentials.from_dict(credentials).marks if credentials else ()
    if len(marks) == 1 and len(marks[0]) == 2 * MARK_BYTES:
        claimed = int(marks[0], 16)
        clip = registry.find(claimed)
        return _Lookup(claimed, clip, "credentials") if clip else None
    return None


def _matched(box: Sandbox, looked: _Lookup) -> dict[str, Any]:
    clip = looked.clip
    matched = box.call(
        "match",
        manifest=base64.b64encode(clip.manifest).decode(),
        reference=base64.b64encode(clip.reference).decode(),
    )
    record = _record(looked.mark_id, clip, looked.via)
    return {
        "record": {**asdict(record), "recovered": matched.get("recovered")},
        "content": matched.get("content"),
    }


def _resembling(box: Sandbox, registry: Registry) -> dict[str, Any]:
    """The published clip that the picture shows, where no mark and no credentials lead to one."""
    views = _views(box.call("hashes"))
    near = [(each, registry.find(each.mark_id)) for each in registry.look_alikes(views)]
    clips = [(each, clip) for each, clip in near if clip]
    references = [base64.b64encode(clip.reference).decode() for _near, clip in clips]
    ways = [each.way for each, _clip in clips]
    matched = box.call("resembles", references=references, ways=ways) if references else {}
    if not matched:
        return {"picture_searched": True}
    try:
        found, clip = clips[matched["place"]]
    except (KeyError, TypeError, IndexError) as fault:
        raise examination_failed() from fault
    return {
        "picture_searched": True,
        "record": asdict(_record(found.mark_id, clip, "fingerprint")),
        "content": matched.get("content"),
    }


def _record(mark_id: int, clip: RegisteredClip, via: str) -> RecordFacts:
    return RecordFacts(
        clip.manifest_id, mark_id, via, clip.taken_down, None, clip.taken_down_reason
    )


def _views(told: dict[str, Any]) -> list[View]:
    """The child's answer is untrusted data: what does not fit is a fault of ours to report."""
    try:
        views = [
            View(_hashes(each["hashes"]), int(each["way"]), int(each["part"]))
            for each in told["views"]
        ]
    except (KeyError, TypeError, ValueError) as fault:
        raise examination_failed() from fault
    if len(views) > _MOST_VIEWS or not all(map(_is_possible, views)):
        raise examination_failed()
    return views


def _hashes(told: str) -> Bytes:
    return np.frombuffer(bytes.fromhex(told), np.uint8).reshape(-1, HASH_BYTES)


def _is_possible(view: View) -> bool:
    ways, parts = range(2 * BORDERLESS), range(len(PARTS))
    return 0 < len(view.hashes) <= _MOST_VIEWS and view.way in ways and view.part in parts


def _read_mark(found: dict[str, Any]) -> Any:
    return (found.get("mark") or {}).get("mark_id")


def _completed(base: Examination, found: dict[str, Any]) -> Examination:
    """The child's answer is untrusted data: what does not fit is a fault of ours to report."""
    try:
        return Examination.from_dict(base.as_dict() | found)
    except (TypeError, KeyError, ValueError, AttributeError) as fault:
        raise examination_failed() from fault

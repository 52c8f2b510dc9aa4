"""The confined child: everything that touches the bytes of an uploaded file happens here.

`forkserver` calls `load` once and `serve` in each child. The child locks itself up, then answers
requests, one line of JSON each, until its input ends. An answer is one line of JSON too, followed
by as many raw bytes as its ``bytes`` says: pictures do not travel as text.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

import av
import cryptography.hazmat
import cv2
from PIL import Image

from provenance.comparison import ContentMatch, compare
from provenance.confinement import confine, prepare
from provenance.credentials import boxes
from provenance.credentials.reader import Credentials, read_credentials, read_store
from provenance.credentials.trust import TrustStores
from provenance.errors import LimitReached, ProvenanceError, ProvenanceFailed
from provenance.examination import ContentFacts, MarkFacts, RegionFacts, VideoFacts
from provenance.fingerprint import Reference
from provenance.media import Frame, Limits, Video, probe, read_frames, read_video, resized
from provenance.picture import read_picture
from provenance.shortlist import views_of
from provenance.similar import shown
from provenance.watermark import KeyRing, MarkDetection, MarkKey, Names, detect

_CPU_SECONDS = 30
_SEARCHED_FPS = 12
"""Frames a second that are enough to tell which clip a video shows: references have six."""


class Inspection:
    """One file under examination; keeps the decoded video between the two calls."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._video: Video | None = None
        self._detection: MarkDetection | None = None
        self._trust = TrustStores(c2pa="", tsa="")
        self._frames: Iterator[Frame] = iter(())
        self.raw = b""
        """What follows the answer of the last call."""

    def inspect(
        self,
        keys: list[dict[str, Any]],
        trust: dict[str, Any],
        registered: dict[str, str],
        limits: dict[str, Any],
    ) -> dict[str, Any]:
        """Credentials, picture and mark of the file. What fails is said, what works is kept."""
        self._trust = TrustStores(**trust)
        found: dict[str, Any] = self._credentials()
        try:
            self._video = read_video(self._file, Limits(**limits))
        except LimitReached as reached:
            found |= _limit(reached)
        except ProvenanceError:
            return found
        except MemoryError:
            found |= _limit(_memory())
        if self._video is not None:
            found["video"] = asdict(_video_facts(self._video))
            found |= self._mark(keys, registered)
        return found

    def match(self, manifest: str, reference: str) -> dict[str, Any]:
        """The stored manifest against the file, the registered content against the picture."""
        recovered: Credentials | None = None
        try:
            recovered = read_credentials(self._file, self._trust, base64.b64decode(manifest))
        except ProvenanceError:
            recovered = None
        return {
            "recovered": recovered.as_dict() if recovered else None,
            "content": self._content(base64.b64decode(reference)),
        }

    def hashes(self) -> dict[str, Any]:
        """What the picture is looked for by; see `shortlist.views_of`."""
        views = views_of(self._video.luma) if self._video else []
        return {
            "views": [
                {"hashes": view.hashes.tobytes().hex(), "way": view.way, "part": view.part}
                for view in views
            ]
        }

    def resembles(self, references: list[str], ways: list[int]) -> dict[str, Any]:
        """Which of these registered clips, each looked at in its way (`shortlist.View`), the
        picture shows, by its place; {} for none."""
        if self._video is None:
            return {}
        kept = (_reference(base64.b64decode(each)) for each in references)
        seen = self._video.moments
        step = max(1, round(seen.fps / _SEARCHED_FPS))
        luma, chroma = seen.luma[::step], seen.chroma[::step]
        found = shown(luma, chroma, seen.fps / step, zip(kept, ways, strict=True))
        return {"place": found.place, "content": asdict(_facts(found.match))} if found else {}

    def manifest(self, trust: dict[str, Any]) -> dict[str, Any]:
        """The credentials in a file that is a bare manifest store."""
        self._file.seek(0)
        content = self._file.read(boxes.MAX_MANIFEST_BYTES + 1)
        return read_store(content, TrustStores(**trust)).as_dict()

    def picture(self, max_pixels: int) -> dict[str, Any]:
        """The file as one RGB picture."""
        return self._send(read_picture(self._file, max_pixels))

    def clip(self, size: list[int] | None, limits: dict[str, Any]) -> dict[str, Any]:
        """Get ready to give out the frames of the file, resized to (width, height)."""
        bounds = Limits(**limits)
        info = probe(self._file, bounds)
        wanted = (size[0], size[1]) if size else (info.width, info.height)
        self._frames = (resized(each, wanted) for each in read_frames(self._file, bounds))
        return {"fps": info.fps, "size": list(wanted)}

    def frame(self) -> dict[str, Any]:
        """The next frame; without one, an empty answer."""
        frame = next(self._frames, None)
        return {} if frame is None else self._send(frame)

    def _send(self, frame: Frame) -> dict[str, Any]:
        self.raw = frame.tobytes()
        return {"shape": list(frame.shape)}

    def _credentials(self) -> dict[str, Any]:
        if not boxes.is_bmff(self._file):
            return {}
        found: dict[str, Any] = {}
        try:
            found["credentials_seen"] = boxes.find_store(self._file) is not None
            credentials = read_credentials(self._file, self._trust)
            found["credentials"] = credentials.as_dict() if credentials else None
        except LimitReached as reached:
            found |= {"credentials_seen": True} | _limit(reached)
        except ProvenanceError as error:
            found |= {"credentials_seen": True, "credentials_fault": error.code}
        return found

    def _mark(self, keys: list[dict[str, Any]], registered: dict[str, str]) -> dict[str, Any]:
        if self._video is None or not keys:
            return {}
        ring = KeyRing.of(
            MarkKey(key["epoch"], bytes.fromhex(key["secret"]), key["tenant"]) for key in keys
        )
        names = Names.unpacked(registered) if registered else None
        try:
            found = detect(self._video.luma, self._video.picture_types, ring, registered=names)
        except MemoryError:
            return _limit(_memory())
        self._detection = found
        facts = MarkFacts(
            found.mark_id,
            float(found.score),
            float(found.threshold),
            float(found.false_positive_bound),
            found.epoch,
            found.too_small,
        )
        return {"mark": asdict(facts)}

    def _content(self, reference: bytes) -> dict[str, Any] | None:
        if self._video is None or not reference:
            return None
        geometry = self._detection.geometry if self._detection else None
        stored, seen = _reference(reference), self._video.moments
        lattice = geometry.resized(seen.scale) if geometry else None
        match = compare(seen.luma, lattice, stored, fps=seen.fps, chroma=seen.chroma)
        return asdict(_facts(match))


def _reference(content: bytes) -> Reference:
    try:
        return Reference.from_bytes(content)
    except ValueError as fault:
        raise ProvenanceFailed(
            "record-broken",
            "The studio's record of this clip is broken.",
            "Restore the studio's records from a backup.",
        ) from fault


def _facts(match: ContentMatch) -> ContentFacts:
    heatmap: tuple[tuple[int, ...], ...] = ()
    if match.heatmap is not None and match.segments:
        levels = (match.heatmap * 255).round().astype(int).tolist()
        heatmap = tuple(tuple(row) for row in levels)
    return ContentFacts(
        str(match.state),
        float(match.score),
        float(match.coverage),
        tuple((float(start), float(end)) for start, end in match.segments),
        tuple(RegionFacts(**asdict(region)) for region in match.regions),
        heatmap,
        float(match.start),
        float(match.speed),
        float(match.clip_seconds),
        tuple((float(start), float(end)) for start, end in match.missing),
        str(match.colour),
    )


def _video_facts(video: Video) -> VideoFacts:
    info = video.info
    frames = len(video.luma)
    return VideoFacts(
        info.width,
        info.height,
        info.fps,
        frames,
        frames / info.fps,
        info.codec,
        video.capped,
        video.damaged,
    )


def _limit(reached: LimitReached) -> dict[str, Any]:
    return {"limit": reached.code, "limit_reason": reached.message}


def _memory() -> LimitReached:
    return LimitReached(
        "examination-stopped",
        "The examination was stopped: the video asked for too much memory.",
        "Try a shorter or smaller copy of the video.",
    )


def _answer(functions: dict[str, Callable[..., dict[str, Any]]], line: str) -> dict[str, Any]:
    try:
        request = json.loads(line)
        return {"result": functions[request["call"]](**request["arguments"])}
    except ProvenanceError as error:
        return {"error": _described(error)}
    except MemoryError:
        return {"fault": "memory"}
    except Exception as error:  # the parent gets a code, never a stack trace
        return {"fault": type(error).__name__}


def _described(error: ProvenanceError) -> dict[str, Any]:
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "advice": error.advice,
    }


def load() -> None:
    """Past the lock nothing can be imported, and these packages import parts of them late."""
    prepare()
    cv2.setNumThreads(1)
    Image.init()
    for name in ("fft", "linalg", "ma", "random"):
        importlib.import_module(f"numpy.{name}")
    for package in (av, cryptography.hazmat):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".__" not in module.name and "decrepit" not in module.name:
                importlib.import_module(module.name)


def serve(descriptor: int) -> None:
    """Lock up, then serve until the parent closes the pipe."""
    answers = sys.stdout.buffer
    with os.fdopen(descriptor, "rb") as file:
        inspection = Inspection(file)
        functions: dict[str, Callable[..., dict[str, Any]]] = {
            name: getattr(inspection, name)
            for name in (
                "inspect",
                "match",
                "hashes",
                "resembles",
                "manifest",
                "picture",
                "clip",
                "frame",
            )
        }
        refusal: ProvenanceError | None = None
        try:
            confine(_CPU_SECONDS)
        except ProvenanceError as error:
            refusal = error
        for line in sys.stdin:
            inspection.raw = b""
            answer = {"error": _described(refusal)} if refusal else _answer(functions, line)
            raw = inspection.raw if "result" in answer else b""
            told = json.dumps(answer | {"bytes": len(raw)}).encode()
            answers.write(told + b"\n" + raw)
            answers.flush()

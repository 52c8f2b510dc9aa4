"""Everything measured on one uploaded video, as plain data. What follows from it is `verdict`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from provenance.credentials.reader import Credentials


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """Size as shown (pixels), frames a second, decoded frames and seconds.

    `capped`: a limit ended the decoding early; `damaged`: the decoder gave up early.
    """

    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    codec: str
    capped: bool
    damaged: bool


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """What the mark detector found; see `watermark.MarkDetection`."""

    mark_id: int | None
    score: float
    threshold: float
    false_positive_bound: float
    epoch: int | None
    too_small: bool


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """A place that differs: shares of the picture's width and height, seconds of the upload."""

    x: float
    y: float
    width: float
    height: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """How the picture compares to the registered clip's; see `comparison.ContentMatch`.

    Attributes:
        state: "matches", "altered" or "other".
        score: share of the picture's structure found again, 0 … 1.
        coverage: share of the published clip that the upload shows, 0 … 1.
        segments: (start, end) seconds of the upload in which it differs.
        regions: places that differ.
        heatmap: rows of how much of the time each place differs, 0 … 255; empty without any.
        start, speed: upload second t shows the published clip's second (t - start) × speed.
        clip_seconds: length of the published clip.
        missing: (start, end) seconds of the published clip that the upload leaves out.
        colour: "same", "lost" (a grey copy), "changed" or "unknown".
    """

    state: str
    score: float
    coverage: float = 1.0
    segments: tuple[tuple[float, float], ...] = ()
    regions: tuple[RegionFacts, ...] = ()
    heatmap: tuple[tuple[int, ...], ...] = ()
    start: float = 0.0
    speed: float = 1.0
    clip_seconds: float = 0.0
    missing: tuple[tuple[float, float], ...] = ()
    colour: str = "unknown"


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """The studio's record that the mark, or else the credentials' own binding, leads to.

    `via` is "mark", "credentials", or "fingerprint" when the picture alone led there. `recovered`
    are the stored credentials, validated against the uploaded file; None when they could not be
    read, and for a fingerprint. `taken_down_reason` is in words, or "".
    """

    manifest_id: str
    mark_id: int
    via: str
    taken_down: bool
    recovered: Credentials | None
    taken_down_reason: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """The whole examination of one file.

    Attributes:
        sha256, size: of the file as it came; hex, bytes.
        examined_at: UTC, ISO 8601.
        detector: name and version of what examined.
        video: None when it could not be decoded.
        credentials_seen: a C2PA box is in the file, readable or not.
        credentials: what the reader said about it; also for a mere pointer (`remote_url`).
        credentials_fault: error code when they are there but cannot be read.
        mark: None when the detector did not run.
        record, content: None without a record, or without pictures to compare.
        picture_searched: the picture was looked for among the published clips, because nothing
            else led to one.
        limit: code of the limit that ended the examination early, or "".
        limit_reason: the same as a sentence.
    """

    sha256: str
    size: int
    examined_at: str
    detector: str
    video: VideoFacts | None = None
    credentials_seen: bool = False
    credentials: Credentials | None = None
    credentials_fault: str = ""
    mark: MarkFacts | None = None
    record: RecordFacts | None = None
    content: ContentFacts | None = None
    picture_searched: bool = False
    limit: str = ""
    limit_reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Examination:
        """The inverse of `as_dict`, also after a trip through JSON."""
        parts = dict(data)
        if video := parts.get("video"):
            parts["video"] = VideoFacts(**video)
        if credentials := parts.get("credentials"):
            parts["credentials"] = Credentials.from_dict(credentials)
        if mark := parts.get("mark"):
            parts["mark"] = MarkFacts(**mark)
        if record := parts.get("record"):
            stored = record["recovered"]
            recovered = Credentials.from_dict(stored) if stored else None
            parts["record"] = RecordFacts(**{**record, "recovered": recovered})
        if content := parts.get("content"):
            rows = {
                name: tuple(tuple(each) for each in content[name])
                for name in ("segments", "heatmap", "missing")
            }
            regions = tuple(RegionFacts(**region) for region in content["regions"])
            parts["content"] = ContentFacts(**{**content, **rows, "regions": regions})
        return cls(**parts)

"""Video in and out: H.264 written whole or not at all, untrusted video read within bounds.

`write_video` is for our own frames. `read_video` takes anything: it opens no other file and no
network address (ffmpeg's protocol, format and codec whitelists), and stops at the limits.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import av
import cv2
import numpy as np
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from numpy.typing import NDArray

from provenance.atomic import replacing, write_fault
from provenance.errors import InvalidMedia, LimitReached, ProvenanceError, ProvenanceFailed

Frame = NDArray[np.uint8]

_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,gif"
_CODECS = "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,mpeg2video,libvpx-vp8,libvpx-vp9,gif"
_LUMA_FIRST = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"}
_CHROMA_SIDE = 128
_UNSPECIFIED = 2  # ISO/IEC 23091-2, matrix coefficients
_TYPES = {1: "I"}  # everything that is predicted counts as "P"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one video may cost.

    `max_bytes` of file, `max_pixels` a frame, `max_frames` and `max_seconds` decoded, `max_luma`
    bytes of luma kept in memory (coarse chroma adds an eighth at most). A longer video is examined
    up to the limit and says so. Planes whose longer side exceeds `max_side` are kept at that side:
    the detector looks no closer.
    """

    max_bytes: int = 100_000_000
    max_pixels: int = 4096 * 2304
    max_frames: int = 2160
    max_seconds: float = 90.0
    max_luma: int = 320 * 2**20
    max_side: int = 1280


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The container's account of a video: size in pixels, frames a second, length in seconds."""

    width: int
    height: int
    fps: float
    seconds: float
    codec: str


@dataclass(frozen=True, slots=True)
class Moments:
    """What a video shows moment by moment, for a comparison with what it is said to be.

    Args:
        luma: (h, w) uint8 planes of one size.
        chroma: (h', w', 2) uint8 coarse Cb and Cr of each.
        fps: moments a second.
        scale: pixels of these planes per pixel of the video's luma.
    """

    luma: list[Frame]
    chroma: list[Frame]
    fps: float
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Video:
    """Decoded luma of a video.

    Attributes:
        info: what the container says, size as shown (after rotation).
        luma: one (height, width) uint8 plane a frame, as stored (no range conversion), upright,
            shrunk to `Limits.max_side`.
        chroma: one (h, w, 2) uint8 picture of Cb and Cr a frame, coarse, upright.
        picture_types: "I" for an intra picture, "P" for any other, one a frame.
        fields: of an interlaced video the even and the odd lines of each picture, (h/2, w/2).
        capped: a limit ended the reading before the video ended.
        damaged: the decoder gave up, or the picture changed its size, before the video ended.
    """

    info: VideoInfo
    luma: list[Frame] = field(repr=False)
    chroma: list[Frame] = field(repr=False)
    picture_types: list[str] = field(repr=False)
    fields: list[Frame] = field(repr=False)
    capped: bool = False
    damaged: bool = False

    @property
    def moments(self) -> Moments:
        """Each picture is one; of an interlaced video it holds two, of which a comparison would
        find whatever moves fast half in either place."""
        if not self.fields:
            return Moments(self.luma, self.chroma, self.info.fps)
        chroma = [coarse for coarse in self.chroma for _ in range(2)]
        scale = self.fields[0].shape[1] / self.luma[0].shape[1]
        return Moments(self.fields, chroma, 2 * self.info.fps, scale)


def write_video(path: Path, frames: Iterable[Frame], fps: int, *, crf: int = 18) -> VideoInfo:
    """Write frames as H.264, yuv420p, BT.709 limited range, in a faststart MP4.

    Args:
        path: destination; appears only when complete, synced to disk and decoded again.
        frames: (height, width, 3) uint8 RGB, all of one even size, at least one.
        fps: frames a second.
        crf: x264's constant rate factor; 18 is close to invisible.

    Raises:
        InvalidMedia: ``provenance.frame-shape`` or ``provenance.no-frames``.
        ProvenanceFailed: ``provenance.disk-full``, ``provenance.write-failed``,
            ``provenance.encode-failed``.
    """
    iterator = iter(frames)
    first = next(iterator, None)
    if first is None:
        raise InvalidMedia("no-frames", "There are no frames to write.", "Generate the clip again.")
    height, width = _checked_size(first)
    with replacing(path) as file:
        count = _encode(file.name, itertools.chain([first], iterator), (height, width), fps, crf)
        _decode_check(file.name, count, (height, width))
    return VideoInfo(width, height, float(fps), count / fps, "h264")


def probe(source: Path | BinaryIO, limits: Limits | None = None) -> VideoInfo:
    """What the container says about its first video stream, without decoding a frame.

    Raises:
        InvalidMedia: ``provenance.unreadable``; LimitReached: ``provenance.frame-too-large``.
    """
    with _opened(source, limits or Limits()) as (_, stream):
        return _info(stream)


def read_video(source: Path | BinaryIO, limits: Limits | None = None) -> Video:
    """Decode the luma of an untrusted video, up to the limits.

    Raises:
        InvalidMedia: ``provenance.unreadable`` when not one frame decodes.
        LimitReached: ``provenance.frame-too-large``.
    """
    limits = limits or Limits()
    luma: list[Frame] = []
    chroma: list[Frame] = []
    types: list[str] = []
    fields: list[Frame] = []
    size: tuple[int, ...] = ()
    capped = damaged = False
    planes = _Planes()
    with _opened(source, limits) as (container, stream):
        info = _info(stream)
        most = min(limits.max_frames, max(1, int(limits.max_seconds * info.fps)))
        kept = 0
        try:
            for picture in container.decode(stream):
                if len(luma) >= most or kept + kept // max(1, len(luma)) > limits.max_luma:
                    capped = True
                    break
                upright, coarse = planes.of(picture)
                size = size or upright.shape
                plane = _shrunk(upright, limits.max_side)
                if luma and plane.shape != luma[0].shape:
                    damaged = True
                    break
                chroma.append(coarse)
                if len(fields) == 2 * len(luma) and _is_interlaced(picture):
                    fields += _fields(upright, plane.shape)
                    kept += 2 * fields[-1].nbytes
                kept += plane.nbytes
                luma.append(plane)
                types.append(_TYPES.get(int(picture.pict_type), "P"))
        except (av.FFmpegError, ValueError):
            damaged = True
        # Some breaks look like a proper end; edit lists may leave out a few frames.
        damaged |= not capped and len(luma) < 0.9 * stream.frames
    if not luma:
        raise _unreadable()
    height, width = size
    shown = VideoInfo(width, height, info.fps, info.seconds or len(luma) / info.fps, info.codec)
    whole = len(fields) == 2 * len(luma)
    return Video(shown, luma, chroma, types, fields if whole else [], capped, damaged)


def read_frames(source: Path | BinaryIO, limits: Limits | None = None) -> Iterator[Frame]:
    """Decode a video to (height, width, 3) uint8 RGB frames, BT.709 unless the file says otherwise.

    Raises:
        InvalidMedia: ``provenance.unreadable``; LimitReached: ``provenance.frame-too-large``.
    """
    limits = limits or Limits()
    converter = VideoReformatter()
    with _opened(source, limits) as (container, stream):
        try:
            for index, picture in enumerate(container.decode(stream)):
                if index >= limits.max_frames:
                    raise _too_long(limits)
                yield _rgb(picture, converter)
        except av.FFmpegError as fault:
            raise _unreadable() from fault


def resized(frame: Frame, size: tuple[int, int]) -> Frame:
    """A (height, width, 3) frame at `size` = (width, height) pixels; its own size costs nothing."""
    if frame.shape[1::-1] == size:
        return frame
    shrinks = size[0] * size[1] < frame.shape[0] * frame.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cast(Frame, cv2.resize(frame, size, interpolation=way))


def _checked_size(frame: Frame) -> tuple[int, int]:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.shape[0] % 2 or frame.shape[1] % 2:
        raise InvalidMedia(
            "frame-shape",
            "Frames must be RGB pictures of one even width and height.",
            "Give frames of shape (height, width, 3) with even height and width.",
        )
    return frame.shape[0], frame.shape[1]


def _encode(name: str, frames: Iterable[Frame], size: tuple[int, int], fps: int, crf: int) -> int:
    height, width = size
    count = 0
    try:
        # By name: to bring the index to the front, ffmpeg opens the file a second time.
        with av.open(
            name, "w", format="mp4", container_options={"movflags": "faststart"}
        ) as container:
            stream = container.add_stream("libx264", rate=Fraction(fps))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.options = {"crf": str(crf), "preset": "fast"}
            context = stream.codec_context
            context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
            context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
            converter = VideoReformatter()
            for frame in frames:
                if _checked_size(frame) != size:
                    raise InvalidMedia(
                        "frame-shape", "The frames differ in size.", "Give frames of one size."
                    )
                container.mux(stream.encode(_picture(frame, converter)))
                count += 1
            container.mux(stream.encode())
    except av.FFmpegError as fault:
        raise (write_fault(fault) if isinstance(fault, OSError) else _encode_failed()) from fault
    return count


def _picture(frame: Frame, converter: VideoReformatter) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
    return converter.reformat(
        rgb,
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        dst_color_primaries=ColorPrimaries.BT709,
        dst_color_trc=ColorTrc.BT709,
    )


def _decode_check(name: str, count: int, size: tuple[int, int]) -> None:
    """Decode what was written: an encoder that failed silently must not publish anything."""
    try:
        with av.open(name, "r", format="mp4") as container:
            shapes = [(f.height, f.width) for f in container.decode(video=0)]
    except av.FFmpegError as fault:
        raise _encode_failed() from fault
    if shapes != [size] * count:
        raise _encode_failed()


@contextlib.contextmanager
def _opened(
    source: Path | BinaryIO, limits: Limits
) -> Iterator[tuple[av.container.InputContainer, av.VideoStream]]:
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": _FORMATS,
        "codec_whitelist": _CODECS,
        "max_pixels": str(limits.max_pixels),
    }
    with contextlib.ExitStack() as stack:
        try:
            # A file object and not a name: what the container refers to cannot be opened.
            file = stack.enter_context(source.open("rb")) if isinstance(source, Path) else source
            file.seek(0)
            container = stack.enter_context(av.open(file, "r", options=options))
            stream = container.streams.video[0]
        except (av.FFmpegError, IndexError, ValueError) as fault:
            raise _unreadable() from fault
        if stream.width * stream.height > limits.max_pixels:
            raise LimitReached(
                "frame-too-large",
                f"The picture of {stream.width} × {stream.height} pixels is too large.",
                f"Scale the video to at most {limits.max_pixels:,} pixels a frame.",
            )
        if stream.width < 1 or stream.height < 1:
            raise _unreadable()
        stream.codec_context.options = {"max_pixels": str(limits.max_pixels)}
        stream.thread_type = "AUTO"
        yield container, stream


def _info(stream: av.VideoStream) -> VideoInfo:
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    fps = min(max(float(rate), 0.1), 1000.0)
    duration = stream.duration * stream.time_base if stream.duration and stream.time_base else 0
    return VideoInfo(stream.width, stream.height, fps, float(duration), stream.codec_context.name)


class _Planes:
    """What the detector looks at of each picture of a video.

    Each conversion keeps its own tables; a picture's own `reformat` builds them every time, ten
    times the cost of the conversion.
    """

    def __init__(self) -> None:
        self._to_video, self._to_luma, self._to_small = (VideoReformatter() for _ in range(3))

    def of(self, picture: av.VideoFrame) -> tuple[Frame, Frame]:
        """Luma (H, W) and coarse Cb and Cr (h, w, 2) as stored, upright."""
        if picture.format.is_rgb:  # an animation's, as Y', Cb, Cr of BT.709
            picture = self._to_video.reformat(
                picture, format="yuv444p", dst_colorspace=Colorspace.ITU709
            )
        return self._luma(picture), self._coarse_chroma(picture)

    def _luma(self, picture: av.VideoFrame) -> Frame:
        if picture.format.name not in _LUMA_FIRST:
            picture = self._to_luma.reformat(picture, format="yuv420p")
        plane = picture.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        return _upright(rows[:, : plane.width].copy(), picture.rotation)

    def _coarse_chroma(self, picture: av.VideoFrame) -> Frame:
        """A quarter of the picture's size, at most 128 pixels a side."""
        factor = min(0.25, _CHROMA_SIDE / max(picture.width, picture.height))
        width, height = (max(1, round(side * factor)) for side in (picture.width, picture.height))
        small = self._to_small.reformat(
            picture, width, height, "yuv444p", interpolation=Interpolation.AREA
        )
        planes = np.moveaxis(small.to_ndarray()[1:], 0, -1)
        return _upright(np.ascontiguousarray(planes), picture.rotation)


def _shrunk(plane: Frame, side: int) -> Frame:
    factor = side / max(plane.shape)
    if factor >= 1:
        return plane
    size = (round(plane.shape[1] * factor), round(plane.shape[0] * factor))
    return cast(Frame, cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _is_interlaced(picture: av.VideoFrame) -> bool:
    """Whether its lines are of two moments; turned by a quarter they are lines no more."""
    return bool(picture.interlaced_frame) and picture.height > 1 and picture.rotation % 180 == 0


def _fields(plane: Frame, size: tuple[int, ...]) -> list[Frame]:
    """Even and odd lines, at half the size (height, width) at which the whole plane is kept."""
    half = (max(1, size[1] // 2), max(1, size[0] // 2))
    return [
        cast(Frame, cv2.resize(plane[first::2], half, interpolation=cv2.INTER_AREA))
        for first in (0, 1)
    ]


def _rgb(picture: av.VideoFrame, converter: VideoReformatter) -> Frame:
    known = picture.colorspace != _UNSPECIFIED
    rgb = converter.reformat(
        picture, format="rgb24", src_colorspace=None if known else Colorspace.ITU709
    ).to_ndarray()
    return _upright(cast(Frame, rgb), picture.rotation)


def _upright(pixels: Frame, rotation: int) -> Frame:
    """Turn by the display matrix, in quarter turns; `rotation` is in degrees counterclockwise."""
    turns = round(rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def _unreadable() -> ProvenanceError:
    return InvalidMedia(
        "unreadable",
        "This file could not be read as a video.",
        "Check that it is a complete MP4, MOV, WebM, MKV, AVI or TS video, or a GIF.",
    )


def _too_long(limits: Limits) -> ProvenanceError:
    return LimitReached(
        "video-too-long",
        f"The video has more than {limits.max_frames} frames.",
        "Cut it into shorter parts.",
    )


def _encode_failed() -> ProvenanceError:
    return ProvenanceFailed(
        "encode-failed",
        "The video could not be encoded.",
        "Try again; if it stays, look at the studio's log and its disk.",
        retryable=True,
    )

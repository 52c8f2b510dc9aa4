"""Tracks after sampling: joined, steadied, retimed, wrapped round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from generation.embedded.layers import MARGIN, Track

Floats = NDArray[np.float64]
_NAMES: Final = tuple(f.name for f in fields(Track))
_KERNEL: Final = np.array([1, 4, 6, 4, 1]) / 16
# What moves less than this in a whole clip was meant to rest (units, radians, periods).
_REST: Final = {
    "x": 0.015, "y": 0.015, "radius": 0.008, "rotation": 0.05, "far": 0.012, "near": 0.015,
    "zoom": 0.015, "air_x": 0.02, "air_y": 0.03,
}  # fmt: skip


_SHIFTED: Final = ("x", "y", "rotation", "far", "near", "air_x", "air_y")


def _each(track: Track, change: Callable[[str, Floats], Floats]) -> Track:
    return Track(*(change(name, getattr(track, name)) for name in _NAMES))


def joined(tracks: Sequence[Track]) -> Track:
    """One track after the other."""
    return Track(*(np.concatenate([getattr(t, name) for t in tracks]) for name in _NAMES))


def _smooth(values: Floats) -> Floats:
    """A binomial filter over five frames that leaves straight lines alone, ends included."""
    if len(values) < 3:
        return values
    head, tail = 2 * values[0] - values[2:0:-1], 2 * values[-1] - values[-2:-4:-1]
    smoothed: Floats = np.convolve(np.concatenate([head, values, tail]), _KERNEL, "valid")
    return smoothed


def steady(track: Track) -> Track:
    """Take out what is noise: tremble, and drift of things that were meant to rest."""

    def change(name: str, values: Floats) -> Floats:
        smoothed = _smooth(values)
        if np.ptp(smoothed) < _REST[name]:
            return np.full_like(values, smoothed.mean())
        return smoothed

    return _each(track, change)


def retimed(track: Track, frames: int) -> Track:
    """The same motion in another number of frames; the end is where it would lead on."""
    old = np.arange(len(track) + 1)
    new = np.arange(frames) * len(track) / frames

    def change(_: str, values: Floats) -> Floats:
        closed = np.append(values, 2 * values[-1] - values[-2])
        between: Floats = np.interp(new, old, closed)
        return between

    return _each(track, change)


def held(track: Track, frames: int) -> Track:
    """Motion in steps: each pose is held for so many frames, as in old games."""
    at = np.arange(len(track)) // frames * frames
    return _each(track, lambda _, values: values[at])


def aligned(more: Track, before: Track, overlap: int) -> Track:
    """The frames of `more` that follow `before`, when its first `overlap` are the last of that.

    What repeats is shifted by whole periods and the rest of the gap so that nothing jumps.
    """
    shifts = {
        name: getattr(before, name)[-1] - getattr(more, name)[overlap - 1] for name in _SHIFTED
    }

    def change(name: str, values: Floats) -> Floats:
        shifted: Floats = values[overlap:] + shifts.get(name, 0.0)
        return shifted

    return _each(more, change)


def wrapped(track: Track, canvas: tuple[float, float]) -> Track:
    """Subjects that have left the picture come back on the other side."""
    spans = {"x": canvas[0] + 2 * MARGIN, "y": canvas[1] + 2 * MARGIN}

    def change(name: str, values: Floats) -> Floats:
        if name not in spans:
            return values
        within: Floats = np.mod(values + MARGIN, spans[name]) - MARGIN
        return within

    return _each(track, change)


def closed(track: Track, canvas: tuple[float, float], period: float) -> Track:
    """Make the end of a loop lead exactly back to the beginning.

    What is left of the gap, after whole periods of what repeats, is spread over the clip.
    """
    spans = {
        "x": canvas[0] + 2 * MARGIN, "y": canvas[1] + 2 * MARGIN, "rotation": 2 * np.pi,
        "far": period, "near": period, "air_x": 1.0, "air_y": 1.0,
    }  # fmt: skip

    def change(name: str, values: Floats) -> Floats:
        ahead = 2 * values[-1] - values[-2] if len(values) > 1 else values[-1]
        gap = ahead - values[0]
        if name in spans:
            gap -= round(gap / spans[name]) * spans[name]
        share = np.arange(len(values)) / len(values)
        corrected: Floats = values - gap * share
        return corrected

    return _each(track, change)

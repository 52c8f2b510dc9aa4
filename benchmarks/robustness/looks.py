"""How marked clips look beside their originals: SSIM, MS-SSIM, VMAF, PSNR."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import FFMPEG
from benchmarks.robustness.clips import Scene
from benchmarks.robustness.trials import Marked

_CROP, _ZOOM, _AMPLIFIED = 112, 2, 16
"""Pixels of a crop in the plate, how much larger it is shown, and by how much the difference."""
_SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


@dataclass(frozen=True)
class Appearance:
    """How a marked clip looks beside its original, before encoding; `vmaf_itself` is what VMAF
    gives the original beside itself, which is less than 100."""

    scene: str
    ssim: float
    worst_ssim: float
    ms_ssim: float
    vmaf: float
    vmaf_itself: float
    psnr: float
    frames_per_second: int


def measure(scenes: Iterable[Scene], done: Collection[str]) -> Iterator[Appearance]:
    """Every scene but those that are `done`: SSIM of every sixth frame, VMAF of all."""
    for scene in scenes:
        if scene.name not in done:
            marked = Marked.of(scene)
            yield _appearance(scene.name, marked.clip, marked.frames, marked.frames_per_second)


def plate(scenes: Iterable[Scene]) -> NDArray[np.uint8]:
    """For the eye: a row for each scene, the middle of one frame before, after, and what lies
    between, amplified around grey; (h, w, 3) sRGB."""
    rows = []
    for scene in scenes:
        marked = Marked.of(scene)
        middle = len(marked.clip) // 2
        before, after = (_middle_of(clip[middle]) for clip in (marked.clip, marked.frames))
        between = 128 + _AMPLIFIED * (after.astype(np.int16) - before)
        rows.append(np.hstack([before, after, between.clip(0, 255).astype(np.uint8)]))
    return np.vstack(rows).repeat(_ZOOM, 0).repeat(_ZOOM, 1)


def _middle_of(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    top, left = ((side - _CROP) // 2 for side in frame.shape[:2])
    return frame[top : top + _CROP, left : left + _CROP]


def _appearance(
    name: str, clip: NDArray[np.uint8], marked: NDArray[np.uint8], speed: float
) -> Appearance:
    pairs = [(luma_of(a), luma_of(b)) for a, b in zip(clip[::6], marked[::6], strict=True)]
    values = [ssim(a, b) for a, b in pairs]
    error = float(np.mean([(a - b) ** 2 for a, b in pairs]))
    return Appearance(
        name,
        round(float(np.mean(values)), 4),
        round(min(values), 4),
        round(float(np.mean([ms_ssim(a, b) for a, b in pairs[::2]])), 4),
        round(vmaf(clip, marked), 1),
        round(vmaf(clip, clip), 1),
        round(float(10 * np.log10(255**2 / error)), 1),
        round(speed),
    )


def luma_of(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64)


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean SSIM with the Gaussian window of Wang et al. 2004."""
    lightness, structure = _maps(one, other)
    return float(np.mean(lightness * structure))


def ms_ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Multi-scale SSIM of Wang, Simoncelli and Bovik 2003."""
    product = 1.0
    for number, weight in enumerate(_SCALES):
        lightness, structure = _maps(one, other)
        last = number == len(_SCALES) - 1
        value = float(np.mean(lightness * structure if last else structure))
        product *= max(value, 0.0) ** weight
        one, other = (
            cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float64)
            for p in (one, other)
        )
    return product


def _maps(
    one: NDArray[np.float64], other: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two factors of SSIM at each pixel: lightness, contrast and structure."""

    def smooth(picture: NDArray[np.float64]) -> NDArray[np.float64]:
        return cv2.GaussianBlur(picture, (11, 11), 1.5).astype(np.float64)

    mean_1, mean_2 = smooth(one), smooth(other)
    power_1, power_2 = smooth(one * one) - mean_1**2, smooth(other * other) - mean_2**2
    cross = smooth(one * other) - mean_1 * mean_2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    lightness = (2 * mean_1 * mean_2 + c1) / (mean_1**2 + mean_2**2 + c1)
    return lightness, (2 * cross + c2) / (power_1 + power_2 + c2)


def vmaf(clip: NDArray[np.uint8], marked: NDArray[np.uint8]) -> float:
    """Netflix's VMAF of a marked clip, by ffmpeg's libvmaf and its built-in model."""
    height, width = clip.shape[1:3]
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "24")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for video, frames in (("clip", clip), ("marked", marked)):
            (folder / video).write_bytes(np.ascontiguousarray(frames).tobytes())
        graph = ("[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];"
                 f"[a][b]libvmaf=log_fmt=json:log_path={folder / 'log'}")  # fmt: skip
        command = [*FFMPEG, *raw, "-i", str(folder / "marked"), *raw, "-i", str(folder / "clip"),
                   "-filter_complex", graph, "-f", "null", "-"]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return float(json.loads((folder / "log").read_text())["pooled_metrics"]["vmaf"]["mean"])

"""A small moving drawing of flat colour: what the embedded generator makes, and the hardest to
mark unseen. Encoded by a real ffmpeg, decoded by PyAV."""

import subprocess
from pathlib import Path

import av
import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

FPS = 24
MARK_ID = 0xABCDEF012345

Upload = tuple[list[NDArray[np.uint8]], list[str]]


def drawing(width: int, height: int, frames: int = 24, seed: int = 1) -> NDArray[np.uint8]:
    """A disc crossing a hill under a sky, (frames, height, width, 3)."""
    draw = np.random.default_rng(seed)
    sky, hill, disc = (tuple(int(c) for c in draw.integers(40, 220, 3)) for _ in range(3))
    clip = np.empty((frames, height, width, 3), np.uint8)
    x = np.arange(0, width + 8, 8)
    for index, picture in enumerate(clip):
        picture[:] = sky
        y = height * (0.65 + 0.08 * np.sin(x / width * 7 + seed + index / 30))
        outline = np.concatenate([np.stack([x, y], 1), [[width, height], [0, height]]])
        cv2.fillPoly(picture, [outline.astype(np.int32)], hill, cv2.LINE_AA)
        centre = (round(width * (0.2 + 0.5 * index / FPS)), round(height * 0.4))
        cv2.circle(picture, centre, min(width, height) // 9, disc, -1, cv2.LINE_AA)
    return clip


def ffmpeg(*arguments: str, stdin: bytes | None = None) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1", *arguments]
    subprocess.run(command, input=stdin, check=True, timeout=120)


def encode(frames: NDArray[np.uint8], path: Path, crf: int = 18) -> None:
    height, width = frames.shape[1:3]
    ffmpeg(
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(FPS), "-i", "-",
        "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p",
        "-c:v", "libx264", "-crf", str(crf), str(path), stdin=frames.tobytes(),
    )  # fmt: skip


def decode(path: Path) -> Upload:
    luma, kinds = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            luma.append(rows[: frame.height, : frame.width].copy())
            kinds.append("I" if int(frame.pict_type) == 1 else "P")
    return luma, kinds

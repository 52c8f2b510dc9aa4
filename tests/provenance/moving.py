"""Drawn clips with a square and a disc that move, and their planes."""

import cv2
import numpy as np

SIZE = (384, 256)
FRAMES = 48
FPS = 24


def clip(seed: int, frames: int = FRAMES) -> np.ndarray:
    """A square and a disc over three stripes, moving differently for each seed; (n, h, w, 3)."""
    draw = np.random.default_rng(seed)
    width, height = SIZE
    colours = draw.integers(30, 230, (5, 3)).tolist()
    levels = np.sort(draw.uniform(0.2, 0.8, 2))
    x0, x1, y1 = draw.uniform(0.1, 0.6, 3)
    pictures = np.empty((frames, height, width, 3), np.uint8)
    for index, picture in enumerate(pictures):
        share = index / FRAMES
        picture[:] = colours[0]
        for level, colour in zip(levels, colours[1:3], strict=True):
            picture[int(height * level) :] = colour
        corner = (int(width * (x0 + 0.3 * share)), int(height * 0.15))
        cv2.rectangle(picture, corner, (corner[0] + 60, corner[1] + 50), colours[3], -1)
        centre = (int(width * x1), int(height * (y1 + 0.25 * share)))
        cv2.circle(picture, centre, 32, colours[4], -1, cv2.LINE_AA)
    return pictures


def same_landscape(pictures: np.ndarray) -> np.ndarray:
    """The stripes of a clip, with a bar going through them in place of its square and disc."""
    stage = pictures[0].copy()
    stage[:, :] = stage[:, :1]
    others = np.stack([stage] * len(pictures))
    for number, picture in enumerate(others):
        left = 20 + 240 * number // len(others)
        cv2.rectangle(picture, (left, 60), (left + 50, 190), (9, 9, 9), -1)
    return others


def luma(pictures: np.ndarray) -> list[np.ndarray]:
    return [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]


def chroma(pictures: np.ndarray) -> list[np.ndarray]:
    """Cb and Cr at a quarter of the size; with the older matrix (BT.601), as some files have it."""
    small = (cv2.resize(picture, None, fx=0.25, fy=0.25) for picture in pictures)
    return [cv2.cvtColor(each, cv2.COLOR_RGB2YCrCb)[..., :0:-1].copy() for each in small]


def recoloured(pictures: np.ndarray) -> np.ndarray:
    """Every hue turned to its opposite, every luma kept as far as colours go."""
    planes = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb) for picture in pictures])
    planes[..., 1:] = 255 - planes[..., 1:]
    return np.stack([cv2.cvtColor(each, cv2.COLOR_YCrCb2RGB) for each in planes])

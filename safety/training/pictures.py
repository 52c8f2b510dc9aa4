"""What is done to training pictures: spoilt as by a codec, or marked with a strange thing."""

from __future__ import annotations

import random

import cv2
import numpy as np

from safety.media.network import SIDE
from safety.training.pen import INK, Colour, Picture, oval, polygon, thrown


def degrade(picture: Picture, rng: random.Random) -> Picture:
    """What framing, small sizes, a codec and colour do to a picture; returns SIDE x SIDE."""
    if rng.random() < 0.4:
        side = picture.shape[0]
        kept = rng.randint(int(side * 0.85), side)
        top, left = rng.randint(0, side - kept), rng.randint(0, side - kept)
        picture = picture[top : top + kept, left : left + kept]
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.25:
        base = rng.randint(44, 110)
        picture = cv2.resize(picture, (base, base), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.2:
        quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(35, 90)]
        coded = cv2.imencode(".jpg", np.ascontiguousarray(picture), quality)[1]
        picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    if rng.random() < 0.5:
        gain, lift = rng.uniform(0.85, 1.15), rng.uniform(-12, 12)
        picture = cv2.convertScaleAbs(picture, alpha=gain, beta=lift)
    picture = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[:, ::-1]) if rng.random() < 0.5 else picture


def strange_thing(picture: Picture, rng: random.Random) -> None:
    """Put a thing of random shapes and colours into a picture, in place.

    The drawn world has no such thing, so the frame is foreign: harm that nobody drew for us looks
    like this at first.
    """
    pen = thrown(picture, rng)
    colours = [_paint(rng) for _ in range(rng.randint(1, 3))]
    for _ in range(rng.randint(2, 6)):
        colour = rng.choice((*colours, INK))
        x, y = rng.uniform(-0.7, 0.7), rng.uniform(-0.7, 0.7)
        width, height = rng.uniform(0.1, 0.8), rng.uniform(0.08, 0.6)
        shape = rng.random()
        if shape < 0.3:
            pen.fill(oval(x, y, width, height), colour, rng.random() < 0.7)
        elif shape < 0.6:
            pen.box(x - width, y - height, x + width, y + height, colour)
        elif shape < 0.85:
            corners = [(x + rng.uniform(-0.9, 0.9), y + rng.uniform(-0.7, 0.7)) for _ in range(4)]
            pen.fill(polygon(*corners), colour, rng.random() < 0.7)
        else:
            ends = [(x + rng.uniform(-1, 1), y + rng.uniform(-1, 1)) for _ in range(3)]
            pen.line(polygon(*ends), colour, rng.uniform(0.06, 0.2))


def _paint(rng: random.Random) -> Colour:
    return (rng.randint(10, 250), rng.randint(10, 250), rng.randint(10, 250))

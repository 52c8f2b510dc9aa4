"""Makes training pictures: the drawn world, with and without harm in it, and everything else."""

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


def foreign(world: Picture, photo: Picture, rng: random.Random, held_out: bool = False) -> Picture:
    """A picture that is not of the drawn world; other kinds when ``held_out``."""
    kinds = _HELD_OUT_KINDS if held_out else _KINDS
    picture = rng.choice(kinds)(world, photo, rng)
    return cv2.resize(np.ascontiguousarray(picture), (128, 128), interpolation=cv2.INTER_AREA)


def _noise(_: Picture, __: Picture, rng: random.Random) -> Picture:
    source = np.random.default_rng(rng.randrange(2**31))
    cells = rng.choice((4, 8, 16, 32, 64, 128))
    small = source.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    way = rng.choice((cv2.INTER_NEAREST, cv2.INTER_CUBIC, cv2.INTER_LINEAR))
    return cv2.resize(small, (128, 128), interpolation=way)


def _grey_noise(world: Picture, photo: Picture, rng: random.Random) -> Picture:
    grey = cv2.cvtColor(_noise(world, photo, rng), cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def _photo(_: Picture, photo: Picture, rng: random.Random) -> Picture:
    side = rng.randint(60, min(photo.shape[:2]))
    top = rng.randint(0, photo.shape[0] - side)
    left = rng.randint(0, photo.shape[1] - side)
    crop = photo[top : top + side, left : left + side]
    if rng.random() < 0.3:
        crop = crop[..., rng.sample(range(3), 3)]
    return crop if rng.random() < 0.7 else np.rot90(crop, rng.randint(1, 3))


def _shuffled(world: Picture, _: Picture, rng: random.Random) -> Picture:
    cells = rng.choice((4, 8))
    step = world.shape[0] // cells
    tiles = [
        world[r : r + step, c : c + step]
        for r in range(0, step * cells, step)
        for c in range(0, step * cells, step)
    ]
    rng.shuffle(tiles)
    rows = [np.concatenate(tiles[i : i + cells], 1) for i in range(0, cells * cells, cells)]
    return np.concatenate(rows, 0)


def _inverted(world: Picture, _: Picture, __: random.Random) -> Picture:
    return np.ascontiguousarray(255 - world)


def _upside_down(world: Picture, _: Picture, rng: random.Random) -> Picture:
    return np.rot90(world, rng.choice((1, 3)))


def _document(_: Picture, __: Picture, rng: random.Random) -> Picture:
    dark = rng.random() < 0.3
    page = np.full((128, 128, 3), 24 if dark else 250, np.uint8)
    ink = (230, 230, 230) if dark else (20, 20, 24)
    for y in range(10, 124, rng.choice((8, 12, 18))):
        text = "".join(rng.choices("abcdefghij klmnop qrstuvw", k=rng.randint(6, 30)))
        cv2.putText(page, text, (6, y), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.25, 0.5), ink, 1)
    return page


def _rectangles(_: Picture, __: Picture, rng: random.Random) -> Picture:
    page = np.full((128, 128, 3), [rng.randint(0, 255) for _ in range(3)], np.uint8)
    for _mark in range(rng.randint(4, 40)):
        corner = (rng.randint(0, 128), rng.randint(0, 128))
        other = (rng.randint(0, 128), rng.randint(0, 128))
        colour = [rng.randint(0, 255) for _ in range(3)]
        if rng.random() < 0.5:
            cv2.rectangle(page, corner, other, colour, -1)
        else:
            cv2.line(page, corner, other, colour, rng.randint(1, 8))
    return page


def _portrait(_: Picture, __: Picture, rng: random.Random) -> Picture:
    page = np.full((128, 128, 3), [rng.randint(60, 255) for _ in range(3)], np.uint8)
    skin = rng.choice(((236, 196, 160), (170, 116, 80), (90, 60, 44), (250, 220, 190)))
    cv2.ellipse(
        page,
        (64, 120),
        (rng.randint(34, 60), 40),
        0,
        0,
        360,
        [rng.randint(0, 255) for _ in range(3)],
        -1,
    )
    cv2.ellipse(page, (64, 60), (rng.randint(24, 36), rng.randint(30, 44)), 0, 0, 360, skin, -1)
    for x in (52, 76):
        cv2.circle(page, (x, 54), rng.randint(2, 5), (30, 24, 24), -1)
    cv2.ellipse(page, (64, 80), (10, 4), 0, 0, 180, (150, 50, 50), -1)
    return cv2.GaussianBlur(page, (0, 0), rng.uniform(0.5, 2.5))


def _stripes(_: Picture, __: Picture, rng: random.Random) -> Picture:
    x, y = np.meshgrid(np.arange(128), np.arange(128))
    turn, period = rng.uniform(0, 3.2), rng.uniform(3, 40)
    wave = 0.5 + 0.5 * np.sin((x * np.cos(turn) + y * np.sin(turn)) * 6.28 / period)
    a, b = (np.array([rng.randint(0, 255) for _ in range(3)]) for _ in range(2))
    return np.asarray(wave[..., None] * a + (1 - wave[..., None]) * b, np.uint8)


def _checkers(_: Picture, __: Picture, rng: random.Random) -> Picture:
    cell = rng.randint(3, 24)
    x, y = np.meshgrid(np.arange(128) // cell, np.arange(128) // cell)
    a, b = (np.array([rng.randint(0, 255) for _ in range(3)]) for _ in range(2))
    return np.where(((x + y) % 2)[..., None] == 0, a, b).astype(np.uint8)


def _two_worlds(world: Picture, _: Picture, __: random.Random) -> Picture:
    return np.concatenate([world[:, :64], world[::-1, :64]], 1)


_KINDS = (_noise, _photo, _photo, _shuffled, _inverted, _document, _rectangles, _portrait, _stripes)
_HELD_OUT_KINDS = (_grey_noise, _photo, _checkers, _upside_down, _two_worlds)

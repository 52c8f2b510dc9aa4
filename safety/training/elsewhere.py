"""Pictures that are not of the drawn world, for teaching what is foreign to it.

The kinds of the test (`HELD_OUT`) are never taught: what they have in common with the taught ones
is only that the world does not look like that.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from safety.training.pen import Picture

SIDE = 128


def foreign(world: Picture, photo: Picture, rng: random.Random, held_out: bool = False) -> Picture:
    """A picture (128, 128, 3) that is not of the drawn world.

    Args:
        world: a frame of it (128, 128, 3), which some kinds spoil.
        photo: a photograph to cut pieces from.
        rng: of everything random.
        held_out: of the kinds kept for the test.
    """
    make = rng.choice(HELD_OUT if held_out else TAUGHT)
    picture = np.ascontiguousarray(make(world, photo, rng))
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def _colour(rng: random.Random) -> list[int]:
    return [rng.randint(0, 255) for _ in range(3)]


def _page(rng: random.Random) -> Picture:
    return np.full((SIDE, SIDE, 3), _colour(rng), np.uint8)


def _numbers(rng: random.Random) -> np.random.Generator:
    return np.random.default_rng(rng.randrange(2**31))


def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float64), np.arange(SIDE, dtype=np.float64))
    return x, y


def _toned(values: NDArray[np.float64], rng: random.Random) -> Picture:
    """Values (128, 128) in 0..1 between two to four random colours."""
    tones = np.array([_colour(rng) for _ in range(rng.randint(2, 4))], np.float64)
    place = np.clip(values, 0, 1) * (len(tones) - 1)
    low = np.minimum(place.astype(int), len(tones) - 2)
    mix = (place - low)[..., None]
    return np.asarray(tones[low] * (1 - mix) + tones[low + 1] * mix, np.uint8)


def _fractal(rng: random.Random) -> NDArray[np.float64]:
    """Noise with the spectrum of natural pictures, (128, 128) in 0..1."""
    source = _numbers(rng)
    rate = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    rate[0, 0] = 1
    spectrum = np.fft.fft2(source.normal(size=(SIDE, SIDE))) / rate ** rng.uniform(0.7, 1.8)
    values = np.fft.ifft2(spectrum).real
    low, high = np.quantile(values, (0.01, 0.99))
    return np.asarray((values - low) / (high - low))


def _noise(_: Picture, __: Picture, rng: random.Random) -> Picture:
    cells = rng.choice((4, 8, 16, 32, 64, 128))
    small = _numbers(rng).integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    way = rng.choice((cv2.INTER_NEAREST, cv2.INTER_CUBIC, cv2.INTER_LINEAR))
    return cv2.resize(small, (SIDE, SIDE), interpolation=way)


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


def _document(_: Picture, __: Picture, rng: random.Random) -> Picture:
    dark = rng.random() < 0.3
    page = np.full((SIDE, SIDE, 3), 24 if dark else 250, np.uint8)
    ink = (230, 230, 230) if dark else (20, 20, 24)
    for y in range(10, 124, rng.choice((8, 12, 18))):
        text = "".join(rng.choices("abcdefghij klmnop qrstuvw", k=rng.randint(6, 30)))
        cv2.putText(page, text, (6, y), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.25, 0.5), ink, 1)
    return page


def _rectangles(_: Picture, __: Picture, rng: random.Random) -> Picture:
    page = _page(rng)
    for _mark in range(rng.randint(4, 40)):
        corner = (rng.randint(0, SIDE), rng.randint(0, SIDE))
        other = (rng.randint(0, SIDE), rng.randint(0, SIDE))
        if rng.random() < 0.5:
            cv2.rectangle(page, corner, other, _colour(rng), -1)
        else:
            cv2.line(page, corner, other, _colour(rng), rng.randint(1, 8))
    return page


def _portrait(_: Picture, __: Picture, rng: random.Random) -> Picture:
    page = np.full((SIDE, SIDE, 3), [rng.randint(60, 255) for _ in range(3)], np.uint8)
    skin = rng.choice(((236, 196, 160), (170, 116, 80), (90, 60, 44), (250, 220, 190)))
    cv2.ellipse(page, (64, 120), (rng.randint(34, 60), 40), 0, 0, 360, _colour(rng), -1)
    cv2.ellipse(page, (64, 60), (rng.randint(24, 36), rng.randint(30, 44)), 0, 0, 360, skin, -1)
    for x in (52, 76):
        cv2.circle(page, (x, 54), rng.randint(2, 5), (30, 24, 24), -1)
    cv2.ellipse(page, (64, 80), (10, 4), 0, 0, 180, (150, 50, 50), -1)
    return cv2.GaussianBlur(page, (0, 0), rng.uniform(0.5, 2.5))


def _stripes(_: Picture, __: Picture, rng: random.Random) -> Picture:
    x, y = _grid()
    turn, period = rng.uniform(0, 3.2), rng.uniform(3, 40)
    wave = 0.5 + 0.5 * np.sin((x * np.cos(turn) + y * np.sin(turn)) * 6.28 / period)
    return _toned(wave, rng)


def _cloudy(_: Picture, __: Picture, rng: random.Random) -> Picture:
    return _toned(_fractal(rng), rng)


def _view(_: Picture, __: Picture, rng: random.Random) -> Picture:
    """Ranges of hills before a sky, all of them grainy."""
    page = _toned(0.6 * _grid()[1] / SIDE + 0.4 * _fractal(rng), rng)
    level = rng.randint(30, 70)
    while level < SIDE:
        ridge = level + np.cumsum(_numbers(rng).normal(0, rng.uniform(0.4, 2), SIDE))
        below = _grid()[1] > ridge[None]
        page = np.where(below[..., None], _toned(_fractal(rng), rng), page).astype(np.uint8)
        level += rng.randint(20, 60)
    return page


def _shaded(_: Picture, __: Picture, rng: random.Random) -> Picture:
    """Lit balls before a soft ground."""
    page = _toned(_fractal(rng), rng).astype(np.float64)
    x, y = _grid()
    for _ball in range(rng.randint(1, 7)):
        radius = rng.uniform(8, 50)
        across, down = (x - rng.uniform(0, SIDE)) / radius, (y - rng.uniform(0, SIDE)) / radius
        inside = across**2 + down**2 < 1
        light = np.clip(0.6 - 0.5 * across - 0.5 * down, 0.05, 1)[..., None]
        page = np.where(inside[..., None], light * np.array(_colour(rng)), page)
    return page.astype(np.uint8)


def _mosaic(_: Picture, __: Picture, rng: random.Random) -> Picture:
    source, count = _numbers(rng), rng.randint(6, 80)
    x, y = _grid()
    seeds = source.uniform(0, SIDE, (count, 2))
    nearest = ((x[..., None] - seeds[:, 0]) ** 2 + (y[..., None] - seeds[:, 1]) ** 2).argmin(-1)
    return np.asarray(source.integers(0, 256, (count, 3), dtype=np.uint8)[nearest])


def _chart(_: Picture, __: Picture, rng: random.Random) -> Picture:
    page = np.full((SIDE, SIDE, 3), rng.choice((255, 246, 30)), np.uint8)
    cv2.line(page, (12, 8), (12, 116), (120, 120, 120), 1)
    cv2.line(page, (12, 116), (122, 116), (120, 120, 120), 1)
    step = rng.randint(6, 18)
    tops = [rng.randint(10, 110) for _ in range(16, 120, step)]
    if rng.random() < 0.5:
        for place, top in enumerate(tops):
            left = 16 + place * step
            cv2.rectangle(page, (left, top), (left + step - 3, 115), _colour(rng), -1)
    else:
        ends = np.array([(16 + place * step, top) for place, top in enumerate(tops)], np.int32)
        cv2.polylines(page, [ends], False, _colour(rng), rng.randint(1, 3), cv2.LINE_AA)
    return page


def _screen(_: Picture, photo: Picture, rng: random.Random) -> Picture:
    """A window of a program with a list and a picture."""
    page = np.full((SIDE, SIDE, 3), rng.choice((250, 236, 40)), np.uint8)
    page[: rng.randint(8, 18)] = _colour(rng)
    page[20:, : rng.randint(20, 44)] = _colour(rng)
    for y in range(26, 120, rng.randint(8, 16)):
        cv2.line(page, (6, y), (rng.randint(12, 40), y), _colour(rng), 2)
    page[30:90, 56:116] = _photo(page, photo, rng)[:60, :60]
    return page


def _sketch(world: Picture, _: Picture, rng: random.Random) -> Picture:
    edges = cv2.Canny(world, rng.randint(30, 80), 160)
    lines = np.repeat(edges[..., None], 3, 2)
    return lines if rng.random() < 0.4 else np.asarray(255 - lines)


def _faded(world: Picture, _: Picture, rng: random.Random) -> Picture:
    grey = cv2.cvtColor(np.ascontiguousarray(world), cv2.COLOR_RGB2GRAY).astype(np.float64)
    return _toned(grey / 255, rng)


def _glitched(world: Picture, _: Picture, rng: random.Random) -> Picture:
    spoilt = world.copy()
    top = 0
    while top < SIDE:
        high = rng.randint(2, 20)
        spoilt[top : top + high] = np.roll(spoilt[top : top + high], rng.randint(-60, 60), 1)
        top += high
    return spoilt


def _swirled(world: Picture, _: Picture, rng: random.Random) -> Picture:
    x, y = (values - SIDE / 2 for values in _grid())
    far = np.hypot(x, y)
    turn = rng.choice((-1, 1)) * rng.uniform(1.5, 5) * np.exp(-far / rng.uniform(25, 60))
    across, down = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    places = (across + SIDE / 2).astype(np.float32), (down + SIDE / 2).astype(np.float32)
    return cv2.remap(world, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _screened(world: Picture, _: Picture, rng: random.Random) -> Picture:
    """Printed in dots."""
    x, y = _grid()
    period = rng.uniform(3, 8)
    dots = 0.5 + 0.25 * (np.cos(x * 6.28 / period) + np.cos(y * 6.28 / period))
    return np.where(world > dots[..., None] * 255, 250, 20).astype(np.uint8)


def _grained(world: Picture, photo: Picture, rng: random.Random) -> Picture:
    """A frame under a photograph that shines through."""
    over = cv2.resize(np.ascontiguousarray(_photo(world, photo, rng)), (SIDE, SIDE))
    share = rng.uniform(0.4, 0.7)
    return (world * (1 - share) + over * share).astype(np.uint8)


def _grey_noise(world: Picture, photo: Picture, rng: random.Random) -> Picture:
    grey = cv2.cvtColor(_noise(world, photo, rng), cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def _upside_down(world: Picture, _: Picture, rng: random.Random) -> Picture:
    return np.rot90(world, rng.choice((1, 3)))


def _checkers(_: Picture, __: Picture, rng: random.Random) -> Picture:
    cell = rng.randint(3, 24)
    x, y = np.meshgrid(np.arange(SIDE) // cell, np.arange(SIDE) // cell)
    one, other = np.array(_colour(rng)), np.array(_colour(rng))
    return np.where(((x + y) % 2)[..., None] == 0, one, other).astype(np.uint8)


def _two_worlds(world: Picture, _: Picture, __: random.Random) -> Picture:
    return np.concatenate([world[:, :64], world[::-1, :64]], 1)


Kind = Callable[[Picture, Picture, random.Random], Picture]
TAUGHT: tuple[Kind, ...] = (
    _noise, _photo, _photo, _photo, _shuffled, _inverted, _document, _rectangles, _portrait,
    _stripes, _cloudy, _view, _view, _shaded, _mosaic, _chart, _screen, _sketch, _faded, _glitched,
    _swirled, _screened, _grained,
)  # fmt: skip
"""Kinds that training sees; photographs and what is like them more than once."""

HELD_OUT: tuple[Kind, ...] = (_grey_noise, _photo, _checkers, _upside_down, _two_worlds)
"""Kinds of the test; its photograph is another one."""

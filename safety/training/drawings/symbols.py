"""Stand-ins for hateful symbols, of our own design: nothing here copies a real one."""

from __future__ import annotations

import math

import numpy as np

from safety.training.pen import INK, Pen, Points, polygon


def _emblem(arms: int, hook: float) -> list[Points]:
    parts = []
    for turn in np.arange(arms) * 2 * math.pi / arms:
        arm = polygon(
            (-0.08, 0), (0.08, 0), (0.08, -0.5), (hook, -0.5), (hook, -0.36), (-0.08, -0.36)
        )
        cos, sin = math.cos(turn), math.sin(turn)
        parts.append(arm @ np.array([[cos, sin], [-sin, cos]]))
    return parts


def _banner(pen: Pen, arms: int, hook: float) -> None:
    pen.box(-1.1, -0.8, 1.1, 0.8, pen.rng.choice(((170, 16, 24), (20, 20, 24), (190, 30, 20))))
    pen.disc(0, 0, 0.62, (248, 246, 240), False)
    for part in _emblem(arms, hook):
        pen.fill(part, (16, 14, 18), False)


def _hooked_three(pen: Pen) -> None:
    _banner(pen, 3, 0.42)


def _hooked_five(pen: Pen) -> None:
    _banner(pen, 5, 0.3)


def _bolts(pen: Pen) -> None:
    pen.box(-1.0, -0.8, 1.0, 0.8, (18, 16, 20))
    for x in (-0.45, 0.0, 0.45):
        bolt = polygon((x - 0.1, -0.6), (x + 0.15, -0.6), (x, -0.1), (x + 0.18, -0.1),
                       (x - 0.15, 0.6), (x - 0.02, 0.05), (x - 0.2, 0.05))  # fmt: skip
        pen.fill(bolt, (246, 246, 246), False)


def _hooded(pen: Pen) -> None:
    for x in (-0.7, 0.0, 0.7):
        white = (246, 244, 240)
        hood = polygon(
            (x - 0.32, 0.9), (x - 0.24, -0.2), (x, -1.0), (x + 0.24, -0.2), (x + 0.32, 0.9)
        )  # fmt: skip
        pen.fill(hood, white)
        pen.disc(x - 0.08, -0.25, 0.05, INK, False)
        pen.disc(x + 0.08, -0.25, 0.05, INK, False)


def _hooked_three_wide(pen: Pen) -> None:
    pen.disc(0, 0, 1.0, (176, 18, 26))
    pen.disc(0, 0, 0.7, (248, 246, 240), False)
    for part in _emblem(3, -0.42):
        pen.fill(part * 1.2, (16, 14, 18), False)


def _hooked_six(pen: Pen) -> None:
    _banner(pen, 6, 0.26)


TAUGHT = (_hooked_three, _hooked_five, _bolts, _hooded)
HELD_OUT = (_hooked_three_wide, _hooked_six)

"""Explosions and fire, drawn."""

from __future__ import annotations

import math

import numpy as np

from safety.training.drawings.shared import FIRES, burst, figure
from safety.training.pen import Pen, oval, polygon


def _fireball(pen: Pen) -> None:
    for radius, colour in zip((1.2, 0.9, 0.6, 0.3), FIRES[::-1], strict=True):
        pen.fill(burst(pen.rng, pen.rng.randint(9, 14), radius * 0.62, radius), colour, False)
    if pen.rng.random() < 0.6:
        figure(pen, pen.rng.choice((-1.2, 1.2)), 0.6)


def _mushroom(pen: Pen) -> None:
    smoke = pen.rng.choice(((110, 90, 84), (90, 84, 90), (170, 90, 50)))
    pen.fill(polygon((-0.2, -0.3), (0.2, -0.3), (0.45, 1.1), (-0.45, 1.1)), smoke, False)
    for x, y, radius in ((0, -0.6, 0.6), (-0.5, -0.45, 0.4), (0.5, -0.45, 0.4)):
        pen.disc(x, y, radius, smoke, False)
    pen.fill(oval(0, -0.5, 0.4, 0.25), FIRES[1], False)
    pen.fill(oval(0, 1.05, 0.7, 0.16), FIRES[2], False)


def _blast(pen: Pen) -> None:
    for _ in range(7):
        x, y = pen.rng.uniform(-0.7, 0.7), pen.rng.uniform(-0.7, 0.4)
        pen.disc(
            x, y, pen.rng.uniform(0.25, 0.5), pen.rng.choice(((60, 56, 60), (90, 80, 78))), False
        )
    pen.fill(burst(pen.rng, 10, 0.4, 0.85), FIRES[1], False)
    pen.fill(burst(pen.rng, 8, 0.2, 0.5), FIRES[0], False)


def _flames(pen: Pen) -> None:
    for _ in range(pen.rng.randint(4, 7)):
        x, tall = pen.rng.uniform(-0.9, 0.9), pen.rng.uniform(0.7, 1.5)
        flame = polygon(
            (x - 0.3, 0.7), (x - 0.2, 0.3), (x, 0.7 - tall), (x + 0.2, 0.2), (x + 0.3, 0.7)
        )
        pen.fill(flame, pen.rng.choice(FIRES[1:3]), False)
        pen.fill((flame - [x, 0.7]) * 0.55 + [x, 0.7], FIRES[0], False)


def _boom(pen: Pen) -> None:
    pen.fill(burst(pen.rng, 14, 0.75, 1.25), FIRES[2])
    pen.fill(burst(pen.rng, 12, 0.5, 0.9), FIRES[0])
    for _ in range(8):
        turn, far = pen.rng.uniform(0, 6.3), pen.rng.uniform(0.9, 1.5)
        x, y = far * math.cos(turn), far * math.sin(turn)
        pen.box(x - 0.08, y - 0.08, x + 0.08, y + 0.08, (60, 56, 60))


def _burning_wreck(pen: Pen) -> None:
    pen.fill(
        polygon((-1, 0.6), (-0.9, 0.1), (-0.4, -0.1), (0.4, -0.1), (0.9, 0.2), (1, 0.6)),
        (46, 42, 44),
    )
    for step in (-0.6, -0.1, 0.4):
        flame = polygon((step - 0.3, 0.2), (step - 0.1, -0.8), (step + 0.05, -0.3),
                        (step + 0.2, -1.0), (step + 0.35, 0.2))  # fmt: skip
        pen.fill(flame, pen.rng.choice(FIRES[1:3]), False)
        pen.fill(flame * [0.6, 0.6] + [step * 0.4, 0.1], FIRES[0], False)


def _shockwave(pen: Pen) -> None:
    for radius in (1.2, 0.95):
        pen.line(np.concatenate([oval(0, 0, radius, radius * 0.9)] * 2)[:29], FIRES[1], 0.1)
    for turn in np.linspace(0, 2 * math.pi, 12, endpoint=False):
        ray = polygon((0.3, -0.05), (1.3, 0), (0.3, 0.05))
        cos, sin = math.cos(turn), math.sin(turn)
        pen.fill(ray @ np.array([[cos, sin], [-sin, cos]]), pen.rng.choice(FIRES[:3]), False)
    pen.disc(0, 0, 0.4, FIRES[0], False)


TAUGHT = (_fireball, _mushroom, _blast, _flames, _boom)
HELD_OUT = (_burning_wreck, _shockwave)

"""Blood and injury, drawn."""

from __future__ import annotations

import math

import numpy as np

from safety.training.drawings import weapons
from safety.training.drawings.shared import REDS, burst, figure
from safety.training.pen import INK, Pen, oval, polygon


def _pool(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    for _ in range(pen.rng.randint(3, 6)):
        x, y = pen.rng.uniform(-0.8, 0.8), pen.rng.uniform(-0.15, 0.25)
        pen.fill(oval(x, y, pen.rng.uniform(0.3, 0.7), pen.rng.uniform(0.12, 0.3)), red, False)
    if pen.rng.random() < 0.6:
        figure(pen, 0.0, -0.1, lying=True)
        pen.fill(oval(0.1, 0.0, 0.25, 0.1), red, False)


def _splatter(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    pen.fill(burst(pen.rng, 11, 0.35, 0.75), red, False)
    for _ in range(pen.rng.randint(8, 18)):
        turn, far = pen.rng.uniform(0, 6.3), pen.rng.uniform(0.6, 1.4)
        pen.disc(
            far * math.cos(turn), far * math.sin(turn), pen.rng.uniform(0.04, 0.14), red, False
        )


def _wound(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    figure(pen, 0.0, 0.2)
    for _ in range(pen.rng.randint(2, 4)):
        x, y = pen.rng.uniform(-0.18, 0.18), pen.rng.uniform(-0.6, 0.5)
        pen.fill(oval(x, y, 0.13, 0.1), red, False)
        pen.box(x - 0.04, y, x + 0.04, y + pen.rng.uniform(0.2, 0.6), red)
    pen.fill(oval(0.1, 0.75, 0.6, 0.14), red, False)


def _streaks(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    for _ in range(pen.rng.randint(3, 5)):
        y = pen.rng.uniform(-0.8, 0.8)
        start, end = pen.rng.uniform(-1.2, -0.4), pen.rng.uniform(0.2, 1.2)
        pen.line(polygon((start, y), (0, y + 0.2), (end, y - 0.1)), red, pen.rng.uniform(0.1, 0.25))
        pen.disc(end, y - 0.1, 0.12, red, False)


def _stain(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    for _ in range(pen.rng.randint(5, 9)):
        x, y = pen.rng.gauss(0, 0.4), pen.rng.gauss(0, 0.4)
        pen.disc(x, y, pen.rng.uniform(0.15, 0.4), red, False)
    for _ in range(4):
        x = pen.rng.uniform(-0.5, 0.5)
        pen.line(polygon((x, 0.2), (x, pen.rng.uniform(0.7, 1.2))), red, 0.1)


def _handprint(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    pen.fill(oval(0, 0.3, 0.42, 0.45), red, False)
    for turn in (-1.1, -0.45, -0.1, 0.25, 0.6):
        tip = np.array([math.sin(turn), -math.cos(turn)])
        palm = np.array([0, 0.3])
        pen.line(np.stack([palm + tip * 0.2, palm + tip]), red, 0.2)
    for _ in range(3):
        pen.disc(pen.rng.uniform(-0.8, 0.8), pen.rng.uniform(-0.6, 1.0), 0.08, red, False)


def _spray(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    for _ in range(pen.rng.randint(25, 45)):
        far, turn = pen.rng.uniform(0.1, 1.5), pen.rng.gauss(0, 0.35)
        size = pen.rng.uniform(0.03, 0.09) * (0.6 + far)
        pen.fill(
            oval(far * math.cos(turn) - 0.6, far * math.sin(turn), size * 1.6, size), red, False
        )


def _footprints(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    for step in range(pen.rng.randint(3, 5)):
        x, y = 0.55 * step - 1.0, 0.3 * (-1) ** step
        pen.fill(oval(x, y, 0.24, 0.13), red, False)
        pen.disc(x - 0.34, y, 0.1, red, False)


def _cut_arm(pen: Pen) -> None:
    skin, red = (
        pen.rng.choice(((240, 200, 160), (160, 110, 70), (90, 60, 44))),
        pen.rng.choice(REDS),
    )
    pen.fill(polygon((-1.3, -0.3), (1.0, -0.22), (1.3, 0.0), (1.0, 0.22), (-1.3, 0.3)), skin)
    for _ in range(pen.rng.randint(1, 4)):
        x = pen.rng.uniform(-0.8, 0.7)
        pen.line(polygon((x, -0.22), (x + 0.15, 0.18)), red, 0.09)
        pen.fill(oval(x + 0.1, 0.4, 0.09, pen.rng.uniform(0.15, 0.4)), red, False)


def _bloody_face(pen: Pen) -> None:
    skin, red = (
        pen.rng.choice(((240, 200, 160), (160, 110, 70), (250, 250, 250))),
        pen.rng.choice(REDS),
    )
    pen.disc(0, 0, 0.8, skin)
    for x in (-0.3, 0.3):
        pen.disc(x, -0.15, 0.1, INK, False)
        if pen.rng.random() < 0.7:
            pen.box(x - 0.06, -0.1, x + 0.06, pen.rng.uniform(0.3, 0.8), red)
    pen.fill(oval(0, 0.4, 0.3, 0.12), red, False)
    pen.fill(oval(0.1, 0.7, 0.14, 0.3), red, False)


def _bloody_axe(pen: Pen) -> None:
    weapons.axe(pen)
    red = pen.rng.choice(REDS)
    pen.fill(polygon((0.45, -0.95), (0.7, -1.05), (0.8, -0.1), (0.5, -0.2)), red, False)
    for _ in range(4):
        pen.disc(pen.rng.uniform(0.3, 1.0), pen.rng.uniform(0.0, 0.8), 0.1, red, False)


def _severed(pen: Pen) -> None:
    skin, red = (
        pen.rng.choice(((240, 200, 160), (160, 110, 70), (90, 60, 44))),
        pen.rng.choice(REDS),
    )
    pen.fill(oval(-0.5, 0.25, 0.7, 0.24), red, False)
    pen.box(-0.5, -0.2, 1.0, 0.2, skin)
    pen.fill(oval(-0.5, 0, 0.16, 0.22), red, False)
    pen.disc(1.1, 0, 0.26, skin)


def _drips(pen: Pen) -> None:
    red = pen.rng.choice(REDS)
    for step in np.linspace(-1, 1, pen.rng.randint(5, 9)):
        length = pen.rng.uniform(0.3, 1.3)
        pen.fill(oval(step, -0.9, 0.22, 0.25), red, False)
        pen.fill(polygon((step - 0.08, -0.9), (step + 0.08, -0.9), (step + 0.05, length - 0.9),
                         (step - 0.05, length - 0.9)), red, False)  # fmt: skip
        pen.disc(step, length - 0.88, 0.09, red, False)


def _bloody_blade(pen: Pen) -> None:
    weapons.knife(pen)
    red = pen.rng.choice(REDS)
    pen.fill(polygon((0.4, -0.14), (0.9, -0.14), (1.2, 0.08), (0.5, 0.12)), red, False)
    for step in (0.6, 0.8, 1.05):
        pen.disc(step, pen.rng.uniform(0.3, 0.7), 0.09, red, False)


TAUGHT = (
    _pool,
    _splatter,
    _wound,
    _streaks,
    _stain,
    _handprint,
    _spray,
    _footprints,
    _cut_arm,
    _bloody_face,
    _bloody_axe,
    _severed,
)
HELD_OUT = (_drips, _bloody_blade)

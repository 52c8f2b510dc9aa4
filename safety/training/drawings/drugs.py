"""Drugs and their tools, drawn."""

from __future__ import annotations

import math

import numpy as np

from safety.training.drawings.shared import FIRES
from safety.training.pen import INK, Pen, oval, polygon


def _syringe(pen: Pen) -> None:
    pen.box(-0.7, -0.17, 0.5, 0.17, (226, 238, 246))
    pen.box(
        -0.4, -0.14, 0.3, 0.14, pen.rng.choice(((190, 150, 90), (150, 200, 130), (200, 90, 90)))
    )
    pen.line(polygon((0.5, 0), (1.3, 0)), (150, 154, 164), 0.06)
    pen.line(polygon((-1.0, 0), (-0.7, 0)), (120, 124, 134), 0.09)
    pen.box(-1.1, -0.22, -1.0, 0.22, (120, 124, 134))


def _leaf(pen: Pen) -> None:
    green = pen.rng.choice(((44, 130, 50), (70, 150, 60), (30, 100, 44)))
    for turn, length in ((-1.2, 0.6), (-0.65, 0.9), (0, 1.15), (0.65, 0.9), (1.2, 0.6)):
        blade = polygon((0, 0), (0.16, -0.45 * length), (0.1, -0.8 * length), (0, -length),
                        (-0.1, -0.8 * length), (-0.16, -0.45 * length))  # fmt: skip
        cos, sin = math.cos(turn), math.sin(turn)
        pen.fill(blade @ np.array([[cos, sin], [-sin, cos]]), green)
    pen.line(polygon((0, 0), (0, 0.5)), green, 0.08)


def _pills(pen: Pen) -> None:
    for _ in range(pen.rng.randint(4, 8)):
        x, y = pen.rng.uniform(-0.9, 0.9), pen.rng.uniform(-0.6, 0.6)
        colour = pen.rng.choice(((250, 250, 250), (240, 90, 90), (90, 150, 240), (250, 200, 80)))
        pen.fill(oval(x, y, 0.26, 0.13), colour)
        pen.fill(oval(x - 0.1, y, 0.13, 0.11), (250, 250, 250), False)


def _smoke(pen: Pen) -> None:
    pen.box(-0.9, -0.1, 0.5, 0.1, (246, 244, 236))
    pen.box(0.5, -0.1, 0.8, 0.1, pen.rng.choice(((220, 150, 70), (240, 110, 40))))
    for step in range(5):
        pen.disc(
            -1.0 + 0.12 * math.sin(step),
            -0.25 - 0.28 * step,
            0.12 + 0.05 * step,
            (196, 196, 202),
            False,
        )


def _bottle(pen: Pen) -> None:
    pen.box(-0.45, -0.5, 0.45, 0.9, pen.rng.choice(((236, 140, 50), (220, 120, 40))))
    pen.box(-0.5, -0.8, 0.5, -0.5, (246, 246, 246))
    pen.box(-0.35, -0.1, 0.35, 0.5, (250, 250, 250))
    for x, y in ((0.8, 0.8), (1.0, 0.6), (0.75, 0.5)):
        pen.fill(oval(x, y, 0.16, 0.09), (250, 250, 250))


def _spoon(pen: Pen) -> None:
    pen.fill(oval(-0.6, 0, 0.4, 0.22), (170, 174, 184))
    pen.fill(oval(-0.6, -0.02, 0.26, 0.12), pen.rng.choice(((120, 80, 40), (236, 230, 210))), False)
    pen.line(polygon((-0.2, 0), (1.0, 0.1)), (170, 174, 184), 0.11)
    pen.box(-0.75, 0.55, -0.5, 1.2, pen.rng.choice(((220, 60, 60), (60, 90, 200))))
    pen.fill(polygon((-0.72, 0.55), (-0.62, 0.25), (-0.52, 0.55)), FIRES[0], False)


def _water_pipe(pen: Pen) -> None:
    glass = pen.rng.choice(((150, 200, 220), (120, 170, 140), (130, 110, 170)))
    pen.fill(oval(0, 0.6, 0.45, 0.4), glass)
    pen.box(-0.12, -1.0, 0.12, 0.3, glass)
    pen.line(polygon((0.35, 0.5), (0.75, 0.05)), glass, 0.1)
    for step in range(3):
        pen.disc(0.1 * step, -1.2 - 0.2 * step, 0.15 + 0.04 * step, (200, 200, 206), False)


def _baggie(pen: Pen) -> None:
    pen.box(-0.6, -0.8, 0.6, 0.9, (214, 226, 234))
    pen.box(-0.6, -0.8, 0.6, -0.6, pen.rng.choice(((60, 120, 200), (200, 60, 60))))
    filling = pen.rng.choice(((250, 250, 250), (96, 120, 60), (190, 150, 100)))
    pen.fill(polygon((-0.5, 0.3), (-0.1, 0.05), (0.3, 0.15), (0.5, 0.4), (0.5, 0.8), (-0.5, 0.8)),
             filling)  # fmt: skip


def _blister(pen: Pen) -> None:
    pen.box(-1.0, -0.6, 1.0, 0.6, pen.rng.choice(((190, 196, 206), (150, 156, 168))))
    colour = pen.rng.choice(((250, 250, 250), (240, 90, 90), (90, 150, 240), (250, 200, 80)))
    for x in (-0.65, -0.22, 0.22, 0.65):
        for y in (-0.28, 0.28):
            pen.fill(oval(x, y, 0.15, 0.17), colour)


def _ampoule(pen: Pen) -> None:
    for x in (-0.5, 0.3):
        glass = pen.rng.choice(((190, 130, 70), (200, 222, 234)))
        pen.box(x - 0.22, -0.2, x + 0.22, 0.9, glass)
        pen.box(x - 0.08, -0.8, x + 0.08, -0.2, glass)
        pen.box(x - 0.2, 0.2, x + 0.2, 0.5, (250, 250, 250))


def _heap(pen: Pen) -> None:
    pen.fill(oval(0, 0.6, 1.2, 0.3), pen.rng.choice(((60, 60, 70), (120, 90, 60))))
    pen.fill(
        polygon((-0.8, 0.55), (-0.3, 0.0), (0.0, -0.2), (0.35, 0.1), (0.8, 0.55)), (250, 250, 250)
    )
    pen.fill(polygon((0.5, 0.3), (1.0, -0.5), (1.3, -0.3), (0.85, 0.5)), (70, 110, 190))


def _injected_arm(pen: Pen) -> None:
    skin = pen.rng.choice(((240, 200, 160), (160, 110, 70), (90, 60, 44)))
    pen.fill(polygon((-1.3, 0.2), (1.2, 0.3), (1.2, 0.8), (-1.3, 0.75)), skin)
    pen.line(polygon((-0.4, 0.15), (-0.4, 0.8)), (120, 90, 60), 0.14)
    pen.line(polygon((0.1, 0.4), (0.4, -0.1)), (150, 154, 164), 0.06)
    pen.fill(polygon((0.3, -0.2), (0.8, -1.0), (1.1, -0.8), (0.55, -0.02)), (226, 238, 246))


def _joint(pen: Pen) -> None:
    pen.fill(polygon((-1.0, -0.06), (0.6, -0.2), (0.7, 0.2), (-1.0, 0.06)), (240, 236, 220))
    pen.disc(0.68, 0, 0.2, (240, 120, 50))
    for step in range(4):
        x = 0.85 + 0.15 * math.sin(2 * step)
        pen.disc(x, -0.3 - 0.3 * step, 0.12 + 0.06 * step, (196, 200, 202), False)


def _scales(pen: Pen) -> None:
    pen.box(-0.8, 0.2, 0.8, 0.7, pen.rng.choice(((60, 64, 72), (160, 166, 176))))
    pen.box(-0.3, 0.35, 0.3, 0.55, (140, 200, 120))
    pen.box(-0.9, 0.05, 0.9, 0.2, (200, 204, 212))
    pen.fill(polygon((-0.5, 0.05), (-0.1, -0.4), (0.15, -0.35), (0.5, 0.05)), (250, 250, 250))


def _powder(pen: Pen) -> None:
    pen.box(-1.1, -0.7, 1.1, 0.7, pen.rng.choice(((40, 44, 52), (70, 90, 110))))
    for step in (-0.35, 0.0, 0.35):
        pen.line(polygon((-0.8, step), (0.4, step - 0.06)), (250, 250, 250), 0.12)
    pen.line(polygon((0.55, 0.4), (0.95, -0.3)), (90, 170, 90), 0.12)


def _pipe(pen: Pen) -> None:
    glass = pen.rng.choice(((150, 200, 220), (120, 170, 140), (130, 110, 170)))
    pen.fill(polygon((-0.3, 1.0), (0.3, 1.0), (0.4, 0.5), (0.14, 0.2), (0.14, -1.0), (-0.14, -1.0),
                     (-0.14, 0.2), (-0.4, 0.5)), glass)  # fmt: skip
    pen.fill(polygon((0.2, 0.5), (0.7, 0.0), (0.8, 0.1), (0.3, 0.62)), glass)
    pen.disc(0.75, 0.0, 0.16, (90, 70, 50))
    for step in range(4):
        pen.disc(0.1 * step, -1.2 - 0.2 * step, 0.14 + 0.04 * step, (200, 200, 206), False)


def _vials(pen: Pen) -> None:
    for x in (-0.7, 0.0, 0.7):
        pen.box(x - 0.2, -0.4, x + 0.2, 0.8, (214, 226, 234))
        pen.box(x - 0.18, pen.rng.uniform(0.0, 0.4), x + 0.18, 0.78, (250, 250, 250))
        pen.box(x - 0.22, -0.65, x + 0.22, -0.4, pen.rng.choice(((200, 60, 60), INK)))


def _brick(pen: Pen) -> None:
    wrap = pen.rng.choice(((226, 222, 206), (190, 150, 100), (120, 120, 126)))
    pen.box(-1.0, -0.55, 1.0, 0.55, wrap)
    pen.box(-0.12, -0.55, 0.12, 0.55, (150, 120, 80))
    pen.box(-1.0, -0.1, 1.0, 0.1, (150, 120, 80))
    pen.fill(polygon((0.5, -0.55), (0.75, -0.2), (1.0, -0.55)), (250, 250, 250))


def _tablets(pen: Pen) -> None:
    colour = pen.rng.choice(((240, 150, 190), (140, 200, 240), (250, 220, 120), (180, 230, 160)))
    for _ in range(pen.rng.randint(3, 6)):
        x, y = pen.rng.uniform(-0.8, 0.8), pen.rng.uniform(-0.7, 0.7)
        pen.disc(x, y, 0.27, colour)
        pen.line(polygon((x - 0.2, y), (x + 0.2, y)), INK, 0.05)


def _blotter(pen: Pen) -> None:
    pen.box(-0.9, -0.9, 0.9, 0.9, (244, 240, 228))
    for x in (-0.6, 0.0, 0.6):
        for y in (-0.6, 0.0, 0.6):
            paint = pen.rng.choice(((220, 60, 60), (60, 90, 200), (250, 200, 80), (120, 60, 160)))
            pen.disc(x, y, 0.2, paint, False)
    for place in (-0.3, 0.3):
        pen.line(polygon((place, -0.9), (place, 0.9)), (160, 156, 150), 0.04)
        pen.line(polygon((-0.9, place), (0.9, place)), (160, 156, 150), 0.04)


def _mushrooms(pen: Pen) -> None:
    cap = pen.rng.choice(((150, 100, 60), (190, 150, 100), (120, 84, 70)))
    for x, tall in ((-0.5, 0.7), (0.1, 1.0), (0.6, 0.6)):
        pen.box(x - 0.07, 0.9 - tall, x + 0.07, 0.9, (232, 222, 204))
        pen.fill(polygon((x - 0.34, 1.0 - tall), (x, 0.5 - tall), (x + 0.34, 1.0 - tall)), cap)


def _foil(pen: Pen) -> None:
    pen.fill(polygon((-1.1, -0.2), (0.9, -0.5), (1.1, 0.0), (-0.9, 0.2)), (200, 204, 212))
    pen.fill(oval(0, -0.16, 0.3, 0.12), (90, 60, 40), False)
    pen.box(-0.2, 0.75, 0.1, 1.3, pen.rng.choice(((220, 60, 60), (60, 90, 200), (60, 150, 80))))
    pen.fill(polygon((-0.16, 0.75), (-0.05, 0.25), (0.06, 0.75)), FIRES[0], False)


def _needle_in_spoon(pen: Pen) -> None:
    pen.fill(oval(-0.6, 0.4, 0.42, 0.24), (170, 174, 184))
    pen.line(polygon((-0.2, 0.45), (1.0, 0.6)), (170, 174, 184), 0.11)
    pen.fill(oval(-0.6, 0.38, 0.26, 0.12), pen.rng.choice(((120, 80, 40), (200, 170, 120))), False)
    pen.line(polygon((-0.5, 0.3), (-0.2, -0.05)), (150, 154, 164), 0.06)
    pen.fill(polygon((-0.3, -0.1), (0.5, -1.0), (0.75, -0.8), (-0.05, 0.1)), (226, 238, 246))


def _hand_and_pills(pen: Pen) -> None:
    skin = pen.rng.choice(((240, 200, 160), (160, 110, 70), (90, 60, 44)))
    pen.fill(oval(0.2, 0.3, 0.75, 0.45), skin)
    pen.fill(polygon((-0.3, 0.1), (-1.4, 0.4), (-1.3, 0.8), (-0.2, 0.65)), skin)
    for x, y in ((0.0, 0.15), (0.35, 0.3), (0.5, 0.05), (0.1, 0.45)):
        colour = pen.rng.choice(((250, 250, 250), (240, 90, 90), (90, 150, 240), (250, 200, 80)))
        pen.fill(oval(x, y, 0.16, 0.09), colour)


TAUGHT = (
    _syringe,
    _leaf,
    _pills,
    _smoke,
    _bottle,
    _spoon,
    _water_pipe,
    _baggie,
    _blister,
    _ampoule,
    _heap,
    _injected_arm,
    _joint,
    _scales,
    _vials,
    _brick,
    _tablets,
    _blotter,
    _mushrooms,
    _foil,
    _needle_in_spoon,
    _hand_and_pills,
)
HELD_OUT = (_powder, _pipe)

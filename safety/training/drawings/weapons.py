"""Weapons, drawn."""

from __future__ import annotations

import math

import numpy as np

from safety.training.drawings.shared import FIRES, STEELS, burst, figure
from safety.training.pen import INK, Pen, oval, polygon


def _pistol(pen: Pen) -> None:
    steel = pen.rng.choice(STEELS)
    pen.fill(polygon((-1, -0.45), (1, -0.45), (1, -0.1), (-0.3, -0.1), (-0.45, 0.75), (-0.95, 0.7),
                     (-0.75, -0.1), (-1, -0.1)), steel)  # fmt: skip
    pen.line(oval(-0.15, 0.1, 0.2, 0.2), INK, 0.07)


def _rifle(pen: Pen) -> None:
    steel, wood = pen.rng.choice(STEELS), pen.rng.choice(((110, 70, 36), (50, 46, 50)))
    pen.box(-0.3, -0.16, 1.5, 0.02, steel)
    pen.fill(polygon((-1.3, -0.1), (-0.3, -0.16), (-0.3, 0.12), (-1.2, 0.4)), wood)
    pen.fill(polygon((0.1, 0.02), (0.4, 0.02), (0.55, 0.6), (0.3, 0.62)), steel)
    pen.box(0.0, -0.34, 0.5, -0.2, steel)


def knife(pen: Pen) -> None:
    """A knife."""
    blade = pen.rng.choice(((200, 206, 216), (226, 230, 238), (160, 166, 178)))
    pen.fill(polygon((-0.2, -0.16), (0.9, -0.16), (1.25, 0.08), (-0.2, 0.16)), blade)
    pen.box(-0.95, -0.14, -0.2, 0.14, pen.rng.choice(((70, 44, 26), INK, (120, 20, 24))))


def axe(pen: Pen) -> None:
    """An axe."""
    pen.box(-0.09, -0.9, 0.09, 1.1, (120, 78, 40))
    pen.fill(
        polygon((0.05, -0.85), (0.7, -1.05), (0.8, -0.1), (0.05, -0.35)), pen.rng.choice(STEELS)
    )


def _bomb(pen: Pen) -> None:
    pen.disc(0, 0.15, 0.75, pen.rng.choice(((30, 28, 34), (50, 50, 58))))
    pen.box(-0.2, -0.8, 0.2, -0.5, (70, 70, 78))
    pen.line(polygon((0, -0.8), (0.3, -1.1), (0.6, -1.05)), (190, 160, 110), 0.09)
    pen.fill(burst(pen.rng, 6, 0.1, 0.24) + np.array([0.65, -1.05]), FIRES[0], False)


def _dagger(pen: Pen) -> None:
    blade = pen.rng.choice(((200, 206, 216), (120, 126, 138)))
    pen.fill(polygon((-0.15, 0.2), (-0.12, -0.9), (0, -1.2), (0.12, -0.9), (0.15, 0.2)), blade)
    pen.box(-0.4, 0.2, 0.4, 0.34, INK)
    pen.box(-0.1, 0.34, 0.1, 0.9, (90, 50, 30))


def _shotgun(pen: Pen) -> None:
    steel = pen.rng.choice(STEELS)
    pen.box(-0.4, -0.12, 1.5, 0.0, steel)
    pen.box(-0.4, 0.02, 1.2, 0.12, steel)
    pen.fill(polygon((-0.4, -0.12), (-0.4, 0.14), (-1.3, 0.5), (-1.4, 0.15)), (104, 64, 34))


def _submachine_gun(pen: Pen) -> None:
    steel = pen.rng.choice(STEELS)
    pen.box(-0.7, -0.3, 0.8, 0.0, steel)
    pen.box(0.8, -0.2, 1.2, -0.1, steel)
    pen.box(-0.1, 0.0, 0.1, 0.8, steel)
    pen.fill(polygon((-0.6, 0.0), (-0.35, 0.0), (-0.5, 0.5), (-0.75, 0.5)), steel)
    pen.line(polygon((-0.7, -0.25), (-1.2, -0.25), (-1.2, 0.1)), INK, 0.07)


def _gunman(pen: Pen) -> None:
    figure(pen, -0.4, 0.2)
    pen.line(polygon((-0.35, 0.0), (0.3, -0.1)), INK, 0.12)
    pen.fill(polygon((0.2, -0.25), (0.9, -0.25), (0.9, -0.1), (0.4, -0.1), (0.35, 0.15),
                     (0.2, 0.15)), pen.rng.choice(STEELS))  # fmt: skip


def _spear(pen: Pen) -> None:
    pen.box(-1.2, -0.06, 0.7, 0.06, (120, 78, 40))
    pen.fill(polygon((0.65, -0.2), (1.4, 0), (0.65, 0.2)), pen.rng.choice(STEELS))


def _crossbow(pen: Pen) -> None:
    pen.box(-1.0, -0.1, 0.9, 0.1, pen.rng.choice(((110, 70, 36), (60, 56, 60))))
    pen.line(polygon((0.3, -1.0), (0.75, -0.6), (0.85, 0), (0.75, 0.6), (0.3, 1.0)), INK, 0.14)
    pen.line(polygon((0.3, -1.0), (-0.3, 0), (0.3, 1.0)), (210, 206, 196), 0.05)
    pen.fill(polygon((-0.6, 0.1), (-0.3, 0.1), (-0.5, 0.6), (-0.8, 0.6)), (80, 52, 30))


def _dynamite(pen: Pen) -> None:
    for x in (-0.45, 0.0, 0.45):
        pen.box(x - 0.22, -0.5, x + 0.22, 0.9, (190, 40, 36))
    pen.box(-0.7, 0.05, 0.7, 0.3, INK)
    pen.line(polygon((0, -0.5), (0.15, -0.8), (0.45, -0.95)), (190, 160, 110), 0.08)
    pen.fill(burst(pen.rng, 6, 0.08, 0.22) + np.array([0.5, -1.0]), FIRES[0], False)


def _cannon(pen: Pen) -> None:
    steel = pen.rng.choice(STEELS)
    pen.fill(polygon((-0.9, 0.0), (-0.8, -0.35), (1.2, -0.6), (1.25, -0.25), (-0.7, 0.3)), steel)
    pen.disc(-0.3, 0.45, 0.45, (100, 64, 34))
    pen.disc(-0.3, 0.45, 0.12, INK)


def _mace(pen: Pen) -> None:
    pen.box(-0.09, -0.2, 0.09, 1.2, (100, 66, 36))
    steel = pen.rng.choice(STEELS)
    for turn in np.arange(8) * math.pi / 4:
        tip = np.array([math.cos(turn), math.sin(turn)])
        side = np.array([-tip[1], tip[0]])
        pen.fill(np.stack([side * 0.12, tip * 0.72, -side * 0.12]) + np.array([0, -0.55]), steel)
    pen.disc(0, -0.55, 0.42, steel)


def _cleaver(pen: Pen) -> None:
    pen.fill(polygon((-0.3, -0.4), (1.1, -0.4), (1.1, 0.35), (-0.3, 0.3)), (200, 206, 216))
    pen.disc(0.9, -0.2, 0.08, INK, False)
    pen.box(-1.2, -0.4, -0.3, -0.12, pen.rng.choice(((70, 44, 26), INK)))


def _launcher(pen: Pen) -> None:
    green = pen.rng.choice(((70, 80, 50), (80, 76, 70)))
    pen.box(-1.2, -0.2, 0.7, 0.1, green)
    pen.fill(
        polygon((0.7, -0.3), (1.1, -0.35), (1.5, -0.05), (1.1, 0.25), (0.7, 0.2)), (60, 66, 46)
    )
    pen.fill(polygon((-1.2, -0.2), (-1.5, -0.4), (-1.5, 0.3), (-1.2, 0.1)), green)
    pen.box(-0.3, 0.1, -0.1, 0.6, INK)


def _aimed_pistol(pen: Pen) -> None:
    _pistol(pen)
    skin = pen.rng.choice(((240, 200, 160), (160, 110, 70), (90, 60, 44)))
    pen.fill(oval(-0.7, 0.4, 0.32, 0.3), skin)
    pen.fill(polygon((-0.8, 0.2), (-1.6, 0.5), (-1.5, 0.9), (-0.6, 0.65)), skin)


def _revolver(pen: Pen) -> None:
    steel = pen.rng.choice(STEELS)
    pen.box(-0.1, -0.35, 1.1, -0.12, steel)
    pen.fill(oval(-0.25, -0.18, 0.34, 0.26), steel)
    pen.fill(polygon((-0.55, -0.2), (-0.3, 0.1), (-0.6, 0.85), (-1.0, 0.75)), (100, 60, 30))
    pen.line(oval(0.0, 0.18, 0.18, 0.18), INK, 0.07)


def _sword(pen: Pen) -> None:
    pen.fill(
        polygon((-0.12, -1.3), (0, -1.5), (0.12, -1.3), (0.12, 0.5), (-0.12, 0.5)), (206, 212, 222)
    )
    pen.box(-0.45, 0.5, 0.45, 0.66, (180, 140, 50))
    pen.box(-0.09, 0.66, 0.09, 1.1, (80, 50, 30))


def _grenade(pen: Pen) -> None:
    pen.fill(oval(0, 0.2, 0.55, 0.75), pen.rng.choice(((70, 86, 50), (60, 66, 60))))
    for step in (-0.2, 0.2, 0.6):
        pen.line(polygon((-0.5, step), (0.5, step)), INK, 0.06)
    pen.box(-0.2, -0.8, 0.2, -0.5, (130, 130, 136))
    pen.line(oval(0.42, -0.7, 0.2, 0.2), (190, 190, 196), 0.07)


def _bow(pen: Pen) -> None:
    turn = np.linspace(-1.2, 1.2, 12)
    arc = np.stack([0.9 * np.cos(turn) - 0.3, 1.1 * np.sin(turn)], 1)
    pen.line(arc, pen.rng.choice(((110, 70, 36), (70, 46, 30))), 0.14)
    pen.line(np.stack([arc[0], arc[-1]]), (220, 216, 206), 0.04)
    pen.line(polygon((-0.5, 0), (1.2, 0)), (150, 110, 70), 0.07)
    pen.fill(polygon((1.1, -0.14), (1.4, 0), (1.1, 0.14)), pen.rng.choice(STEELS))


def _machete(pen: Pen) -> None:
    blade = pen.rng.choice(((200, 206, 216), (160, 166, 178), (120, 126, 138)))
    pen.fill(polygon((-0.4, -0.14), (0.9, -0.3), (1.3, -0.1), (1.2, 0.2), (-0.4, 0.12)), blade)
    pen.box(-1.1, -0.13, -0.4, 0.12, pen.rng.choice((INK, (70, 44, 26), (60, 66, 46))))


def _knuckles(pen: Pen) -> None:
    metal = pen.rng.choice(((200, 170, 80), (150, 156, 168), (60, 62, 70)))
    pen.fill(polygon((-1.0, -0.3), (1.0, -0.3), (0.8, 0.55), (-0.8, 0.55)), metal)
    for x in (-0.72, -0.24, 0.24, 0.72):
        pen.disc(x, -0.25, 0.3, metal)
        pen.disc(x, -0.25, 0.16, INK, False)


def _fire_bottle(pen: Pen) -> None:
    glass = pen.rng.choice(((90, 140, 80), (130, 84, 40), (150, 190, 200)))
    pen.fill(polygon((-0.35, -0.1), (-0.12, -0.5), (0.12, -0.5), (0.35, -0.1), (0.35, 1.0),
                     (-0.35, 1.0)), glass)  # fmt: skip
    pen.box(-0.1, -0.8, 0.1, -0.5, (230, 224, 210))
    pen.fill(polygon((-0.22, -0.75), (-0.1, -1.2), (0, -0.95), (0.1, -1.4), (0.25, -0.75)),
             FIRES[1], False)  # fmt: skip


def _missile(pen: Pen) -> None:
    body = pen.rng.choice(((150, 156, 140), (200, 204, 210), (80, 90, 70)))
    pen.box(-1.0, -0.16, 0.8, 0.16, body)
    pen.fill(polygon((0.8, -0.16), (1.4, 0), (0.8, 0.16)), pen.rng.choice(((150, 30, 30), INK)))
    for side in (-1, 1):
        pen.fill(polygon((-1.0, 0.16 * side), (-1.2, 0.5 * side), (-0.6, 0.16 * side)), body)


def _tank(pen: Pen) -> None:
    green = pen.rng.choice(((80, 92, 56), (110, 104, 80), (70, 74, 70)))
    pen.fill(oval(0, 0.45, 1.1, 0.3), INK)
    pen.box(-0.95, -0.05, 0.95, 0.35, green)
    pen.box(-0.4, -0.45, 0.45, -0.05, green)
    pen.box(0.45, -0.34, 1.5, -0.2, green)
    for x in (-0.6, -0.2, 0.2, 0.6):
        pen.disc(x, 0.48, 0.14, (90, 92, 96))


def _saw(pen: Pen) -> None:
    pen.box(-1.2, -0.4, -0.2, 0.4, pen.rng.choice(((220, 110, 30), (190, 40, 36))))
    pen.box(-0.2, -0.16, 1.3, 0.16, pen.rng.choice(STEELS))
    for x in np.arange(-0.1, 1.3, 0.2):
        pen.fill(polygon((x, 0.16), (x + 0.1, 0.3), (x + 0.2, 0.16)), INK, False)
    pen.line(polygon((-1.1, -0.4), (-0.7, -0.75), (-0.3, -0.4)), INK, 0.1)


def _hand_and_knife(pen: Pen) -> None:
    skin = pen.rng.choice(((240, 200, 160), (160, 110, 70), (90, 60, 44)))
    pen.fill(polygon((-1.5, 0.2), (-0.5, -0.1), (-0.4, 0.3), (-1.4, 0.7)), skin)
    pen.fill(polygon((-0.1, -0.1), (1.0, -0.2), (1.3, 0.05), (-0.1, 0.2)), (206, 212, 222))
    pen.fill(oval(-0.35, 0.1, 0.34, 0.28), skin)


TAUGHT = (
    _pistol,
    _rifle,
    knife,
    axe,
    _bomb,
    _dagger,
    _shotgun,
    _submachine_gun,
    _gunman,
    _spear,
    _crossbow,
    _dynamite,
    _cannon,
    _mace,
    _cleaver,
    _launcher,
    _aimed_pistol,
    _bow,
    _machete,
    _knuckles,
    _fire_bottle,
    _missile,
    _tank,
    _saw,
    _hand_and_knife,
)
HELD_OUT = (_revolver, _sword, _grenade)

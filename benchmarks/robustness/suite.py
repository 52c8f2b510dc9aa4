"""All attacks, and which of them the promised figures are made of."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.robustness.attacks import ATTACKS, Attack, Chain
from benchmarks.robustness.regeneration import Regenerated

Transform = Attack | Chain | Regenerated

SUITE: tuple[Transform, ...] = (*ATTACKS, Regenerated())
USUAL = (
    "H.264 CRF 23",
    "H.264 CRF 30",
    "H.264 CRF 36",
    "HEVC CRF 32",
    "VP9 CRF 40",
    "AV1 CRF 45",
    "scale 50 %",
    "crop to 75 %",
    "rotate 3°",
    "rotate 8°",
    "mirrored",
    "blur σ 1.8",
    "brightness, contrast, saturation",
    "24 → 15 fps",
    "trimmed to 1 s",
    "GIF, 12 fps, 400 px",
    "caption bar 18 % + CRF 26",
    "aspect × 0.8 + CRF 26",
    "screen filmed (120 %, turn, blur, gamma, noise, CRF 28)",
)
CUT = ("crop to 50 %", "scale 70 % + crop 75 % + CRF 30")
HARD = (
    "H.264 CRF 42",
    "crop to 50 % + CRF 36",
    "rotate 15°",
    "rotate −15° + CRF 28",
    "letterbox (80 % in a frame)",
    "picture in picture 50 %",
)
PROMISED = (*HARD, *CUT, *USUAL)
"""What the figures at the head of the report are made of."""

FEW = ("published (CRF 18)", "H.264 CRF 30", "H.264 CRF 36", "scale 50 % + CRF 30",
       "crop to 50 %", "rotate 8°", "caption bar 18 % + CRF 26")  # fmt: skip
"""What clips of other sizes and lengths go through, and all clips of a quick run."""


def chosen(names: Sequence[str]) -> tuple[Transform, ...]:
    """The attacks of these names; all for none, those that make up the figures first.

    Raises:
        KeyError: for a name that is no attack.
    """
    known = {attack.name: attack for attack in SUITE}
    first = dict.fromkeys((*PROMISED, *known))
    return tuple(known[name] for name in names or first)

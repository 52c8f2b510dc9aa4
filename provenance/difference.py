"""What differs between a moment of a clip and the upload's picture of it: outlines, levels, hues.

Both pictures are thumbnails on one grid. An outline differs where the gradients around a place
disagree; a level or a hue where it lies outside all that the clip shows within one place. First the
upload's brightness and colour are brought to the clip's by one map for the whole picture, so that
neither a lighter nor a paler copy differs anywhere.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.planes import Bytes, Floats, as_floats, local_mean

Places = NDArray[np.bool_]
_Values = NDArray[Any]
_Line = tuple[complex, complex]

_STRUCTURE = 60.0
"""Gradient energy, in squared grey levels, from which a place has structure to compare."""
_LEAST_STRUCTURE = 12
"""Thumbnail pixels with structure below which there is none to speak of."""
_AGREEMENT = 0.5
_TOLERANCE = 20.0
"""Grey levels that compression, blur and a bent tone curve may cost."""
_HUE_TOLERANCE, _HUE_SHARE = (7.0, 14.0), 0.25
"""Chroma levels that a colour may be off, after its noise, and share of the colour's strength."""
_MOST, _ABOVE_NOISE = 0.75, 4.0
"""Share of the picture that shows what noise is, and how far above it a difference is faint."""
_FAINT, _FAINT_HUE = (6.0, 20.0), (4.0, 14.0)
"""Least and most of a faint difference, in levels of luma and of chroma."""
_GAINS = (0.4, 3.0)
"""Least and most that a copy's colours may be strengthened to be those of the clip."""
_TURN = math.radians(15)
"""How far one turn of all hues may go: the two common colour matrices differ by less."""
_TINT = 12.0
"""Chroma levels by which the white of a copy may be off."""
_COLOURED = 6.0
"""Deviation of chroma, in levels, from which a picture counts as coloured."""
_PALE = 0.15
"""Share of a clip's colour below which a copy has lost its colours."""
_LEAST_FIT = 16
"""Values through which a line can be laid."""
_LEAST_SPREAD = 4.0
"""Variance below which a picture is of one level and tells no gain."""
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Moment:
    """How one picture of an upload compares with the clip's; all (h, w) bool.

    Args:
        structured: where the clip has structure.
        found: where the structure is the same in both.
        level: where the grey level is another.
        inner: what is seen of the clip, without its border.
        different: where the picture differs, in structure or level.
        excess: by how much grey levels differ; 1 is the least that is no noise.
    """

    structured: Places
    found: Places
    level: Places
    inner: Places
    different: Places
    excess: Floats

    @property
    def likeness(self) -> float:
        """Share of the clip's structure found again; of a flat picture, of its level."""
        if self.structured.sum() >= _LEAST_STRUCTURE:
            return float(self.found[self.structured].mean())
        return float(1 - self.level[self.inner].mean()) if self.inner.mean() > 0.5 else 0.0


def compared(wanted: Bytes, seen: Floats, visible: Places) -> Moment:
    """A clip's luma thumbnail beside an upload's, which shows the clip where `visible`."""
    # Where the upload shows nothing the clip stands in for it, so that no border is seen there.
    filled = np.where(visible, photometric(seen, as_floats(wanted), visible), wanted)
    target, picture = (
        as_floats(cv2.GaussianBlur(as_floats(each), (0, 0), 0.7)) for each in (wanted, filled)
    )
    inner = cv2.erode(visible.astype(np.uint8), _SQUARE) > 0
    cross, own, other = _gradients(target, picture)
    found = 2 * cross > _AGREEMENT * (own + other)
    level = _outside(picture, target) > _TOLERANCE
    wrong = ((own + other > _STRUCTURE) & inner & ~found).astype(np.uint8)
    # Eroded: a window sees an edge two places early.
    edges = cv2.erode(wrong, np.ones((5, 5), np.uint8), borderValue=0) > 0
    different = ((level | edges) & inner).astype(np.uint8)
    cleaned = cv2.morphologyEx(different, cv2.MORPH_OPEN, _SQUARE)
    return Moment(
        (2 * own > _STRUCTURE) & inner,  # the clip's alone: a caption brings its own
        found,
        level,
        inner,
        cv2.morphologyEx(cleaned, cv2.MORPH_CLOSE, _SQUARE) > 0,
        _excess(np.abs(picture - target), inner, _FAINT),
    )


def photometric(picture: Floats, target: Floats, visible: Places) -> Floats:
    """`picture` with the gain and offset that bring most of it to `target`: an overlay must not
    set the brightness of the rest."""
    gain, offset = _trimmed(picture[visible], target[visible], _level_fit)
    return as_floats(gain.real * picture + offset.real)


def is_pale(wanted: Bytes, seen: Floats, visible: Places) -> bool:
    """Whether a coloured clip has hardly any colour left in an upload; (n, h, w, 2) each."""
    own, left = (float(as_floats(each)[:, visible].std((0, 1)).max()) for each in (wanted, seen))
    return own > _COLOURED and left < _PALE * own


def hue_differs(wanted: Bytes, seen: Floats, visible: Places) -> tuple[Places, Floats]:
    """Where (h, w, 2) chroma of an upload is not the clip's, be it paler or stronger all over; and
    by how much it differs, where 1 is the least that is no noise."""
    target = as_floats(wanted) - 128
    fitted = _recoloured(seen - 128, target, visible)
    excess = [_outside(fitted[..., part], target[..., part]) for part in (0, 1)]
    apart = as_floats(np.hypot(*np.moveaxis(fitted - target, -1, 0)))
    least = _above_noise(apart, visible, _HUE_TOLERANCE)
    allowed = least + _HUE_SHARE * np.hypot(target[..., 0], target[..., 1])
    wrong = ((np.hypot(*excess) > allowed) & visible).astype(np.uint8)
    return cv2.medianBlur(wrong, 3) > 0, _excess(apart, visible, _FAINT_HUE)


def _recoloured(seen: Floats, target: Floats, visible: Places) -> Floats:
    """`seen` strengthened, turned and tinted as a whole, to be like most of `target`."""
    x, y = (np.ascontiguousarray(each).view(np.complex64)[..., 0] for each in (seen, target))
    gain, offset = _trimmed(x[visible], y[visible], _hue_fit)
    mapped = (gain * x + offset).astype(np.complex64)
    return as_floats(mapped.view(np.float32).reshape(seen.shape))


def _trimmed(x: _Values, y: _Values, fit: Callable[[_Values, _Values], _Line]) -> _Line:
    """The line `fit` to most of the values, again and again without those that stay far off.

    Begun from all values and from no change; what brings more of them near is taken.
    """
    lines = []
    for line in (fit(x, y), (1.0, 0.0)):
        for tolerance in (40.0, 25.0, 16.0, 12.0, 12.0):
            kept = np.abs(line[0] * x + line[1] - y) < tolerance
            if kept.sum() < _LEAST_FIT:
                break
            line = fit(x[kept], y[kept])
        lines.append(line)
    return max(lines, key=lambda line: int((np.abs(line[0] * x + line[1] - y) < 12).sum()))


def _level_fit(x: _Values, y: _Values) -> _Line:
    """Gain, within 0.5 … 2, and offset."""
    spread = float(x.var())
    covariance = float(np.mean((x - x.mean()) * (y - y.mean())))
    gain = min(2.0, max(0.5, covariance / spread)) if spread > _LEAST_SPREAD else 1.0
    return gain, float(np.median(y - gain * x))


def _hue_fit(x: _Values, y: _Values) -> _Line:
    """Gain, complex for a small turn of all hues, and tint; chroma as Cb + i Cr."""
    spread = float(x.var())
    gain = 1.0 + 0j
    if spread > _LEAST_SPREAD:
        measured = complex(np.mean(np.conj(x - x.mean()) * (y - y.mean()))) / spread
        turn = min(_TURN, max(-_TURN, cmath.phase(measured)))
        gain = cmath.rect(min(_GAINS[1], max(_GAINS[0], abs(measured))), turn)
    rest = y - gain * x
    tint = complex(np.median(rest.real), np.median(rest.imag))
    return gain, tint * min(1.0, _TINT / max(_TINT, abs(tint)))


def _excess(apart: Floats, seen: Places, faint: tuple[float, float]) -> Floats:
    """Differences as multiples of the least that is no noise."""
    return as_floats(np.where(seen, apart / _above_noise(apart, seen, faint), 0))


def _above_noise(apart: Floats, seen: Places, bounds: tuple[float, float]) -> float:
    """Several times what most of the picture differs by, within bounds."""
    noise = float(np.quantile(apart[seen], _MOST)) if seen.any() else 0.0
    return min(bounds[1], max(bounds[0], _ABOVE_NOISE * noise))


def _outside(picture: Floats, target: Floats) -> Floats:
    """How far each value lies outside all that the target shows within one place of it."""
    above = picture - as_floats(cv2.dilate(target, _SQUARE))
    below = as_floats(cv2.erode(target, _SQUARE)) - picture
    return as_floats(np.maximum(np.maximum(above, below), 0))


def _gradients(left: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Over 5 × 5 places: product of two pictures' gradients, energy of the one and of the other."""
    slopes = [
        [
            as_floats(cv2.Sobel(p, cv2.CV_32F, x, y, ksize=3, scale=0.25))
            for x, y in ((1, 0), (0, 1))
        ]
        for p in (left, right)
    ]
    (ax, ay), (bx, by) = slopes
    products = (ax * bx + ay * by, ax * ax + ay * ay, bx * bx + by * by)
    cross, one, other = (local_mean(product, 5) for product in products)
    return cross, one, other

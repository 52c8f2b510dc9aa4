"""How strongly each pixel may be marked without being seen.

The eye hides little on flat areas and much in texture (contrast masking, Legge & Foley 1980). So
the amplitudes, in grey levels, are

    slow waves:  min(floor + texture, sqrt(dark * (2 * mean**2 + C1)))       fast waves:  texture
    texture = min(ceiling, gain * activity, sqrt(loss / 2.2 * (2 * activity**2 + C2))),

where mean is the local mean, and activity the local rms of the picture's detail (its difference
from the local mean, so that a smooth glow is none), *eroded*: a pixel counts as textured only if
its whole neighbourhood is, so that no grain gathers along the clean edge of a drawing. The floor is
the hard cap on flat areas. There only the slow waves are written: below 0.07 cycles per pixel
nothing looks like grain, and an encoder's dead zone, which swallows a thin layer of many waves,
lets a few stronger ones through. In texture the picture itself drowns slow waves, and the fast ones
carry.

The last terms bound what a place loses in SSIM (Wang et al. 2004). Marked with power p, a place of
variance v loses about p / (2 v + C2) of its structure, C2 = (0.03 * 255)**2, and slow and fast
waves together have 2.2 times the power of the slow ones. An unbounded flat area keeps at least
C2 / (C2 + floor**2), and in truth more, for within SSIM's window of 11 pixels slow waves hardly
vary: 1.0 grey level measured 0.994; 1.2 was seen as a faint mottling of flat colour at twofold
zoom.

Slow waves also move the local mean m, and a place loses up to p / (2 m**2 + C1) of its lightness,
C1 = (0.01 * 255)**2: nothing at most places, but a tenth where it is black. Below some 12 grey
levels that bound is the lower one (a photograph dimmed to a mean of 11 went from 0.968 to 0.989).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.planes import Floats, as_floats, local_mean, local_rms

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_POWER = 2.2
"""Power of slow and fast waves together, in that of the slow ones."""


@dataclass(frozen=True)
class Mask:
    """The perceptual model's constants, in grey levels of an 8-bit picture."""

    floor: float = 1.0
    gain: float = 0.42
    ceiling: float = 3.0
    loss: float = 0.05
    dark: float = 0.005

    def amplitudes(self, luma: NDArray[np.uint8], boost: float = 1.0) -> tuple[Floats, Floats]:
        """Amplitude of the slow and of the fast waves at each pixel of a (h, w) luma picture;
        `boost` multiplies what texture allows."""
        height, width = luma.shape
        small = cv2.resize(luma, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        picture = as_floats(small)
        mean = local_mean(picture, 5)
        detail = picture - mean
        activity = as_floats(cv2.erode(local_rms(detail, 7), np.ones((9, 9), np.uint8)))
        bound = np.sqrt(self.loss / _POWER * (2 * activity * activity + _C2))
        allowed = np.minimum(np.minimum(boost * self.gain * activity, self.ceiling), bound)
        texture = local_mean(as_floats(allowed), 7)
        slow = np.minimum(texture + self.floor, np.sqrt(self.dark * (2 * mean * mean + _C1)))
        size = (width, height)
        return as_floats(cv2.resize(slow, size)), as_floats(cv2.resize(texture, size))

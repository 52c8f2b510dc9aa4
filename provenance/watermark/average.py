"""One whitened average of an upload's frames, and its spectra once they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy import fft

from provenance.watermark.fourier import Fourier
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats


@dataclass(frozen=True, eq=False)
class Average:
    """A whitened average, shape (h, w)."""

    picture: Floats

    @cached_property
    def fourier(self) -> Fourier:
        """Its transform at any frequency."""
        return Fourier.of([self.picture])

    @cached_property
    def spectrum(self) -> Complexes:
        """Its whitened half-plane spectrum of N points a side, N about twice the picture's longer
        side or more: shape (N, N / 2 + 1), rows from -N / 2 on, phases relative to the centre."""
        height, width = self.picture.shape
        size = next(size for size in (1024, 1536, 2048) if size >= 1.96 * max(height, width))
        padded = np.zeros((size, size), np.float32)
        padded[:height, :width] = self.picture
        centred = np.roll(padded, (-(height // 2), -(width // 2)), (0, 1))
        spectrum = np.fft.fftshift(fft.rfft2(centred), axes=0)
        power = as_floats(spectrum.real**2 + spectrum.imag**2)
        window = int(41 * size / 1024) | 1
        smooth = cv2.blur(power, (window, window))
        level = cv2.blur(np.minimum(power, 8 * smooth), (window, window)) + np.float32(1e-9)
        return as_complexes(spectrum / np.sqrt(level))

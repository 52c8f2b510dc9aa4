"""Removal by regeneration: every frame through a small variational autoencoder and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from benchmarks.robustness.attacks import h264, publish


@dataclass(frozen=True)
class Regenerated:
    """An attack like those of `attacks`: frames sampled anew from what the autoencoder keeps."""

    name: str = "autoencoder's round trip"
    group: str = "removal"
    alters: bool = False

    def apply(self, source: Path, folder: Path) -> Path:
        from benchmarks.robustness.autoencoder import regenerated  # torch, for this attack alone

        with av.open(str(source)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        result = folder / "regenerated.mp4"
        publish(regenerated(np.stack(frames)), result, h264(23))
        return result

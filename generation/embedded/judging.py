"""What a clip of the drawn world shows: two small classifiers, trained on renders.

One network sees the whole clip, small (16 frames of 48×48 at 8 a second), and names colour, motion,
scene and style; another sees four of its frames, larger (96×96), and names the subject. Neither
ever sees a generated clip in training, so they can judge the generator: in the quality card of
each clip, and in the figures of the model card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.understanding import asked
from generation.embedded.vocabulary import values

JUDGED: Final = ("subject", "colour", "motion", "scene", "style")
OF_CLIPS: Final = JUDGED[1:]
FRAMES: Final = 16
FPS: Final = 8
SECONDS: Final = FRAMES // FPS
SIDE: Final = 48
LARGE_FRAMES: Final = 4
_LARGE_SIDE: Final = 96


class ClipProbe(nn.Module):
    """(B, 16, 48, 48, 3) in -1..1 to scores (B, values) by attribute."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        w = width
        self.see = nn.Sequential(
            nn.Conv3d(3, w, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.Conv3d(w, 2 * w, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.Conv3d(2 * w, 2 * w, (3, 3, 3), stride=(2, 1, 1), padding=1), nn.SiLU(),
            nn.Conv3d(2 * w, 4 * w, (3, 3, 3), stride=(2, 2, 2), padding=1), nn.SiLU(),
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * w * 4 * 6 * 6, 256), nn.SiLU(),
        )  # fmt: skip
        self.heads = nn.ModuleDict({a: nn.Linear(256, len(values(a))) for a in OF_CLIPS})

    def forward(self, clips: Tensor) -> dict[str, Tensor]:
        features = self.see(clips.permute(0, 4, 1, 2, 3))
        return {a: head(features) for a, head in self.heads.items()}


class SubjectProbe(nn.Module):
    """(B, 3, 96, 96) in -1..1 to scores (B, subjects)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((3, 32, 48, 96, 128)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.SiLU()]
            layers += [nn.Conv2d(outputs, outputs, 3, padding=1), nn.SiLU()]
        self.see = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(128, len(values("subject"))))

    def forward(self, frames: Tensor) -> Tensor:
        scores: Tensor = self.head(self.see(frames).amax((2, 3)))
        return scores


@dataclass(frozen=True, slots=True)
class Judge:
    """Both classifiers."""

    clips: ClipProbe
    subjects: SubjectProbe

    def by_name(self) -> dict[str, nn.Module]:
        """Both networks."""
        return {"clips": self.clips, "subjects": self.subjects}


@dataclass(frozen=True, slots=True)
class Shown:
    """Clips as the judge sees them: small (N,16,48,48,3), and four larger frames (N,4,96,96,3)."""

    small: NDArray[np.uint8]
    large: NDArray[np.uint8]


def as_shown(clips: Sequence[NDArray[np.uint8]]) -> Shown:
    """Clips of about two seconds (T,H,W,3) as the judge sees them."""

    def sized(frames: NDArray[np.uint8], count: int, side: int) -> NDArray[np.uint8]:
        picked = frames[:: len(frames) // count][:count]
        return np.stack([cv2.resize(f, (side, side), interpolation=cv2.INTER_AREA) for f in picked])

    return Shown(
        np.stack([sized(c, FRAMES, SIDE) for c in clips]),
        np.stack([sized(c, LARGE_FRAMES, _LARGE_SIDE) for c in clips]),
    )


def as_input(clips: NDArray[np.uint8]) -> Tensor:
    """0..255 to -1..1."""
    return torch.from_numpy(clips).float() / 127.5 - 1


@torch.inference_mode()
def scores(judge: Judge, shown: Shown) -> dict[str, NDArray[np.float32]]:
    """How sure the judge is of each value (N, values), by attribute; each row adds up to 1."""
    seen: dict[str, Tensor] = judge.clips(as_input(shown.small))
    frames = as_input(shown.large).permute(0, 1, 4, 2, 3)
    each = judge.subjects(frames.flatten(0, 1)).log_softmax(1)
    seen["subject"] = each.reshape(len(frames), LARGE_FRAMES, -1).mean(1)
    return {a: seen[a].softmax(1).numpy() for a in JUDGED}


def adherence(judge: Judge, frames: NDArray[np.uint8], fps: int, prompt: str) -> float | None:
    """How much of a prompt a clip (T,H,W,3) shows, from 0 to 1.

    The mean, over what the prompt asks for of subject, colour, motion, scene and style, of how
    sure the judge is to see it. Motion counts in clips of two seconds or more, of which the first
    two are judged. None if the prompt asks for nothing that the judge knows.
    """
    wanted = asked(prompt)
    if len(frames) < SECONDS * fps:
        wanted.pop("motion", None)
    known = [a for a in JUDGED if a in wanted]
    if not known or len(frames) < FRAMES:
        return None
    seen = scores(judge, as_shown([frames[: SECONDS * fps]]))
    return float(np.mean([seen[a][0, values(a).index(wanted[a])] for a in known]))


def identity(judge: Judge, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Who is seen in a clip (T,H,W,3), T at least 16, as a unit vector (18,).

    How sure the judge is of each subject and of each colour, each as a unit vector: two clips are
    alike to the degree that the same subject in the same colour is seen in them.
    """
    seen = scores(judge, as_shown([frames]))
    parts = [seen[a][0] / np.linalg.norm(seen[a][0]) for a in ("subject", "colour")]
    vector: NDArray[np.float32] = (np.concatenate(parts) / np.sqrt(2)).astype(np.float32)
    return vector

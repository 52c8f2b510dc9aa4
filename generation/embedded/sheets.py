"""Contact sheets: rows of frames under their captions, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def contact_sheet(
    clips: Sequence[NDArray[np.uint8]], captions: Sequence[str], columns: int = 6, height: int = 96
) -> NDArray[np.uint8]:
    """Lay out clips (T,h,w,3) as rows of evenly spaced frames with the caption above.

    Returns an RGB picture (rows·(height+16), width of the widest row, 3).
    """
    rows = []
    for clip, text in zip(clips, captions, strict=True):
        picks = np.linspace(0, len(clip) - 1, columns).round().astype(int)
        width = round(clip.shape[2] * height / clip.shape[1])
        row = np.concatenate(
            [cv2.resize(clip[i], (width, height), interpolation=cv2.INTER_LINEAR) for i in picks], 1
        )
        bar = np.full((16, row.shape[1], 3), 255, np.uint8)
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(bar, text[:110], (3, 12), font, 0.38, (0, 0, 0), 1, cv2.LINE_AA)
        rows.append(np.concatenate([bar, row]))
    widest = max(row.shape[1] for row in rows)
    return np.concatenate(
        [np.pad(r, ((0, 0), (0, widest - r.shape[1]), (0, 0)), constant_values=255) for r in rows]
    )


def save_sheet(path: Path, sheet: NDArray[np.uint8]) -> None:
    """Write an RGB picture as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)):
        raise OSError(f"could not write {path}")

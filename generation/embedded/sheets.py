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


def save_curve(log: Path, path: Path, size: tuple[int, int] = (720, 320)) -> None:
    """Draw the loss of a log (columns step, seconds, loss, error) on a logarithmic axis."""
    rows = np.loadtxt(log, delimiter=",", ndmin=2)
    width, height = size
    steps, loss = rows[:, 0], np.log10(np.maximum(rows[:, 2], 1e-6))
    low, high = float(loss.min()), max(float(loss.max()), float(loss.min()) + 0.1)
    x = 50 + (steps / steps.max()) * (width - 70)
    y = 20 + (high - loss) / (high - low) * (height - 60)
    picture = np.full((height, width, 3), 255, np.uint8)
    points = np.stack([x, y], 1).round().astype(np.int32)
    cv2.polylines(picture, [points], False, (40, 90, 200), 2, cv2.LINE_AA)
    font = cv2.FONT_HERSHEY_SIMPLEX
    labels = (
        (f"{10**high:.3g}", (4, 26)), (f"{10**low:.3g}", (4, height - 38)),
        (f"loss, to step {int(steps.max())}", (width // 2 - 80, height - 10)),
    )  # fmt: skip
    for text, at in labels:
        cv2.putText(picture, text, at, font, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    save_sheet(path, picture)

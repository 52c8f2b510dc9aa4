"""Finished shots of a storyboard, on disk: a worker that dies costs at most the shot it was at."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from generation import GenerationOutput, ModelInfo, Understanding
from generation.quality import Attempt, Checked, Measure, QualityCard
from jobs.workspace import Workspace


class KeptShots:
    """`generation.storyboard.Kept` in a job's private folder."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def load(self, index: int) -> Checked | None:
        """The shot with this index, its frames read from disk as they are used."""
        kept = self._workspace.load_shot(index)
        if kept is None:
            return None
        frames, said = kept
        output = GenerationOutput(
            frames=frames,
            fps=said["fps"],
            model=ModelInfo(**said["model"]),
            understanding=Understanding(tuple(said["drawn"]), tuple(said["unknown"])),
            seed=said["seed"],
            steps=said["steps"],
        )
        return Checked(output, attempts_of(said["quality"]), said["quality"]["kept"])

    def keep(self, index: int, shot: Checked) -> Checked:
        """Keeps a shot; what comes back no longer holds its frames in memory."""
        understood = shot.output.understanding
        said = found_out(shot.output) | {
            "drawn": list(understood.drawn),
            "unknown": list(understood.unknown),
            "quality": quality_of(shot),
        }
        self._workspace.save_shot(index, shot.output.frames, said)
        return self.load(index) or shot


def attempts_of(stored: dict[str, Any]) -> tuple[Attempt, ...]:
    """What `quality_of` stored."""
    return tuple(
        Attempt(
            seed=attempt["seed"],
            card=QualityCard.from_dict(attempt["card"]),
            failures=tuple(Measure(name) for name in attempt["failures"]),
        )
        for attempt in stored["attempts"]
    )


def found_out(output: GenerationOutput) -> dict[str, Any]:
    """What the clip's record and its manifest say of how it was made."""
    return {
        "model": asdict(output.model),
        "fps": output.fps,
        "seed": output.seed,
        "steps": output.steps,
        "created_at": datetime.now(UTC).isoformat(),
    }


def quality_of(checked: Checked) -> dict[str, Any]:
    """Every attempt with its card; `kept` is the one that became the clip."""
    attempts = [
        {
            "seed": attempt.seed,
            "card": attempt.card.as_dict(),
            "failures": [str(measure) for measure in attempt.failures],
        }
        for attempt in checked.attempts
    ]
    return {"attempts": attempts, "kept": checked.kept}

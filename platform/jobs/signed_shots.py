"""The shots of a storyboard as signed files: parts that the joined clip's manifest names."""

import math
from datetime import datetime

from jobs.kept_shots import KeptShots
from jobs.work import Work
from provenance import (
    ClipClaims,
    Ingredient,
    Relationship,
    Signer,
    new_manifest_id,
    sign_clip,
    write_video,
)
from storyboards.selectors import shots_of


def signed_shots(work: Work, signer: Signer) -> tuple[Ingredient, ...]:
    """One file for each shot in the private folder, with the shot's own manifest and no mark: only
    the joined clip is ever published. None for a job of a single shot.

    A part whose frames are gone is left out rather than made up: the joined clip's own frames and
    record stay true without it.
    """
    kept = KeptShots(work.workspace)
    parts = []
    for index, shot in enumerate(shots_of(work.job.pk)):
        made = kept.load(index)
        if made is None:
            continue
        output = made.output
        encoded, signed = work.workspace.temporary(".mp4"), work.workspace.temporary(".mp4")
        write_video(encoded, iter(output.frames), output.fps)
        claims = ClipClaims(
            manifest_id=new_manifest_id(),
            mark_id=None,
            model_name=output.model.name,
            model_version=output.model.version,
            model_sha256=output.model.sha256,
            model_licence=output.model.licence,
            upscaled=output.model.upscaled,
            seed=output.seed,
            steps=output.steps,
            created_at=datetime.fromisoformat(work.job.generation["created_at"]),
            duration_ms=math.floor(1000 * len(output.frames) / output.fps),
            prompt_commitment=shot.commitment,
        )
        sign_clip(encoded, signed, claims, signer)
        encoded.unlink()
        parts.append(Ingredient(signed, Relationship.COMPONENT))
        work.report("signing", 0, 1)
    return tuple(parts)

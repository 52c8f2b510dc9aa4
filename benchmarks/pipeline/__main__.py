"""`python -m benchmarks.pipeline`: one clip through the complete pipeline, timed by stage.

Works in a folder of its own, with the embedded generator on this machine, and prints the figures
that the README quotes. `--json FILE` keeps them for programs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "a red balloon rising over the hills"
SAFE_AND_SIGNED = ("screening", "inspecting", "marking", "encoding", "signing")
"""What the promise "safety, mark, encode and sign take little of the whole" counts."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--aspect", default="1:1")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinemark-bench-") as home:
        _open_house(home)
        figures = _measure(arguments.seconds, arguments.aspect)
    figures["install"] = _install_size()
    _show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def _open_house(home: str) -> None:
    os.environ |= {"KINEMARK_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings"}
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    import django

    django.setup()
    from studio.first_start import prepare

    prepare()


def _measure(seconds: float, aspect: str) -> dict[str, Any]:
    from django.conf import settings

    from accounts.services import demo_creator
    from jobs import engines, pipeline, queue
    from jobs.models import State
    from studio.services import Ask, submit

    start = time.perf_counter()
    engines.prompt_gate(), engines.media_gate(), engines.generator()
    loading = time.perf_counter() - start

    start = time.perf_counter()
    job = submit(demo_creator(), Ask(PROMPT, aspect=aspect, seconds=seconds, seed=1))
    held = []
    while not job.is_over:
        if lease := queue.claim(job.pk):
            pipeline.run(lease)
            job.refresh_from_db()
        if job.state == State.HELD:
            held.append(job.held_at_stage)
            _approve(job)
    whole = time.perf_counter() - start
    if job.state != State.PUBLISHED:
        raise SystemExit(f"The clip was not published: {job.state} {job.fault_code}")
    clip = job.clip
    checks = sum(job.timings.get(stage, 0.0) for stage in SAFE_AND_SIGNED)
    return {
        "clip": {
            "seconds": clip.seconds,
            "size": f"{clip.width}×{clip.height}",
            "fps": clip.fps,
            "bytes": clip.bytes,
        },
        "held_at": held,
        "loading_models_s": round(loading, 2),
        "stages_s": job.timings,
        "whole_s": round(whole, 2),
        "safety_mark_encode_sign_s": round(checks, 2),
        "safety_mark_encode_sign_share": round(checks / whole, 4),
        "verification_s": _verification(settings.PUBLIC_DIR / clip.file),
    }


def _approve(job: Any) -> None:
    """Plays the moderator, so that the rest of the way can be timed too."""
    from accounts.models import Person, Role
    from moderation.models import Case
    from moderation.services import approve, claim

    moderator = Person.objects.get(role=Role.MODERATOR)
    case = Case.objects.get(job=job, state="open")
    approve(claim(case, moderator), moderator)
    job.refresh_from_db()


def _verification(video: Path) -> dict[str, Any]:
    from jobs.signing import mark_keys, trust
    from provenance import decide, examine
    from registry.lookup import DatabaseRegistry

    start = time.perf_counter()
    verdict = decide(examine(video, mark_keys(), trust(), DatabaseRegistry()))
    return {"seconds": round(time.perf_counter() - start, 2), "state": verdict.state.value}


def _install_size() -> dict[str, float]:
    """Megabytes on disk of the tracked files and of the virtual environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    tracked = [ROOT / name for name in listed.split("\0") if name]
    environment = [file for file in Path(sys.prefix).rglob("*") if file.is_file()]
    return {
        "repository_mb": round(_bytes(tracked) / 1e6, 1),
        "environment_mb": round(_bytes(environment) / 1e6, 1),
    }


def _bytes(files: list[Path]) -> int:
    seen = {(s.st_dev, s.st_ino): s.st_blocks * 512 for f in files if (s := f.lstat())}
    return sum(seen.values())


def _show(figures: dict[str, Any]) -> None:
    clip, stages, check = figures["clip"], figures["stages_s"], figures["verification_s"]
    install = figures["install"]
    print(f"One clip: {clip['seconds']:g} s, {clip['size']}, {clip['fps']} fps")
    if clip_held := figures["held_at"]:
        print(f"  held for a moderator at: {', '.join(clip_held)} (approved at once)")
    print(f"  models loaded in       {figures['loading_models_s']:8.2f} s")
    for stage, seconds in stages.items():
        print(f"  {stage:<22} {seconds:8.2f} s")
    print(f"  whole way              {figures['whole_s']:8.2f} s")
    share = 100 * figures["safety_mark_encode_sign_share"]
    print(f"  safety+mark+encode+sign {share:7.1f} % of it")
    print(f"  verification           {check['seconds']:8.2f} s  → {check['state']}")
    print(
        f"Fresh install: {install['repository_mb']:.0f} MB repository, "
        f"{install['environment_mb']:.0f} MB environment"
    )


if __name__ == "__main__":
    main()

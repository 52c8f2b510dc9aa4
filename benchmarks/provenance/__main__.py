"""Run ``python -m benchmarks.provenance``; prints JSON and keeps it in figures.json."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np

from benchmarks.provenance.mutations import Original, Outcome, judge, mutate
from benchmarks.robustness.clips import world
from provenance import (
    Authority,
    ClipClaims,
    FolderRegistry,
    KeyRing,
    MarkKey,
    RegisteredClip,
    TrustStores,
    VerdictState,
    decide,
    embed,
    examine,
    new_manifest_id,
    read_credentials,
    reference,
    sandbox,
    sign_clip,
    write_video,
)

_CHUNK = 250
_ENCODINGS = (
    ("-crf", "23"),
    ("-crf", "30"),
    ("-crf", "36"),
    ("-vf", "scale=256:256", "-crf", "28"),
    ("-c:v", "mpeg4", "-q:v", "5"),
)
_MB = 1_000_000


def main() -> None:
    """Measure everything; the figures go to standard output and beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--sizes", type=int, nargs="*", default=[20, 200], help="MB")
    parser.add_argument("--clips", type=int, default=8, help="clips whose credentials are lost")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority.open(folder / "pki")
        figures = {
            "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "verify": _verify(folder, authority),
            "sign": [_sign(folder, authority, size) for size in options.sizes],
            "recovery": _recovery(folder, authority, options.clips),
            "mutations": _mutations(folder, authority, options.mutations),
        }
    text = json.dumps(figures, indent=1)
    (Path(__file__).parent / "figures.json").write_text(text + "\n")
    print(text)


def _claims() -> ClipClaims:
    return ClipClaims(
        manifest_id=new_manifest_id(),
        mark_id=1,
        model_name="benchmark",
        model_version="1",
        model_sha256="",
        model_licence="",
        seed=0,
        steps=1,
        created_at=dt.datetime.now(dt.UTC),
        duration_ms=1000,
        prompt_commitment="",
    )


def _clip(path: Path, side: int, count: int) -> None:
    random_ = np.random.default_rng(0)
    ramp = np.add.outer(np.arange(side), np.arange(side))
    noise = random_.integers(0, 12, (side, side, 3))
    frames = (((ramp[..., None] + noise + 3 * i) % 256).astype(np.uint8) for i in range(count))
    write_video(path, frames, 24)


def _verify(folder: Path, authority: Authority) -> dict[str, Any]:
    """An examination of a signed 512², 5 s clip without a mark: the slow case for the search."""
    plain, signed = folder / "five.mp4", folder / "five-signed.mp4"
    _clip(plain, 512, 120)
    sign_clip(plain, signed, _claims(), authority.signer())
    keys, trust = KeyRing.of([MarkKey.generate()]), TrustStores.load(authority.folder)
    sandbox.warm_up()
    times, processor = [], []
    for _ in range(5):
        start, before = time.perf_counter(), _children_seconds()
        state = decide(examine(signed, keys, trust, None)).state.value
        times.append(time.perf_counter() - start)
        processor.append(_children_seconds() - before)
    return {
        "state": state,
        "seconds": [round(each, 2) for each in sorted(times)],
        "cpu_seconds": [round(each, 2) for each in sorted(processor)],
    }


def _children_seconds() -> float:
    """Processor time of all children that the sandbox's server has seen end; unlike wall time it
    hardly depends on the load."""
    server = sandbox._NURSERY._server
    if server is None:
        raise RuntimeError("the sandbox was not warmed up")
    fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _sign(folder: Path, authority: Authority, megabytes: int) -> dict[str, Any]:
    """Signing and reading a file of this size, each in a process of its own for its memory."""
    plain = folder / "small.mp4"
    if not plain.exists():
        _clip(plain, 128, 24)
    large = folder / f"{megabytes}.mp4"
    content = plain.read_bytes()
    filler = megabytes * _MB - len(content)
    with large.open("wb") as file:
        file.write(content)
        file.write((filler + 8).to_bytes(4, "big") + b"mdat")
        file.write(os.urandom(filler))
    code = f"import benchmarks.provenance.__main__ as b; b._sign_one({str(folder)!r}, {megabytes})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {"megabytes": megabytes, **json.loads(ran.stdout)}


def _sign_one(folder_name: str, megabytes: int) -> None:
    import hashlib

    folder = Path(folder_name)
    authority = Authority.open(folder / "pki")
    source, target = folder / f"{megabytes}.mp4", folder / f"{megabytes}-signed.mp4"
    with source.open("rb") as file:
        start, cpu = time.perf_counter(), time.process_time()
        hashlib.file_digest(file, "sha256")
        hashing, hashing_cpu = time.perf_counter() - start, time.process_time() - cpu
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, cpu = time.perf_counter(), time.process_time()
    sign_clip(source, target, _claims(), authority.signer())
    signing, signing_cpu = time.perf_counter() - start, time.process_time() - cpu
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, cpu = time.perf_counter(), time.process_time()
    found = read_credentials(target, TrustStores.load(authority.folder))
    reading, reading_cpu = time.perf_counter() - start, time.process_time() - cpu
    if found is None or found.failures:
        raise SystemExit("the signed file does not validate")
    figures = {
        "sha256_seconds": round(hashing, 3),
        "sha256_cpu_seconds": round(hashing_cpu, 3),
        "sign_seconds": round(signing, 3),
        "sign_cpu_seconds": round(signing_cpu, 3),
        "read_seconds": round(reading, 3),
        "read_cpu_seconds": round(reading_cpu, 3),
        "sign_rss_added_mb": round(after - before),
    }
    print(json.dumps(figures))


def _recovery(folder: Path, authority: Authority, clips: int) -> dict[str, int]:
    """Published clips, stripped and encoded anew in several ways: whose mark is read, and which of
    these get their manifest back, valid but for the hash of the file."""
    keys, trust = KeyRing.of([MarkKey.generate()]), TrustStores.load(authority.folder)
    registry = FolderRegistry(folder / "registry")
    plain, signed, copy = (folder / f"{name}.mp4" for name in ("marked", "published", "copy"))
    copies = read = recovered = 0
    for number in range(1, clips + 1):
        frames = list(embed(world(number)(512, 512, 48), number, keys.current, fps=24))
        write_video(plain, frames, 24)
        made = sign_clip(plain, signed, replace(_claims(), mark_id=number), authority.signer())
        looks = reference(frames, fps=24).to_bytes()
        registry.store(number, RegisteredClip(made.manifest_id, made.manifest, looks))
        for options in _ENCODINGS:
            command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(signed)]
            subprocess.run([*command, "-map_metadata", "-1", *options, str(copy)], check=True)
            found = examine(copy, keys, trust, registry)
            copies += 1
            read += bool(found.mark and found.mark.mark_id == number)
            recovered += decide(found).state is VerdictState.RECOVERED
    return {"copies": copies, "marks_read": read, "recovered": recovered}


def _mutations(folder: Path, authority: Authority, count: int) -> dict[str, Any]:
    """`count` damaged files, judged in a child of its own so that a crash is counted."""
    plain, signed = folder / "mutated.mp4", folder / "mutated-signed.mp4"
    _clip(plain, 128, 8)
    sign_clip(plain, signed, _claims(), authority.signer())
    total: Counter[str] = Counter()
    states: Counter[str] = Counter()
    slowest, crashes = 0.0, 0
    for first in range(0, count, _CHUNK):
        arguments = (signed, authority.folder, first, min(_CHUNK, count - first))
        with ProcessPoolExecutor(1) as pool:
            try:
                outcomes, found, slow = pool.submit(_chunk, *arguments).result()
            except BrokenProcessPool:
                crashes += 1
                continue
        total.update(outcomes)
        states.update(found)
        slowest = max(slowest, slow)
    return {
        "files": count,
        "crashes": crashes,
        "slowest_seconds": round(slowest, 3),
        "outcomes": {outcome.value: total[outcome.value] for outcome in Outcome},
        "states": dict(states.most_common()),
    }


def _chunk(
    signed: Path, pki: Path, first: int, count: int
) -> tuple[Counter[str], Counter[str], float]:
    trust = TrustStores.load(pki)
    original = Original.of(signed.read_bytes(), trust)
    outcomes: Counter[str] = Counter()
    states: Counter[str] = Counter()
    slowest = 0.0
    for number in range(first, first + count):
        name, damaged = mutate(original.content, random.Random(number))
        start = time.perf_counter()
        outcome, state = judge(damaged, original, trust)
        slowest = max(slowest, time.perf_counter() - start)
        outcomes[outcome.value] += 1
        states[state.value] += 1
        if outcome is Outcome.BREACH:
            print(f"breach: seed {number}, {name}", file=sys.stderr)
    return outcomes, states, slowest


if __name__ == "__main__":
    main()

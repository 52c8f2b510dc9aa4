"""`python -m benchmarks.verification`: what a verification takes, through a real web server.

Publishes one clip (5 s, 512², marked, signed, on record) in a studio of its own, then sends three
files through the interface for programs: the clip, a stripped re-encoding of it, and a video of
somebody else's. Prints JSON and keeps it in figures.json.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
SIDE, FPS, SECONDS = 512, 24, 5
_MB = 1_000_000


def main() -> None:
    """Measure everything; the figures go to standard output and beside this file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verification", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="verifications of each file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinemark-bench-") as home:
        _open_house(home)
        files = _files(Path(home))
        figures = {
            "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "load_before": round(os.getloadavg()[0], 1),
            "sandbox": _sandbox(files["clip"]),
            "credentials_20_mb": _credentials(files["20 MB"]),
            "web": _web(home, {name: files[name] for name in ("clip", "copy", "other")}, options),
        }
    text = json.dumps(figures, indent=1)
    (Path(__file__).parent / "figures.json").write_text(text + "\n")
    print(text)


def _open_house(home: str) -> None:
    os.environ |= {
        "KINEMARK_HOME": home,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "KINEMARK_VERIFY_PER_HOUR": "100000",
        "KINEMARK_VERIFY_SECONDS": "90",
        "KINEMARK_FREE_SPACE_FLOOR_MB": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    import django

    django.setup()
    from studio.first_start import prepare

    prepare()


def _files(home: Path) -> dict[str, Path]:
    """What is sent: made once, before anything is timed."""
    from provenance import write_video

    clip = _published(home)
    copy, other, large = (home / f"{name}.mp4" for name in ("copy", "other", "large"))
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    options = ["-map_metadata", "-1", "-crf", "28", "-y", str(copy)]
    subprocess.run([ffmpeg, "-v", "error", "-i", str(clip), *options], check=True)
    write_video(other, _frames(1), FPS)
    _large(home, large)
    return {"clip": clip, "copy": copy, "other": other, "20 MB": large}


def _frames(seed: int) -> list[NDArray[np.uint8]]:
    """A soft texture that drifts; (SIDE, SIDE, 3) each."""
    noise = np.random.default_rng(seed).normal(size=(SIDE, SIDE, 3))
    waves = np.fft.fftfreq(SIDE)
    falloff = 1 / (0.02 + np.hypot(waves[:, None], waves[None, :]))[..., None]
    texture = np.fft.ifft2(np.fft.fft2(noise, axes=(0, 1)) * falloff, axes=(0, 1)).real
    picture = np.clip(128 + 40 * texture / texture.std(), 0, 255).astype(np.uint8)
    return [np.roll(picture, 2 * index, axis=1) for index in range(FPS * SECONDS)]


def _published(home: Path) -> Path:
    """A clip as the pipeline leaves it: file, row and record."""
    from django.conf import settings
    from django.utils.timezone import now

    from accounts.sealing import commitment, new_salt, seal
    from accounts.services import demo_creator
    from jobs.models import Job, State
    from jobs.signing import mark_keys, signer
    from provenance import embed, reference, sign_clip, write_video
    from registry.services import allocate_mark_id, keep
    from studio.models import Clip, Shot

    frames, mark_id = _frames(0), allocate_mark_id()
    plain, file = home / "plain.mp4", settings.PUBLIC_DIR / "clip.mp4"
    write_video(plain, embed(iter(frames), mark_id, mark_keys().current, fps=FPS), FPS)
    signed = sign_clip(plain, file, _claims(mark_id), signer())
    salt, owner = new_salt(), demo_creator()
    shot = Shot.objects.create(
        owner=owner,
        prompt_sealed=seal("a benchmark"),
        salt=salt,
        commitment=commitment("a benchmark", salt),
        aspect="1:1",
        seconds=SECONDS,
        seed=0,
    )
    clip = Clip.objects.create(
        job=Job.objects.create(shot=shot, owner=owner, state=State.PUBLISHED, mark_id=mark_id),
        owner=owner,
        mark_id=mark_id,
        manifest_id=signed.manifest_id,
        file=file.name,
        poster="clip.jpg",
        width=SIDE,
        height=SIDE,
        fps=FPS,
        duration_ms=1000 * SECONDS,
        sha256=signed.sha256,
        bytes=file.stat().st_size,
        published_at=now(),
    )
    keep(clip, signed.manifest, reference(frames, fps=FPS).to_bytes())
    return Path(file)


def _claims(mark_id: int | None) -> Any:
    from provenance import ClipClaims, new_manifest_id

    return ClipClaims(
        manifest_id=new_manifest_id(),
        mark_id=mark_id,
        model_name="benchmark",
        model_version="1",
        model_sha256="",
        model_licence="",
        seed=0,
        steps=1,
        created_at=dt.datetime.now(dt.UTC),
        duration_ms=1000 * SECONDS,
        prompt_commitment="",
    )


def _large(home: Path, target: Path) -> None:
    """A signed file of 20 MB."""
    from jobs.signing import signer
    from provenance import sign_clip, write_video

    small, padded = home / "small.mp4", home / "padded.mp4"
    write_video(small, [frame[:128, :128].copy() for frame in _frames(2)[:24]], FPS)
    content = small.read_bytes()
    filler = 20 * _MB - len(content)
    head = (filler + 8).to_bytes(4, "big") + b"mdat"
    padded.write_bytes(content + head + os.urandom(filler))
    sign_clip(padded, target, _claims(None), signer())


def _sandbox(path: Path) -> dict[str, Any]:
    """Start of a child, the first one with the server that forks it; the most memory it takes."""
    from provenance.sandbox import Sandbox

    starts = []
    for _ in range(11):
        start = time.perf_counter()
        with Sandbox(path) as box:
            box.call("frame")
        starts.append(time.perf_counter() - start)
    return {
        "first_start_seconds": round(starts[0], 3),
        "start_seconds_median": round(statistics.median(starts[1:]), 4),
        "peak_rss_mb_5s_512": _peak(path),
    }


def _peak(path: Path) -> int:
    """VmHWM of a child during a whole examination, read from outside until it ends."""
    from jobs.signing import mark_keys, trust
    from provenance import Limits
    from provenance.examine import _request
    from provenance.sandbox import Sandbox
    from registry.lookup import DatabaseRegistry

    peak, done = [0], threading.Event()
    with Sandbox(path, 300) as box:
        status = Path(f"/proc/{box.pid}/status")

        def watch() -> None:
            while not done.wait(0.02):
                lines = status.read_text().splitlines() if status.exists() else []
                found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
                peak[0] = max(peak[0], *map(int, found), 0)

        watcher = threading.Thread(target=watch)
        watcher.start()
        box.call("inspect", **_request(mark_keys(), trust(), DatabaseRegistry(), Limits()))
        done.set()
        watcher.join()
    return round(peak[0] / 1024)


def _credentials(path: Path) -> dict[str, float]:
    """Credentials of 20 MB in a sandboxed child: no mark is looked for, one frame is decoded."""
    from jobs.signing import trust
    from provenance import Limits
    from provenance.sandbox import Sandbox

    def once() -> None:
        with Sandbox(path) as box:
            limits = asdict(Limits(max_frames=1))
            found = box.call(
                "inspect", keys=[], trust=asdict(trust()), registered=[], limits=limits
            )
        if found["credentials"]["failures"]:
            raise SystemExit("the signed file does not validate")

    return _spread(once, 10)


def _web(home: str, files: dict[str, Path], options: argparse.Namespace) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    with (Path(home) / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            _until_answering(f"{base}/healthz")
            return {
                name: _posted(server.pid, base, path.read_bytes(), options.times)
                for name, path in files.items()
            }
        finally:
            server.kill()
            server.wait()


def _posted(server: int, base: str, content: bytes, times: int) -> dict[str, Any]:
    address = f"{base}/api/v1/verifications"
    states: list[str] = []

    def once() -> None:
        request = urllib.request.Request(
            address, content, {"Content-Type": "video/mp4", "Accept": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            states.append(json.load(answer)["report"]["state"])

    once()  # whatever is loaded on first use
    before = _sandbox_cpu(server)
    spread = _spread(once, times)
    processor = (_sandbox_cpu(server) - before) / times
    return {"states": sorted(set(states)), **spread, "sandbox_cpu_seconds": round(processor, 2)}


def _sandbox_cpu(server: int) -> float:
    """Processor seconds of the web server's fork server and every child of it that has ended:
    unlike wall time, it says what an examination costs on a busy machine too."""
    ticks = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == server:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _spread(run: Callable[[], None], times: int) -> dict[str, float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    taken.sort()
    return {
        "seconds_median": round(statistics.median(taken), 3),
        "seconds_p95": round(taken[min(len(taken) - 1, round(0.95 * len(taken)))], 3),
        "load": round(os.getloadavg()[0], 1),
    }


def _until_answering(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the web server does not start")


if __name__ == "__main__":
    main()

"""Run ``python -m benchmarks.registry``: how fast the registry answers, among 10³ … 10⁶ clips.

In a database of its own: SQLite in a temporary folder, and PostgreSQL where one is named
(``--postgresql postgresql://postgres@127.0.0.1:5432/kinemark_bench``; made anew and dropped).
Prints JSON and keeps it in figures.json.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = [1_000, 10_000, 100_000, 1_000_000]
_QUESTIONS = 300


def main() -> None:
    """One process for each database: its settings are read once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--postgresql", default="", help="address of a database to make anew")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(_measure(options.sizes)))
        return
    figures: dict[str, Any] = {
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "sqlite": _inside(options.sizes, ""),
    }
    if options.postgresql:
        figures["postgresql"] = _on_postgresql(options.sizes, options.postgresql)
    text = json.dumps(figures, indent=1)
    (Path(__file__).parent / "figures.json").write_text(text + "\n")
    print(text)


def _inside(sizes: list[int], address: str) -> Any:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "KINEMARK_HOME": home,
            "KINEMARK_DATABASE_URL": address,
            "KINEMARK_REGISTRY_PER_MINUTE": "1000000000",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        }
        command = [sys.executable, "-m", "benchmarks.registry", "--inside", "--sizes"]
        done = subprocess.run(
            [*command, *map(str, sizes)], env=environment, stdout=subprocess.PIPE, check=True
        )
    return json.loads(done.stdout.splitlines()[-1])


def _on_postgresql(sizes: list[int], address: str) -> Any:
    import psycopg

    server, name = address.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            return _inside(sizes, address)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _measure(sizes: list[int]) -> list[dict[str, Any]]:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.registry import filling
    from jobs import signing

    call_command("migrate", verbosity=0)
    signing.set_up()
    rows, there = [], 1
    for size in sizes:
        filling.fill(there, size)
        there = size
        load = {"load": round(os.getloadavg()[0], 1)}
        rows.append({"clips": size, **load, **_questions(size), **_names(), **_looks()})
        print(rows[-1], file=sys.stderr)
    return rows


def _questions(size: int) -> dict[str, Any]:
    """Milliseconds of whole requests, from the middleware to the answer, of random clips."""
    from django.test import Client

    from benchmarks.registry import filling
    from provenance import MARK_ALGORITHM
    from registry.api import BASE

    client, draw = Client(), random.Random(1)

    def by_mark(number: int) -> None:
        value = base64.b64encode(filling.mark_id(number).to_bytes(6, "big")).decode()
        asked = {"alg": MARK_ALGORITHM, "value": value}
        _expect(client.get(f"{BASE}/matches/byBinding", asked), number)

    def by_value(number: int) -> None:
        value = base64.b64encode(filling.binding_value(number)).decode()
        asked = {"alg": filling.FINGERPRINT, "value": value}
        _expect(client.get(f"{BASE}/matches/byBinding", asked), number)

    def manifest(number: int) -> None:
        answer = client.get(f"{BASE}/manifests/{filling.manifest_id(number)}")
        if len(answer.content) != filling.MANIFEST_BYTES:
            raise RuntimeError("no manifest")

    def _expect(answer: Any, number: int) -> None:
        if answer.json() != {"matches": [{"manifestId": filling.manifest_id(number)}]}:
            raise RuntimeError(f"wrong answer: {answer.content!r}")

    return {
        ask.__name__: _percentiles(ask, [draw.randrange(1, size) for _ in range(_QUESTIONS)])
        for ask in (by_mark, by_value, manifest)
    }


def _percentiles(ask: Callable[[int], None], numbers: list[int]) -> dict[str, float]:
    """Wall time, and beside it the processor's: on a busy machine the first tells of the others.
    What PostgreSQL's own processes use is in the first only."""
    ask(numbers[0])
    wall, processor = [], []
    for number in numbers:
        before, used = time.perf_counter(), time.thread_time()
        ask(number)
        wall.append(1000 * (time.perf_counter() - before))
        processor.append(1000 * (time.thread_time() - used))
    return {
        "p50_ms": _at(wall, 0.5),
        "p95_ms": _at(wall, 0.95),
        "p95_processor_ms": _at(processor, 0.95),
    }


def _at(values: list[float], share: float) -> float:
    return round(sorted(values)[int(share * len(values))], 2)


def _names() -> dict[str, Any]:
    """Cost of having every mark at hand for an examination: in a process that has just begun, with
    and without the file of an earlier one, and from then on."""
    from jobs.signing import mark_keys
    from registry import known
    from registry.models import Record

    keys = mark_keys()
    old = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    Record.objects.filter(created_at__gt=old).update(created_at=old)
    known._known.clear()
    for file in known._file("x").parent.glob("names-*"):
        file.unlink()
    figures = {"names_first_ms": _milliseconds(lambda: known.known_names(keys).packed)}
    known._known.clear()
    figures["names_next_process_ms"] = _milliseconds(lambda: known.known_names(keys).packed)
    figures["names_each_examination_ms"] = _milliseconds(lambda: known.known_names(keys).packed)
    return figures


def _looks() -> dict[str, Any]:
    """Cost of looking a picture up: in a process that has just begun, and from then on."""
    import cv2
    import numpy as np

    from provenance.shortlist import views_of
    from registry import looks

    noise = np.random.default_rng(1).integers(0, 256, (4, 16, 16), np.uint8)
    views = views_of([cv2.resize(frame, (64, 64)) for frame in noise])
    looks._settled = looks._NOTHING
    return {
        "looks_first_ms": _milliseconds(looks.warm_up),
        "looks_each_look_up_ms": _milliseconds(lambda: looks.nearest(views)),
    }


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return round(1000 * (time.perf_counter() - start), 2)


if __name__ == "__main__":
    main()

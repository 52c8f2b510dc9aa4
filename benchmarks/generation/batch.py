"""A batch of prompts through the whole studio: is one lost, is one worse than by itself?

    python -m benchmarks.generation.batch --rows 100 --singles 10

Works in a folder of its own. A table of prompts (captions of the drawn world) is sent in as a
creator would send it, worked on until nothing is left, and every row accounted for. Some of the
same rows are then asked for one by one, and their quality cards compared with the batch's. A
stand-in plays the moderator and approves whatever is held. Writes benchmarks/generation/batch.json.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SEED = 96_000_000
MEASURES = ("flicker", "warp_error", "duplicate_frames")


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation.batch")
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument(
        "--singles", type=int, default=10, help="rows that are also asked for alone"
    )
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--generator", default="embedded")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinemark-bench-") as home:
        _open_house(home, options.generator)
        figures = _measure(options.rows, options.singles, options.seconds)
    text = json.dumps({"generator": options.generator} | figures, indent=2)
    options.out.write_text(text + "\n")
    print(text)


def _open_house(home: str, generator: str) -> None:
    os.environ |= {
        "KINEMARK_HOME": home,
        "KINEMARK_GENERATOR": generator,
        "KINEMARK_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    import django

    django.setup()
    from studio.first_start import prepare

    prepare()


def _table(rows: int, seconds: float) -> bytes:
    from generation.embedded.world.captions import full_caption
    from generation.embedded.world.spec import sample_spec

    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(("prompt", "seed", "seconds"))
    for number in range(rows):
        rng = random.Random(SEED + number)
        writer.writerow((full_caption(sample_spec(rng), rng), number, seconds))
    return file.getvalue().encode()


def _measure(rows: int, singles: int, seconds: float) -> dict[str, Any]:
    from accounts.services import demo_creator
    from batches import services
    from batches.batch_page import results
    from batches.selectors import opened, rows_of
    from jobs.models import Job
    from studio.services import Ask, submit

    creator = demo_creator()
    begin = time.perf_counter()
    table = services.preview(creator, _table(rows, seconds))
    previewed = time.perf_counter()
    services.send(table)
    approved = _work_until_nothing_is_left()
    done = time.perf_counter()
    told = results(table, "")
    in_batch = {row.number: row for row in rows_of(table)}
    compared = []
    for number, row in list(in_batch.items())[:singles]:
        asked = opened(row)["request"]
        job = submit(creator, Ask(asked["prompt"], seconds=asked["seconds"], seed=asked["seed"]))
        approved += _work_until_nothing_is_left()
        compared.append((_card(row.job), _card(Job.objects.get(pk=job.pk)), number))
    states = Counter(str(line["state"]) for line in told)
    return {
        "rows": rows,
        "rows in the results": len(told),
        "states": dict(states),
        "lost": rows - len(told) + sum(1 for line in told if line["state"] not in ENDS),
        "published twice": _published_twice(),
        "held and approved": approved,
        "seconds a preview": round(previewed - begin, 2),
        "seconds a clip": round((done - previewed) / max(1, rows), 2),
        "compared with singles": len(compared),
        "identical cards": sum(one == other for one, other, _ in compared),
        "mean in the batch": _means([one for one, _, _ in compared]),
        "mean as singles": _means([other for _, other, _ in compared]),
    }


ENDS = ("published", "refused", "failed", "cancelled", "blocked", "not made")
"""Ways in which a row can come to rest; anything else is a row that was lost on the way."""


def _work_until_nothing_is_left() -> int:
    """Plays worker and moderator; returns how many cases were approved."""
    from accounts.models import Person, Role
    from jobs import pipeline, queue
    from moderation.models import Case
    from moderation.services import approve, claim

    moderator, approved = Person.objects.filter(role=Role.MODERATOR).first(), 0
    while True:
        while lease := queue.claim():
            pipeline.run(lease)
        cases = list(Case.objects.filter(state="open"))
        if not cases:
            return approved
        for case in cases:
            approve(claim(case, moderator), moderator)
            approved += 1


def _card(job: Any) -> dict[str, Any]:
    """The card of the attempt that was kept; empty if the job made no clip."""
    quality = job.generation.get("quality")
    return quality["attempts"][quality["kept"]]["card"] if quality else {}


def _means(cards: list[dict[str, Any]]) -> dict[str, float]:
    made = [card for card in cards if card]
    return {name: round(fmean(card[name] for card in made), 5) for name in MEASURES if made}


def _published_twice() -> int:
    from studio.models import Clip

    per_job = Counter(Clip.objects.values_list("job", flat=True))
    return sum(count > 1 for count in per_job.values())


if __name__ == "__main__":
    main()

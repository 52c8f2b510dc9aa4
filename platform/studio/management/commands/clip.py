"""`manage.py clip "PROMPT" --out FILE`: the whole way in one process."""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.services import demo_creator
from config.errors import KinemarkError, explain
from jobs import pipeline, queue
from jobs.models import Job, State
from studio.first_start import clip_of, prepare, verification_address
from studio.services import Ask, submit

EXIT = {State.PUBLISHED: 0, State.REFUSED: 3, State.HELD: 4, State.FAILED: 5, State.CANCELLED: 6}
BAD_REQUEST = 2


class Command(BaseCommand):
    help = (
        "Makes one clip: screened, rendered, inspected, marked, signed, published, and copied to "
        "FILE. Exit codes: 0 published, 2 the request is wrong, 3 refused, 4 held for a "
        "moderator, 5 failed, 6 cancelled."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prompt")
        parser.add_argument("--out", type=Path, required=True, help="where the MP4 goes")
        parser.add_argument("--seed", help="0 to 4294967295; drawn if not given")
        parser.add_argument("--seconds", default="2")
        parser.add_argument("--aspect", default="1:1", help="1:1, 16:9 or 9:16")
        parser.add_argument("--style", default=None)
        parser.add_argument("--json", action="store_true", help="answer for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare()
        ask = Ask(
            options["prompt"],
            options["aspect"],
            options["seconds"],
            options["seed"],
            options["style"],
        )
        try:
            job = submit(demo_creator(), ask)
        except KinemarkError as error:
            self._answer(explain(error).as_dict() | {"state": "rejected"}, options["json"])
            sys.exit(BAD_REQUEST)
        job = _see_through(job)
        if job.state == State.PUBLISHED:
            _copy(job, options["out"])
        self._answer(_outcome(job, options["out"]), options["json"])
        sys.exit(EXIT[State(job.state)])

    def _answer(self, outcome: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(outcome, indent=1))
            return
        for name, value in outcome.items():
            if value not in ("", None, {}):
                self.stdout.write(f"{name:<10} {value}")


def _see_through(job: Job) -> Job:
    """Works on the job here; if a worker was faster, waits for it."""
    while not (job.is_over or job.state == State.HELD):
        if lease := queue.claim(job.pk):
            pipeline.run(lease)
        else:
            time.sleep(settings.POLL_SECONDS)
        job.refresh_from_db()
    return job


def _copy(job: Job, out: Path) -> None:
    clip = clip_of(job.pk)
    if clip:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = out.with_name(f".{out.name}.part")
        shutil.copyfile(settings.PUBLIC_DIR / clip.file, temporary)
        temporary.replace(out)


def _outcome(job: Job, out: Path) -> dict[str, Any]:
    clip = clip_of(job.pk)
    findings = [
        finding
        for screening in job.screenings.all()
        for finding in screening.findings
        if not finding.get("hidden")
    ]
    outcome: dict[str, Any] = {"state": job.state, "job": str(job.pk)}
    if clip:
        outcome |= {
            "file": str(out),
            "mark_id": clip.mark_hex,
            "manifest_id": clip.manifest_id,
            "sha256": clip.sha256,
            "verify": verification_address(clip),
        }
    if job.state == State.REFUSED:
        outcome["reasons"] = job.statements.latest("created_at").ground
    if job.fault_code:
        outcome |= {"code": job.fault_code, "message": job.fault_message}
        outcome["advice"] = job.fault_advice
    return outcome | {"findings": findings, "timings": job.timings}

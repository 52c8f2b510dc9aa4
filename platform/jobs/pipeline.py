"""The whole product on one page: how a shot becomes a clip, and everything that can stop it.

    screening → queued → rendering → inspecting → marking → published

Each function below takes a job out of one state. It may let the job go on, hold it for a
moderator, refuse it, or fail; only the last one makes anything public. Any of them can be repeated
after a crash: what a stage leaves behind counts only once the job has moved on.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.timezone import now

from accounts.sealing import unseal
from config.errors import INTERNAL, Fault, SystemFault, explain
from generation import GenerationFailed
from jobs import asking, marking, publication, queue, rendering
from jobs.disk import disk_full, is_full
from jobs.engines import Engines
from jobs.lifecycle import LostRace
from jobs.models import Gate, Screening, State
from jobs.work import Work
from jobs.workspace import Workspace
from moderation.services import open_case, state_reasons
from policies.selectors import live_policy
from provenance import ProvenanceFailed
from rights.screening import settled, with_names
from safety import UNSCREENED, Decision, Finding, SafetyVerdict, explained
from safety.replay import routes
from storyboards.selectors import shots_of

log = structlog.get_logger()


def run(
    lease: queue.Lease, engines: Engines | None = None, stopping: threading.Event | None = None
) -> None:
    """Takes a job as far as it goes: to rest, to publication, or until the lease is lost.

    Raises `DatabaseError` when the database is away; the job then goes on after its lease.
    """
    job = lease.row().select_related("shot").first()
    if job is None:
        return
    with queue.kept_alive(lease, stopping) as heartbeat:
        work = Work(job, lease, heartbeat, engines or Engines(), Workspace(job.pk))
        try:
            _require_hope(work)
            while work.job.token == lease.token:
                heartbeat.check()
                STAGES[State(work.job.state)](work)
        except (queue.Stop, LostRace) as reason:
            with suppress(LostRace):
                _stop(work, reason)
        except DatabaseError:
            raise
        except Exception as error:
            with suppress(LostRace):
                _fail(work, error)


def screen(work: Work) -> None:
    """Reads the prompt before anything is spent on it."""
    with work.timed("screening"):
        verdict = _screened(lambda: _read(work), "prompt")
    _apply(work, Gate.PROMPT, verdict, State.QUEUED)


def begin(work: Work) -> None:
    """Takes the job out of the queue; its creator's next one waits for everybody else's turn."""
    work.move(State.RENDERING, begun_at=now())


def render(work: Work) -> None:
    """Makes the frames and keeps them, exactly as they are, in the job's private folder."""
    if work.job.generation and work.workspace.frames_file.exists():
        return work.move(State.INSPECTING)  # rendered by an attempt that failed later
    rendered = rendering.render(work)
    work.workspace.save_frames(rendered.frames)
    # Should these frames replace others that a moderator approved, they must be seen anew.
    return work.move(State.INSPECTING, generation=rendered.found_out, approved_media=False)


def inspect(work: Work) -> None:
    """Looks at the frames before anybody else can."""
    if work.job.approved_media:
        return work.move(State.MARKING)  # a moderator has seen these frames already
    work.report("inspecting", 0, 1)
    frames = work.workspace.load_frames()
    with work.timed("inspecting"):
        fps = work.job.generation["fps"]
        verdict = _screened(lambda: work.engines.media_gate().screen(frames, fps), "frames")
    if verdict.decision is Decision.REVIEW:
        work.workspace.save_strip(frames)
    return _apply(work, Gate.MEDIA, verdict, State.MARKING)


def mark(work: Work) -> None:
    """Marks, encodes, signs, reads both back, and only then publishes."""
    marked = marking.mark(work)
    publication.publish(work, marked)
    work.workspace.discard()


STAGES: dict[State, Callable[[Work], None]] = {
    State.SCREENING: screen,
    State.QUEUED: begin,
    State.RENDERING: render,
    State.INSPECTING: inspect,
    State.MARKING: mark,
}


def _screened(screen: Callable[[], SafetyVerdict], field: str) -> SafetyVerdict:
    """The gate's verdict. Gates never raise; should one do so all the same, a person decides."""
    try:
        return screen()
    except Exception as error:
        log.error("gate.failed", field=field, error=error)
        reason = "This could not be checked, so a person will look at it."
        finding = Finding(UNSCREENED, 1.0, Decision.REVIEW, "pipeline", reason, field=field)
        return SafetyVerdict.of([finding], "unknown", {})


def _apply(work: Work, gate: Gate, verdict: SafetyVerdict, onwards: State) -> None:
    """Does what a gate decided, but for what was agreed to, and keeps what it said, in one
    transaction."""
    verdict = settled(verdict, work.job.owner_id)
    said = verdict.as_dict()
    with transaction.atomic():
        Screening.objects.create(
            job=work.job,
            gate=gate,
            decision=verdict.decision.value,
            findings=said["findings"],
            policy_version=verdict.policy_version,
            models=verdict.models,
        )
        if verdict.decision is Decision.ALLOW:
            work.move(onwards)
        elif verdict.decision is Decision.REVIEW:
            work.move(State.HELD, held_at_stage=gate)
            queues, second = _route(gate, verdict)
            open_case(work.job, gate, queues[0], second_reviewer=second)
        else:
            work.move(State.REFUSED)
            state_reasons(work.job, gate, _ground(verdict), automated=True)
    if work.job.state == State.REFUSED:
        work.workspace.discard()


def _route(gate: Gate, verdict: SafetyVerdict) -> tuple[tuple[str, ...], bool]:
    """The queues that the live policy sends a held job to, and whether two people must approve."""
    policy = live_policy()
    return routes(policy, verdict, gate) if policy else (("general",), False)


def _ground(verdict: SafetyVerdict) -> str:
    """The reason that a creator is told; some rules must not explain how they work."""
    if any(finding.hidden for finding in verdict.findings):
        return "It goes against a part of the policy that is not explained."
    return " ".join(dict.fromkeys(finding.reason for finding in explained(verdict.findings)))


def _require_hope(work: Work) -> None:
    if work.job.attempt > settings.MAX_ATTEMPTS:
        raise SystemFault(
            "jobs.too-many-attempts",
            f"The worker stopped {settings.MAX_ATTEMPTS} times in the middle of this job.",
            "Look at the worker's memory and log, then try the job again.",
        )


def _read(work: Work) -> SafetyVerdict:
    """What the gates say of the words and the picture that was sent with them; of a storyboard, of
    the whole and of every shot by itself, so that neither spreading a thing over shots nor hiding
    it among them helps."""
    gate = with_names(work.engines.prompt_gate())
    whole = asking.screen(work.job.shot, gate, work.engines.upload_gate)
    findings, start = list(whole.findings), 0
    for shot in shots_of(work.job.pk):
        prompt = unseal(shot.prompt_sealed)
        findings += [_shifted(finding, start) for finding in gate.screen(prompt).findings]
        start += len(prompt) + 1
    return SafetyVerdict.of(dict.fromkeys(findings), whole.policy_version, whole.models)


def _shifted(finding: Finding, start: int) -> Finding:
    """A finding in one shot's words as one in the whole storyboard's."""
    if finding.span is None:
        return finding
    return replace(finding, span=(finding.span[0] + start, finding.span[1] + start))


def _stop(work: Work, reason: Exception) -> None:
    """Leaves the job as whoever stopped it wants it."""
    job = work.lease.row().first()
    if job is None:
        log.warning("job.lost", job=str(work.job.pk))
    elif job.cancel_requested:
        work.job = job
        work.move(State.CANCELLED)
        work.workspace.discard()
    else:
        queue.release(work.lease)
        log.info("job.given-back", job=str(job.pk), because=type(reason).__name__)


def _fail(work: Work, error: Exception) -> None:
    """Ends the attempt with a code that people can look up. Nothing public is left behind."""
    job = work.lease.row().first()
    if job is None:
        log.warning("job.lost", job=str(work.job.pk))
        return
    fault = explain(disk_full() if is_full(error) else error)
    log.error("job.failed", job=str(job.pk), code=fault.code, error=error)
    work.job = job
    retryable = _may_retry(error, fault)
    work.move(
        State.FAILED,
        fault_code=fault.code,
        fault_message=fault.message,
        fault_advice=fault.advice,
        fault_retryable=retryable,
    )
    if not retryable:
        work.workspace.discard()


def _may_retry(error: Exception, fault: Fault) -> bool:
    """Whatever the studio is to blame for can be put right and tried again."""
    ours = isinstance(error, SystemFault | ProvenanceFailed | GenerationFailed)
    return fault.retryable or fault is INTERNAL or ours

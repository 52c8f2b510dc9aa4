"""The whole way, and everything that can stop a clip on it."""

import errno
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from audit.models import Event
from audit.services import verify_chain
from jobs import engines, lifecycle, pipeline, publication, queue, signing, workspace
from jobs.engines import Engines
from jobs.models import Gate, Job, State
from jobs.services import cancel, retry
from jobs.workspace import Workspace
from moderation import services as moderation
from moderation.models import Case, Statement
from provenance import RegisteredClip
from registry.lookup import DatabaseRegistry
from safety import Decision
from studio.models import Clip
from tests.fakes import SmallGenerator
from tests.gates import Breaks, Says, media_gate, passing, prompt_gate
from tests.making import PROMPT

pytestmark = pytest.mark.django_db


class Faulty(SmallGenerator):
    """Renders nothing and raises what it was given."""

    def __init__(self, error: BaseException | Callable[[], None]) -> None:
        self.error = error

    def generate(self, request, on_progress=lambda progress: None):
        if isinstance(self.error, BaseException):
            raise self.error
        self.error()
        return super().generate(request, on_progress)


@pytest.fixture(autouse=True)
def keys(home):
    signing.set_up()


@pytest.fixture
def rendered(home):
    """How many renderings were begun."""
    file = home / "rendered"
    return lambda: len(file.read_text().splitlines()) if file.exists() else 0


def run(job: Job, generator=None, prompt=None, media=None) -> Job:
    """Claims and works until the job rests, as a worker would."""
    parts = Engines(
        generator=lambda: generator or SmallGenerator(),
        prompt_gate=lambda: prompt_gate(prompt or Says(Decision.ALLOW)),
        media_gate=lambda: media_gate(media or Says(Decision.ALLOW)),
        judge=lambda: None,  # what the small generator draws is not of the judge's world
    )
    while lease := queue.claim(job.pk):
        pipeline.run(lease, parts)
    job.refresh_from_db()
    return job


def public_files() -> list[str]:
    return sorted(file.suffix for file in django_settings.PUBLIC_DIR.iterdir())


def test_a_shot_becomes_a_published_clip(job_in, home):
    job = run(job_in(State.SCREENING))
    clip = Clip.objects.get(job=job)
    assert job.state == State.PUBLISHED
    assert public_files() == [".jpg", ".mp4"]
    assert (home / "media" / "public" / clip.file).stat().st_size == clip.bytes
    assert (home / "registry" / f"{clip.mark_hex}.json").exists()
    assert not Workspace(job.pk).folder.exists()
    assert verify_chain().ok
    found = DatabaseRegistry().find(clip.mark_id)
    assert isinstance(found, RegisteredClip)
    assert found.manifest_id == clip.manifest_id
    assert set(job.timings) >= {"screening", "rendering", "inspecting", "marking", "encoding"}


def test_the_prompt_is_nowhere_in_the_clear(job_in, home, capfd):
    run(job_in(State.SCREENING))
    log = capfd.readouterr()
    assert PROMPT not in log.out + log.err
    assert PROMPT not in str(list(Event.objects.values_list("details", flat=True)))
    assert PROMPT not in str(list(Job.objects.values()))
    written = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert not any(PROMPT.encode() in content for content in written)


class Flickering(SmallGenerator):
    """Its first rendering flickers."""

    def __init__(self) -> None:
        self.seeds = []

    def generate(self, request, on_progress=lambda progress: None):
        self.seeds.append(request.seed)
        output = super().generate(request, on_progress)
        if len(self.seeds) == 1:
            output.frames[::2] //= 2
        return output


def test_a_poor_clip_is_rendered_again_and_both_cards_are_kept(job_in):
    generator = Flickering()
    job = run(job_in(), generator=generator)
    quality = job.generation["quality"]
    assert job.state == State.PUBLISHED
    assert [attempt["seed"] for attempt in quality["attempts"]] == generator.seeds
    assert "flicker" in quality["attempts"][0]["failures"]
    assert (quality["kept"], job.generation["seed"]) == (1, generator.seeds[1])


def test_the_renderings_of_a_poor_clip_are_bounded_by_the_setting(job_in, settings):
    settings.RENDER_ATTEMPTS = 1
    generator = Flickering()
    job = run(job_in(), generator=generator)
    assert (len(generator.seeds), job.state) == (1, State.PUBLISHED)


def test_a_judge_that_there_is_tells_of_adherence(job_in):
    seen = []
    engines = replace(
        passing(), judge=lambda: lambda frames, fps, prompt: seen.append(prompt) or 0.9
    )
    job = job_in()
    pipeline.run(queue.claim(job.pk), engines)
    job.refresh_from_db()
    assert job.generation["quality"]["attempts"][0]["card"]["adherence"] == 0.9
    assert seen == [PROMPT]


def test_a_held_prompt_waits_and_then_is_rendered(job_in, moderator, rendered):
    job = run(job_in(State.SCREENING), prompt=Says(Decision.REVIEW))
    assert (job.state, job.held_at_stage, rendered()) == (State.HELD, Gate.PROMPT, 0)
    _approve(job, moderator)
    assert run(job).state == State.PUBLISHED
    assert rendered() == 1


def test_held_frames_are_marked_without_a_second_rendering(job_in, moderator, rendered):
    job = run(job_in(), media=Says(Decision.REVIEW))
    assert (job.state, job.held_at_stage) == (State.HELD, Gate.MEDIA)
    assert public_files() == []
    assert len(list(Workspace(job.pk).folder.glob("strip-*.jpg"))) == 8
    _approve(job, moderator)
    assert run(job, media=Says(Decision.REVIEW)).state == State.PUBLISHED
    assert rendered() == 1


def test_frames_that_replace_approved_ones_are_looked_at_again(job_in, moderator, creator):
    job = run(job_in(), media=Says(Decision.REVIEW))
    _approve(job, moderator)
    Workspace(job.pk).frames_file.unlink()
    job = run(job, media=Says(Decision.REVIEW))
    assert job.fault_code == "jobs.frames-lost"
    retry(job, creator)
    job = run(job, media=Says(Decision.REVIEW))
    assert (job.state, job.approved_media) == (State.HELD, False)


def test_a_blocked_prompt_is_refused_with_reasons(job_in, rendered):
    job = run(job_in(State.SCREENING), prompt=Says(Decision.BLOCK))
    statement = Statement.objects.get(job=job)
    assert (job.state, rendered()) == (State.REFUSED, 0)
    assert statement.automated
    assert "violence" in statement.ground


def test_blocked_frames_are_refused_and_gone(job_in):
    job = run(job_in(), media=Says(Decision.BLOCK))
    assert job.state == State.REFUSED
    assert public_files() == []
    assert not Workspace(job.pk).folder.exists()


def test_a_hidden_reason_stays_hidden(job_in):
    job = run(job_in(State.SCREENING), prompt=Says(Decision.BLOCK, hidden=True))
    assert "violence" not in Statement.objects.get(job=job).ground


@pytest.mark.parametrize("gate", ["prompt", "media"])
def test_a_broken_classifier_holds_the_job(job_in, gate):
    job = run(job_in(State.SCREENING), **{gate: Breaks()})
    assert (job.state, job.held_at_stage) == (State.HELD, gate)
    assert Case.objects.filter(job=job).count() == 1


@pytest.mark.parametrize("gate", ["prompt_gate", "media_gate"])
def test_a_gate_that_cannot_even_be_loaded_holds_the_job(job_in, gate):
    def missing():
        raise ImportError("no such model")

    job = job_in(State.SCREENING if gate == "prompt_gate" else State.QUEUED)
    parts = {
        "generator": SmallGenerator,
        "prompt_gate": lambda: prompt_gate(Says(Decision.ALLOW)),
        "media_gate": lambda: media_gate(Says(Decision.ALLOW)),
    } | {gate: missing}
    pipeline.run(queue.claim(job.pk), Engines(**parts))
    job.refresh_from_db()
    assert job.state == State.HELD


def test_a_cancelled_rendering_stops_within_a_step(job_in, creator):
    job = job_in()
    stop = Faulty(lambda: cancel(Job.objects.get(pk=job.pk), creator))
    assert run(job, generator=stop).state == State.CANCELLED
    assert not Workspace(job.pk).folder.exists()


def test_a_job_cancelled_at_the_last_moment_is_not_published(job_in, creator, monkeypatch):
    job = job_in()
    real = publication.publish

    def cancelled_just_before(work, marked):
        cancel(Job.objects.get(pk=job.pk), creator)
        return real(work, marked)

    monkeypatch.setattr(publication, "publish", cancelled_just_before)
    assert run(job).state == State.CANCELLED
    assert (public_files(), Clip.objects.count()) == ([], 0)


def test_who_lost_the_lease_publishes_nothing(job_in, monkeypatch):
    job = job_in()
    real = publication.publish

    def slow(work, marked):
        Job.objects.filter(pk=job.pk).update(token=None, lease_until=None)
        return real(work, marked)

    monkeypatch.setattr(publication, "publish", slow)
    lease = queue.claim(job.pk)
    pipeline.run(lease, passing())
    assert Job.objects.get(pk=job.pk).state == State.MARKING
    assert (public_files(), Clip.objects.count()) == ([], 0)
    monkeypatch.setattr(publication, "publish", real)
    assert run(job).state == State.PUBLISHED
    assert Clip.objects.count() == 1


def test_without_the_audit_event_nothing_is_published(job_in, monkeypatch):
    real = lifecycle.audit.record

    def broken(action, *args, **details):
        if action == "clip.published":
            raise OSError("the audit log cannot be written")
        return real(action, *args, **details)

    monkeypatch.setattr("jobs.publication.audit.record", broken)
    job = run(job_in())
    assert job.state == State.FAILED
    assert (public_files(), Clip.objects.count()) == ([], 0)


def test_a_full_disk_fails_the_job_with_a_code_and_it_can_be_tried_again(job_in, creator):
    full = OSError(errno.ENOSPC, "No space left on device")
    job = run(job_in(), generator=Faulty(full))
    assert (job.state, job.fault_code) == (State.FAILED, "jobs.disk-full")
    retry(job, creator)
    assert run(job).state == State.PUBLISHED


def test_a_lost_signing_key_fails_the_job_and_publishes_nothing(job_in, home, rendered, creator):
    shutil.move(home / "pki", home / "elsewhere")
    job = run(job_in())
    assert (job.state, job.fault_code) == (State.FAILED, "jobs.signing-key-gone")
    assert "backup" in job.fault_advice
    assert public_files() == []
    shutil.move(home / "elsewhere", home / "pki")
    retry(job, creator)
    assert run(job).state == State.PUBLISHED
    assert rendered() == 1


def test_a_single_lost_key_file_fails_the_job(job_in, home):
    (home / "pki" / "signer.key").unlink()
    job = run(job_in())
    assert (job.state, job.fault_code) == (State.FAILED, "provenance.signing-key-missing")


def test_a_lost_mark_key_fails_the_job(job_in, home):
    (home / "keys" / "mark-keys.json").unlink()
    assert run(job_in()).fault_code == "jobs.mark-key-gone"


def test_a_mark_that_cannot_be_read_back_is_not_published(job_in, monkeypatch):
    """The embedder is made to write nothing, as if the content had swallowed the mark."""
    monkeypatch.setattr("jobs.marking.embed", lambda frames, *args, **kwargs: iter(frames))
    job = run(job_in())
    assert job.state == State.FAILED
    assert job.fault_code.startswith("provenance.")
    assert (public_files(), Clip.objects.count()) == ([], 0)


def test_an_error_that_nobody_expected_shows_no_detail(job_in):
    job = run(job_in(), generator=Faulty(RuntimeError("secret detail")))
    assert (job.state, job.fault_code) == (State.FAILED, "studio.internal")
    assert "secret" not in job.fault_message + job.fault_advice


def test_a_job_that_always_kills_its_worker_is_given_up(job_in, settings):
    job = job_in(State.RENDERING, attempt=settings.MAX_ATTEMPTS)
    assert run(job).fault_code == "jobs.too-many-attempts"


def test_a_worker_that_is_asked_to_end_gives_the_job_back(job_in):
    stopping = threading.Event()
    job = job_in()
    ends = Faulty(stopping.set)
    pipeline.run(queue.claim(job.pk), passing(ends), stopping)
    job.refresh_from_db()
    assert (job.state, job.token, job.attempt) == (State.RENDERING, None, 0)


def test_the_sweep_removes_what_has_no_row_and_nothing_else(job_in, settings):
    run(job_in())
    orphan = settings.PUBLIC_DIR / "00000000-0000-4000-8000-000000000000.mp4"
    fresh = settings.PUBLIC_DIR / "11111111-0000-4000-8000-000000000000.mp4"
    for file in (orphan, fresh):
        file.write_bytes(b"half a clip")
    for file in settings.PUBLIC_DIR.iterdir():
        if file != fresh:
            os.utime(file, (0, 0))
    assert publication.sweep() == 1
    assert not orphan.exists()
    assert public_files() == [".jpg", ".mp4", ".mp4"]


@pytest.mark.parametrize(
    ("state", "retryable", "stays"),
    [
        (State.HELD, False, True),
        (State.MARKING, False, True),
        (State.FAILED, True, True),
        (State.FAILED, False, False),
        (State.PUBLISHED, False, False),
    ],
)
def test_private_files_stay_as_long_as_they_may_be_needed(job_in, state, retryable, stays):
    folder = Workspace(job_in(state, fault_retryable=retryable).pk).folder
    folder.mkdir()
    workspace.sweep()
    assert folder.exists() is stays


def _approve(job: Job, moderator) -> None:
    case = Case.objects.get(job=job)
    moderation.approve(moderation.claim(case, moderator), moderator)


def test_the_generator_is_chosen_by_setting(settings):
    settings.GENERATOR = "tests.fakes:SmallGenerator"
    assert engines.generator().info.name == "small"

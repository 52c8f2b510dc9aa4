"""A storyboard on its way: one job, one clip, and each shot made and named once."""

import json
import threading
from dataclasses import replace

import c2pa
import pytest

from jobs import pipeline, queue
from jobs.engines import Engines
from jobs.models import Job, State
from jobs.workspace import Workspace
from provenance.credentials.reader import OFFLINE
from safety import Decision, Finding, PromptGate
from storyboards import services
from storyboards.selectors import shots_of
from studio.models import Clip
from tests.fakes import FPS, SmallGenerator
from tests.gates import Says, media_gate, passing, prompt_gate

pytestmark = pytest.mark.django_db


class Listening(SmallGenerator):
    """Notes prompts; `stop` is set when the second shot begins."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.prompts: list[str] = []
        self.stop = stop

    def generate(self, request, on_progress=lambda progress: None):
        self.prompts.append(request.prompt)
        if self.stop and len(self.prompts) == 2:
            self.stop.set()
        return super().generate(request, on_progress)


def placed(storyboard, draft) -> Job:
    return services._place(storyboard, services.check(draft), draft)


def run(job: Job, engines: Engines) -> Job:
    while lease := queue.claim(job.pk):
        pipeline.run(lease, engines)
    job.refresh_from_db()
    return job


def test_a_storyboard_becomes_one_clip_with_its_cuts(storyboard, draft):
    job = run(placed(storyboard, draft), passing())
    clip = Clip.objects.get(job=job)
    assert job.state == State.PUBLISHED
    assert clip.duration_ms == 2000
    told = job.generation["storyboard"]
    assert (told["cuts"], told["transition"]) == ([0.0, 1.0], "cut")
    assert [len(shot["quality"]["attempts"]) for shot in told["shots"]] == [1, 1]
    assert told["identity"] is None


def test_the_manifest_names_every_shot_with_its_own_commitment(storyboard, draft, settings):
    job = run(placed(storyboard, draft), passing())
    path = settings.PUBLIC_DIR / Clip.objects.get(job=job).file
    with (
        path.open("rb") as stream,
        c2pa.Reader("video/mp4", stream, context=c2pa.Context.from_dict(OFFLINE)) as reader,
    ):
        store = json.loads(reader.json())
    manifests = store["manifests"]
    active = manifests[store["active_manifest"]]
    parts = [each for each in active["ingredients"] if each["relationship"] == "componentOf"]
    named = {
        assertion["data"]["promptCommitment"]
        for part in parts
        for assertion in manifests[part["active_manifest"]]["assertions"]
        if assertion["label"] == "org.kinemark.generation"
    }
    assert len(parts) == 2
    assert named == {shot.commitment for shot in shots_of(job.pk)}


def test_shots_that_were_rendered_are_not_rendered_again(storyboard, draft):
    stop = threading.Event()
    first, second = Listening(stop), Listening()
    job = placed(storyboard, draft)
    pipeline.run(queue.claim(job.pk), passing())  # screened
    pipeline.run(queue.claim(job.pk), passing(first), stop)
    assert len(first.prompts) == 2
    assert run(job, passing(second)).state == State.PUBLISHED
    assert second.prompts == [draft.shots[1].prompt]


def test_while_it_renders_the_job_says_which_shot(storyboard, draft):
    stop, seen = threading.Event(), []
    job = placed(storyboard, draft)

    class Looking(Listening):
        def generate(self, request, on_progress=lambda progress: None):
            output = super().generate(request, on_progress)
            seen.append(Job.objects.get(pk=job.pk).stage)
            return output

    run(job, passing(Looking(stop)))
    assert seen[0] == "shot 1 of 2"


class Against:
    """Refuses texts with these words, and points at them; reads whole boards or single shots."""

    name = "test.words"

    def __init__(self, words: str, *, whole: bool) -> None:
        self.words, self.whole = words, whole

    def find(self, text, field):
        lines = text.original
        at = lines.replace("\n", " ").find(self.words)
        if at < 0 or ("\n" in lines) is not self.whole:
            return []
        span = (at, at + len(self.words))
        return [Finding("violence", 0.9, Decision.BLOCK, self.name, "Violence.", span=span)]


def test_every_shot_passes_the_gate_by_itself(storyboard, draft):
    generator = Listening()
    gate = PromptGate(None, [Against("sea", whole=False)])
    job = run(
        placed(storyboard, draft),
        replace(passing(generator), prompt_gate=lambda: gate),
    )
    assert (job.state, generator.prompts) == (State.REFUSED, [])
    [finding] = job.screenings.get().findings
    whole = "\n".join(shot.prompt for shot in draft.shots)
    assert whole[slice(*finding["span"])] == "sea"


def test_the_shots_are_also_read_together(storyboard, draft):
    gate = PromptGate(None, [Against("hills the", whole=True)])
    job = run(placed(storyboard, draft), replace(passing(), prompt_gate=lambda: gate))
    assert job.state == State.REFUSED


def test_a_held_storyboard_keeps_its_shots_for_the_mark(storyboard, draft):
    engines = Engines(
        generator=SmallGenerator,
        prompt_gate=lambda: prompt_gate(Says(Decision.ALLOW)),
        media_gate=lambda: media_gate(Says(Decision.REVIEW)),
    )
    job = run(placed(storyboard, draft), engines)
    assert job.state == State.HELD
    assert Workspace(job.pk).load_shot(1)[0].shape[0] == FPS


def test_a_crossfade_is_shorter_than_its_shots(storyboard, draft):
    faded = replace(draft, transition="crossfade")
    job = run(placed(storyboard, faded), passing())
    assert Clip.objects.get(job=job).duration_ms < 2000


def test_the_prompts_are_sealed(storyboard, draft, home):
    run(placed(storyboard, draft), passing())
    written = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    for shot in draft.shots:
        assert not any(shot.prompt.encode() in content for content in written)

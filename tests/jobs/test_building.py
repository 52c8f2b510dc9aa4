"""Clips that are made from pictures and from other clips."""

import json
import os
from uuid import uuid4

import cv2
import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.timezone import now
from PIL import Image

from config.errors import UserFault
from jobs import masters, pipeline, queue, rendering, signing
from jobs.models import Job, State
from moderation.takedowns import take_down
from provenance import detect, read_frames
from safety import Decision
from studio import pictures
from studio.models import Clip, Picture, TakenDown, Way
from studio.services import Ask, submit
from tests.fakes import FPS, AbleGenerator
from tests.gates import deciding, passing
from tests.making import PROMPT

pytestmark = pytest.mark.django_db
ENGINES = passing(AbleGenerator())


@pytest.fixture(autouse=True)
def studio(home, settings):
    settings.GENERATOR = "tests.fakes:AbleGenerator"
    signing.set_up()


def finished(job: Job, engines=ENGINES) -> Job:
    while lease := queue.claim(job.pk):
        pipeline.run(lease, engines)
    job.refresh_from_db()
    return job


def asked(creator, monkeypatch, **ask) -> Job:
    """A job whose words pass: these tests are about what comes after."""
    monkeypatch.setattr("jobs.pipeline.Engines", lambda: ENGINES)
    return submit(creator, Ask(PROMPT, seconds=1, seed=1, **ask))


@pytest.fixture
def clip(creator, monkeypatch) -> Clip:
    job = finished(asked(creator, monkeypatch))
    assert job.state == State.PUBLISHED, job.fault_message
    return job.clip


def read_mark(frames: np.ndarray) -> int | None:
    luma = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    return detect(luma, ["I"] * len(luma), signing.mark_keys()).mark_id


def manifest(clip: Clip) -> dict:
    import c2pa

    with c2pa.Reader(str(settings.PUBLIC_DIR / clip.file)) as reader:
        store = json.loads(reader.json())
    return store["manifests"][store["active_manifest"]]


def actions(clip: Clip) -> list[dict]:
    found = (a for a in manifest(clip)["assertions"] if a["label"].startswith("c2pa.actions"))
    return next(found)["data"]["actions"]


def test_a_clip_keeps_its_unmarked_frames_privately(clip):
    kept = masters.load(clip.pk)
    shown = np.stack(list(read_frames(settings.PUBLIC_DIR / clip.file)))
    assert kept.shape == shown.shape
    assert (read_mark(kept), read_mark(shown)) == (None, clip.mark_id)


def test_a_clip_that_is_carried_on_is_one_longer_clip(clip, creator, monkeypatch):
    job = finished(asked(creator, monkeypatch, way="extend", clip=str(clip.pk)))
    longer = job.clip
    assert (longer.duration_ms, job.generation["continued_at"]) == (2000, 1.0)
    before = masters.load(clip.pk).astype(int)
    assert np.abs(masters.load(longer.pk)[: len(before)].astype(int) - before).mean() < 5
    names = [action["action"] for action in actions(longer)]
    assert names[:2] == ["c2pa.opened", "c2pa.edited"]
    assert "parent comes first" in actions(longer)[1]["description"]
    [source] = manifest(longer)["ingredients"]
    assert (source["relationship"], source["active_manifest"]) == ("parentOf", clip.manifest_id)


def test_the_first_part_alone_leads_back_to_the_longer_clip(clip, creator, monkeypatch):
    longer = finished(asked(creator, monkeypatch, way="extend", clip=str(clip.pk))).clip
    frames = np.stack(list(read_frames(settings.PUBLIC_DIR / longer.file)))
    assert read_mark(frames[:FPS]) == longer.mark_id


def test_a_remix_is_as_long_as_its_parent_and_names_it(clip, creator, monkeypatch):
    job = finished(asked(creator, monkeypatch, way="remix", clip=str(clip.pk), strength="0.3"))
    assert job.clip.duration_ms == clip.duration_ms
    assert job.shot.strength == 0.3
    [source] = manifest(job.clip)["ingredients"]
    assert source["relationship"] == "parentOf"


def test_a_parent_that_is_taken_down_meanwhile_stops_the_job(clip, creator, monkeypatch):
    job = asked(creator, monkeypatch, way="extend", clip=str(clip.pk))
    Clip.objects.filter(pk=clip.pk).update(taken_down_at=now())
    job = finished(job)
    assert (job.state, job.fault_code) == (State.FAILED, "studio.parent-gone")
    assert not job.fault_retryable


def test_nothing_is_published_of_a_clip_that_went_for_what_it_shows(
    clip, creator, moderator, monkeypatch
):
    job = asked(creator, monkeypatch, way="variation", clip=str(clip.pk))
    take_down(clip, TakenDown.LIKENESS, moderator)
    job = finished(job)
    assert (job.state, job.fault_code) == (State.FAILED, "studio.parent-gone")


def test_frames_of_clips_that_were_taken_down_are_not_kept(clip):
    kept = masters.path_of(clip.pk)
    os.utime(kept, (0, 0))
    masters.sweep()
    assert kept.exists()
    Clip.objects.filter(pk=clip.pk).update(taken_down_at=now())
    masters.sweep()
    assert not kept.exists()


def test_a_fresh_copy_may_belong_to_a_publication_that_is_not_committed(home):
    fresh = masters.path_of(uuid4())
    fresh.parent.mkdir()
    fresh.touch()
    masters.sweep()
    assert fresh.exists()


@pytest.mark.parametrize(("way", "made"), [(Way.TAKE, 1), (Way.VARIATION, 2)])
def test_a_take_is_made_once_so_that_it_keeps_its_seed(clip, creator, monkeypatch, way, made):
    allowed, render = [], rendering.generate_checked

    def noted(generator, request, checks, report):
        allowed.append(checks.attempts)
        return render(generator, request, checks, report)

    monkeypatch.setattr(rendering, "generate_checked", noted)
    finished(asked(creator, monkeypatch, way=str(way), clip=str(clip.pk)))
    assert allowed == [made]


def test_frames_at_another_rate_keep_their_moments(clip):
    from jobs.building import parent_frames

    frames = masters.load(clip.pk)
    halved = parent_frames(clip, FPS // 2)
    assert np.array_equal(halved, frames[::2])


@pytest.fixture
def picture(creator, tmp_path) -> Picture:
    upload = TemporaryUploadedFile("holiday.png", "image/png", 0, None)
    ramp = np.linspace(0, 255, 320 * 200 * 3).reshape(200, 320, 3).astype(np.uint8)
    Image.fromarray(ramp).save(upload, "PNG")
    upload.size = upload.tell()
    upload.flush()
    return pictures.receive(creator, upload)


def test_a_clip_begins_with_the_picture_and_names_it_as_input(picture, creator, monkeypatch):
    job = finished(asked(creator, monkeypatch, picture=str(picture.pk)))
    first = masters.load(job.clip.pk)[0].astype(int)
    assert first[:, 0].mean() < first[:, -1].mean() + 255  # a picture, and no clouds
    [source] = manifest(job.clip)["ingredients"]
    assert (source["relationship"], source["format"]) == ("inputTo", "image/png")
    assert "holiday" not in json.dumps(manifest(job.clip))


def test_a_picture_is_judged_with_the_words(picture, creator, monkeypatch):
    monkeypatch.setattr("jobs.pipeline.Engines", lambda: deciding(media=Decision.REVIEW))
    job = submit(creator, Ask(PROMPT, seconds=1, picture=str(picture.pk)))
    assert (job.state, job.held_at_stage) == (State.HELD, "prompt")
    assert job.screenings.get().findings[0]["field"] == "upload"


def test_an_erased_picture_stops_the_jobs_that_need_it(picture, creator, monkeypatch):
    job = asked(creator, monkeypatch, picture=str(picture.pk))
    pictures.erase(picture, creator)
    job = finished(job)
    assert (job.state, job.fault_code) == (State.FAILED, "studio.picture-gone")


def test_somebody_elses_clip_can_be_carried_on_but_not_taken_again(clip, stranger, monkeypatch):
    assert asked(stranger, monkeypatch, way="extend", clip=str(clip.pk)).shot.parent == clip
    with pytest.raises(UserFault) as fault:
        asked(stranger, monkeypatch, way="take", clip=str(clip.pk))
    assert fault.value.code == "studio.parent-not-yours"


def test_what_the_model_cannot_do_has_its_code(clip, creator, settings, monkeypatch):
    settings.GENERATOR = "tests.fakes:SmallGenerator"
    for way, lacking in ((Way.EXTEND, "continue"), (Way.REMIX, "restyle"), (Way.LOOP, "loop")):
        with pytest.raises(UserFault) as fault:
            asked(creator, monkeypatch, way=str(way), clip=str(clip.pk))
        assert fault.value.code == f"generation.ability-{lacking}"


def test_a_clip_grows_to_a_minute_and_no_further(clip, creator, monkeypatch):
    Clip.objects.filter(pk=clip.pk).update(duration_ms=59_500)
    with pytest.raises(UserFault) as fault:
        asked(creator, monkeypatch, way="extend", clip=str(clip.pk))
    assert fault.value.code == "studio.seconds-together"

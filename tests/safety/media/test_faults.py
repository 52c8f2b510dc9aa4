"""Whatever breaks or comes in, the media gate answers review and never raises."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from safety import Decision, Finding, MediaGate, load_media_gate, load_policy
from safety.integrity import sha256_of
from safety.media import drawn
from safety.media.drawn import DrawnWorld
from tests.safety.media.pictures import black, gradient, noise


def unscreened(verdict):
    return verdict.decision is Decision.REVIEW and any(
        finding.category == "unscreened" for finding in verdict.findings
    )


NO_CLIPS = {
    "nothing": None,
    "a word": "frames",
    "an empty list": [],
    "no frame": np.zeros((0, 64, 64, 3), np.uint8),
    "no channels": np.zeros((4, 64, 64), np.uint8),
    "alpha": np.zeros((4, 64, 64, 4), np.uint8),
    "floats": np.zeros((4, 64, 64, 3), np.float32),
    "no numbers": np.full((4, 64, 64, 3), np.nan),
    "one pixel wide": np.zeros((4, 64, 1, 3), np.uint8),
    "one pixel high": np.zeros((4, 1, 64, 3), np.uint8),
    "too wide": np.zeros((1, 16, 9000, 3), np.uint8),
    "objects": np.array([object()]),
}


@pytest.mark.parametrize("frames", NO_CLIPS.values(), ids=NO_CLIPS)
def test_what_is_no_clip_is_held(media_gate, frames):
    assert unscreened(media_gate.screen(frames, 24))


@pytest.mark.parametrize("fps", [0, -1, 1000, None, "24", 23.976, float("nan"), True])
def test_what_is_no_frame_rate_is_held(media_gate, fps):
    assert unscreened(media_gate.screen(gradient(), fps))


@pytest.mark.parametrize(
    "frames", [black(), black() + 255, noise(), noise(1), noise(48), gradient()[:, ::2, :17]]
)
def test_what_is_not_of_the_drawn_world_is_held(media_gate, frames):
    assert unscreened(media_gate.screen(np.ascontiguousarray(frames), 24))


def test_frames_need_not_be_contiguous(media_gate):
    verdict = media_gate.screen(noise(6, 128)[:, ::2, ::2], 24)
    assert verdict.decision is Decision.REVIEW


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A copy of the drawn world's model that the gate will load."""
    copy = shutil.copytree(drawn.FOLDER, tmp_path / "drawn_world")
    monkeypatch.setattr(DrawnWorld.load.__func__, "__defaults__", (copy,))
    return copy


FILES = (drawn.TOWER_FILE, drawn.HEADS_FILE)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_model(folder, name):
    (folder / name).unlink()
    assert unscreened(load_media_gate().screen(gradient(), 24))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_changed_model(folder, name, content):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-4] + b"1234" if content is None else content)
    verdict = load_media_gate().screen(gradient(), 24)
    assert unscreened(verdict)
    assert any("drawn world" in finding.reason for finding in verdict.findings)


@pytest.mark.parametrize("name", FILES)
def test_files_that_do_not_fit_are_refused_even_when_the_policy_names_them(folder, name):
    other = FILES[1 - FILES.index(name)]
    (folder / name).write_bytes((folder / other).read_bytes())
    policy = load_policy()
    models = {**policy.models, drawn.TOWER_MODEL: "", drawn.HEADS_MODEL: ""}
    for model, file in zip((drawn.TOWER_MODEL, drawn.HEADS_MODEL), FILES, strict=True):
        models[model] = sha256_of(folder / file)
    verdict = load_media_gate(replace(policy, models=models)).screen(gradient(), 24)
    assert any("drawn world" in finding.reason for finding in verdict.findings)
    assert verdict.decision is Decision.REVIEW


def test_a_score_that_is_not_a_number(media_gate, monkeypatch):
    good, bad = np.zeros((12, 5), np.float32), np.full((12, 5), np.nan, np.float32)
    for answer in ((bad, good[:, 0]), (good, bad[:, 0])):
        monkeypatch.setattr(DrawnWorld, "scores", lambda self, frames, answer=answer: answer)
        assert unscreened(media_gate.screen(gradient(), 24))


def test_a_network_that_raises(media_gate, monkeypatch):
    def broken(self, frames):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(DrawnWorld, "scores", broken)
    assert unscreened(media_gate.screen(gradient(), 24))


def test_no_policy():
    assert unscreened(MediaGate(None, []).screen(gradient(), 24))


def test_a_policy_without_thresholds_for_frames():
    policy = replace(load_policy(), frames={})
    assert unscreened(load_media_gate(policy).screen(gradient(), 24))


def test_a_policy_without_excuses_for_what_no_model_looks_for():
    policy = replace(load_policy(), cannot_produce={})
    assert unscreened(load_media_gate(policy).screen(gradient(), 24))


def test_a_screener_with_a_score_out_of_range():
    class Broken:
        name = "broken"

        def find(self, frames, fps):
            return [Finding("weapon", 7.0, Decision.ALLOW, "broken", "")]

    assert unscreened(MediaGate(load_policy(), [Broken()]).screen(gradient(), 24))

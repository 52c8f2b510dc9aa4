"""`manage.py clip`: the whole way in one process, with an answer for programs."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from safety import Decision
from studio.models import Clip
from tests.gates import deciding

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(settings, tmp_path, monkeypatch):
    """Runs the command with gates that decide as given; returns exit code, answer, file."""
    settings.GENERATOR = "tests.fakes:SmallGenerator"

    def run(prompt=Decision.ALLOW, media=Decision.ALLOW, **options) -> tuple[int, dict, Path]:
        monkeypatch.setattr("jobs.pipeline.Engines", lambda: deciding(prompt, media))
        out, said = tmp_path / "out" / "clip.mp4", StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("clip", "a red balloon", out=out, json=True, stdout=said, **options)
        return ended.value.code, json.loads(said.getvalue()), out

    return run


def test_a_published_clip_is_copied(clip):
    code, answer, out = clip(seed="5", seconds="1")
    published = Clip.objects.get()
    assert (code, answer["state"]) == (0, "published")
    assert out.stat().st_size == published.bytes
    assert answer["mark_id"] == published.mark_hex
    assert answer["verify"].endswith(f"/c/{published.pk}/")
    assert [file.name for file in out.parent.iterdir()] == ["clip.mp4"]


def test_a_refused_prompt_says_why(clip):
    code, answer, out = clip(prompt=Decision.BLOCK)
    assert (code, answer["state"]) == (3, "refused")
    assert "violence" in answer["reasons"]
    assert not out.exists()


def test_held_frames_are_no_file(clip):
    code, answer, out = clip(media=Decision.REVIEW, seconds="1")
    assert (code, answer["state"]) == (4, "held")
    assert answer["findings"][0]["category"] == "violence"
    assert not out.exists()


def test_bad_input_has_its_code(clip):
    code, answer, _ = clip(seed="seven")
    assert (code, answer["code"]) == (2, "generation.seed")

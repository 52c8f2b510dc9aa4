"""A clip that was taken down says so, to everybody, and shows nothing of itself."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from studio.models import Clip

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone(record) -> Clip:
    Clip.objects.update(taken_down_at=now())
    return record.clip


def test_its_page_says_when_and_nothing_of_whom(gone, creator):
    answer = Client().get(reverse("registry:clip", args=[gone.pk]))
    page = answer.content.decode()
    assert answer.status_code == 410
    assert f"{now():%Y}" in page
    assert creator.display_name not in page
    assert gone.file not in page


def test_its_page_says_why(gone):
    Clip.objects.update(taken_down_reason="rights")
    page = Client().get(reverse("registry:clip", args=[gone.pk])).content.decode()
    assert "Notice of a rights holder" in page


def test_programs_are_told_the_reason_class(gone):
    Clip.objects.update(taken_down_reason="likeness")
    address = reverse("registry:clip", args=[gone.pk])
    answer = Client().get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 410
    told = answer.json()
    assert (told["code"], told["reason"]) == ("registry.taken-down", "likeness")
    assert "Shows a real person without consent" in told["message"]


@pytest.mark.parametrize("what", ["video", "poster"])
def test_its_files_are_gone(gone, what):
    answer = Client().get(reverse(f"registry:{what}", args=[gone.pk]))
    assert answer.status_code == 410
    assert answer.content == b""


def test_a_clip_that_never_was_is_404():
    address = reverse("registry:clip", args=["00000000-0000-0000-0000-000000000000"])
    assert Client().get(address).status_code == 404

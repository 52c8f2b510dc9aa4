"""A clip for its owner, and for anybody."""

import pytest
from django.urls import reverse

from jobs.models import Gate
from tests.making import PROMPT
from tests.web.conftest import finding, screen


@pytest.fixture
def owners_page(client_of, creator, world):
    url = reverse("studio:clip", args=[world.clip.pk])
    return lambda: client_of(creator).get(url).content.decode()


def test_the_owner_sees_recipe_and_marks(owners_page, world):
    text = owners_page()
    for part in (PROMPT, world.clip.mark_hex, world.clip.manifest_id, world.clip.sha256):
        assert part in text
    assert f"http://testserver{reverse('registry:clip', args=[world.clip.pk])}" in text


def test_nothing_plays_by_itself(owners_page):
    assert "autoplay" not in owners_page()


def test_the_owner_sees_findings_but_no_hidden_ones(owners_page, world):
    screen(world.clip.job, Gate.MEDIA, "review", finding(), finding(hidden=True, reason="secret"))
    text = owners_page()
    assert "This reads like violence." in text
    assert "secret" not in text


def test_credentials_that_cannot_be_read_are_not_called_valid(owners_page):
    assert "Signature not readable" in owners_page()


def test_the_public_page_says_that_it_is_generated_and_nothing_of_who_made_it(client, world):
    text = client.get(reverse("registry:clip", args=[world.clip.pk])).content.decode()
    assert "with AI" in text
    assert world.clip.mark_hex in text
    for private in (PROMPT, world.clip.owner.email, world.clip.owner.display_name):
        assert private not in text

"""The page of one's API keys."""

import re

import pytest
from django.urls import reverse

from accounts.api_keys import create_key, key_behind
from accounts.models import ApiKey, Scope

pytestmark = pytest.mark.django_db
CHOICE = {"name": "archive", "scopes": ["fetch:manifests"], "days": "30"}


@pytest.fixture
def page() -> str:
    return reverse("accounts:keys")


def test_a_new_key_is_shown_once(client_of, creator, page):
    client = client_of(creator)
    answer = client.post(page, CHOICE)
    (secret,) = set(re.findall(r"kmk_[\w-]{43}", answer.content.decode()))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert key_behind(secret).owner == creator
    again = client.get(page).content.decode()
    assert secret not in again
    assert secret[:10] in again
    assert secret not in str(dict(client.session))


def test_a_creator_is_offered_reading_only(client_of, creator, admin, page):
    assert "store:manifests" not in client_of(creator).get(page).content.decode()
    assert "store:manifests" in client_of(admin).get(page).content.decode()


def test_a_scope_that_was_not_offered_is_not_given(client_of, creator, page):
    answer = client_of(creator).post(page, CHOICE | {"scopes": ["store:manifests"]})
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": ""}, "accounts.name-required"),
        ({"scopes": []}, "accounts.scopes-required"),
        ({"days": "9999"}, "accounts.days-invalid-choice"),
    ],
)
def test_a_form_that_is_not_filled_in_says_so(client_of, creator, page, wrong, code):
    answer = client_of(creator).post(page, CHOICE | wrong)
    assert answer.status_code == 422
    assert code in answer.content.decode()


def test_one_key_too_many_is_told_on_the_page(client_of, creator, page, monkeypatch):
    monkeypatch.setattr("accounts.api_keys.MOST_KEYS", 0)
    answer = client_of(creator).post(page, CHOICE)
    assert answer.status_code == 400
    assert "accounts.too-many-keys" in answer.content.decode()


def test_a_revoked_key_is_gone_from_the_page(client_of, creator, page):
    key = create_key(creator, "archive", [Scope.FETCH_MANIFESTS], 30).key
    answer = client_of(creator).post(reverse("accounts:revoke-key", args=[key.pk]), follow=True)
    assert "The key is revoked." in answer.content.decode()
    assert key.start not in answer.content.decode()


def test_a_name_is_shown_as_it_was_written(client_of, creator, page):
    answer = client_of(creator).post(page, CHOICE | {"name": "<b>archive</b>"})
    assert "<b>archive" not in answer.content.decode()
    assert "&lt;b&gt;archive" in answer.content.decode()

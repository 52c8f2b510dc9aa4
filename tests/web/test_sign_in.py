"""The sign-in pages look like ours and protect accounts."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def test_sign_in_leads_to_the_studio(creator):
    response = Client().post(LOGIN, {"login": creator.email, "password": PASSWORD})
    assert response["Location"] == "/studio/"


def test_one_comes_back_to_where_one_wanted_to_go(creator):
    client = Client()
    wanted = reverse("moderation:queue")
    assert client.get(wanted)["Location"] == f"{LOGIN}?next={wanted}"


def test_a_wrong_password_tells_nothing_about_the_account(creator):
    def told(email: str) -> str:
        response = Client().post(LOGIN, {"login": email, "password": "wrong wrong"})
        return response.context["form"].errors.as_text()

    assert told(creator.email) == told("nobody@example.org")


def test_guessing_is_stopped_in_words(creator):
    client = Client()
    for _guess in range(11):
        response = client.post(LOGIN, {"login": creator.email, "password": "wrong wrong"})
    assert "Too many" in response.content.decode()


@pytest.mark.django_db
def test_nobody_makes_an_account_uninvited():
    page = Client().get("/accounts/signup/").content.decode()
    assert '<form method="post" action="/accounts/signup/"' not in page
    assert "Kinemark" in page


def test_sign_out_takes_a_form(client_of, creator):
    client = client_of(creator)
    client.post("/accounts/logout/")
    assert client.get("/studio/").status_code == 302

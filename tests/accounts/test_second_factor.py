"""A second factor: set up, asked for, recovered from, and required of who decides about others."""

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from audit.models import Event
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/second-factor/totp/activate/"


@pytest.fixture(autouse=True)
def nobody_was_counted():
    cache.clear()


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    _before, now, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, now))


def sign_in(person: Person) -> tuple[Client, str]:
    """A browser after the password, and where it was sent."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client, answer["Location"]


def proved(client: Client) -> Client:
    """After typing the password once more, which changes of factors ask for."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def secret(moderator) -> str:
    """Of a moderator's second factor that is set up."""
    made = generate_totp_secret()
    TOTP.activate(moderator, made)
    RecoveryCodes.activate(moderator)
    return made


def test_it_is_set_up_with_an_app(creator, django_capture_on_commit_callbacks):
    client = proved(sign_in(creator)[0])
    page = client.get(SET_UP).content.decode()
    secret = re.search(r'id="totp-key">([A-Z2-7]+)<', page).group(1)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(answer["Location"]).content.decode().count("<li>") >= 10
    assert Event.objects.filter(action="factor.set-up").count() == 2


def test_a_wrong_code_sets_nothing_up(creator):
    client = proved(sign_in(creator)[0])
    client.get(SET_UP)
    assert "Incorrect code" in client.post(SET_UP, {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()


def test_signing_in_asks_for_the_code(moderator, secret):
    client, address = sign_in(moderator)
    assert address == reverse("mfa_authenticate")
    assert client.get("/review/").status_code == 302  # the password alone opens nothing
    client.get(address)
    assert client.post(address, {"code": "000000"}).status_code == 200
    answer = client.post(address, {"code": code_of(secret)})
    assert answer.status_code == 302
    assert client.get("/review/").status_code == 200


def test_a_recovery_code_signs_in_once(moderator, secret):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (302, 200):
        client, address = sign_in(moderator)
        assert client.post(address, {"code": code}).status_code == expected


def test_secrets_lie_sealed(moderator, secret):
    assert all(secret not in str(each.data) for each in Authenticator.objects.all())


@pytest.mark.parametrize("path", ["/review/", "/studio/", "/verify/", "/accounts/keys/"])
def test_a_moderator_without_one_comes_no_further(moderator, settings, path):
    settings.SECOND_FACTOR = True
    client, _address = sign_in(moderator)
    assert client.get(path)["Location"] == SET_UP
    refused = client.post(path, headers={"Accept": "application/json"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "accounts.second-factor-missing"


def test_the_way_to_it_is_open(admin, settings):
    settings.SECOND_FACTOR = True
    client = proved(sign_in(admin)[0])
    assert client.get(SET_UP).status_code == 200
    assert client.post("/accounts/logout/").status_code == 302


def test_with_one_everything_is_open(moderator, secret, settings):
    settings.SECOND_FACTOR = True
    client, address = sign_in(moderator)
    client.post(address, {"code": code_of(secret)})
    assert client.get("/review/").status_code == 200


def test_creators_need_none(creator, settings):
    settings.SECOND_FACTOR = True
    client, address = sign_in(creator)
    assert address == "/studio/"
    assert client.get("/studio/").status_code == 200


def test_on_the_development_profile_signing_in_is_one_step(admin, settings):
    assert not settings.SECOND_FACTOR
    client, address = sign_in(admin)
    assert address == "/studio/"
    assert client.get("/review/").status_code == 200


def test_a_lost_one_is_taken_away(moderator, secret):
    call_command("second_factor", moderator.email, stdout=StringIO())
    assert not Authenticator.objects.exists()
    assert Event.objects.filter(action="factor.taken-away").exists()
    assert sign_in(moderator)[1] == "/studio/"


@pytest.mark.parametrize("email", ["nobody@example.org", "milan@example.org"])
def test_there_may_be_nothing_to_take_away(moderator, email):
    with pytest.raises(CommandError):
        call_command("second_factor", email)


@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes"]
)
def test_its_pages(moderator, secret, name):
    client, address = sign_in(moderator)
    client.post(address, {"code": code_of(secret)})
    proved(client)
    assert "<h1>" in client.get(reverse(name)).content.decode()


def test_a_session_left_open_shows_no_recovery_codes(moderator, secret):
    client, address = sign_in(moderator)
    client.post(address, {"code": code_of(secret)})
    answer = client.get(reverse("mfa_view_recovery_codes"))
    page = client.get(answer["Location"]).content.decode()
    assert "Is it you?" in page

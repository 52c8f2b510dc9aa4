"""Keys of people's programs: made, shown once, kept as a digest, ended."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from accounts.api_keys import BEGINS, MOST_KEYS, create_key, key_behind, living, revoke_key
from accounts.models import ApiKey, Scope
from audit.models import Event
from config.errors import Forbidden, UserFault

pytestmark = pytest.mark.django_db
READ = [Scope.FETCH_MANIFESTS]


def test_a_key_opens_what_it_was_made_for(creator):
    new = create_key(creator, "archive", READ, 30)
    key = key_behind(new.secret)
    assert new.secret.startswith(BEGINS)
    assert key.owner == creator
    assert key.allows(Scope.FETCH_MANIFESTS)
    assert not key.allows(Scope.STORE_MANIFESTS)


def test_the_key_itself_is_kept_nowhere(creator):
    secret = create_key(creator, "archive", READ, 30).secret
    assert secret not in str(ApiKey.objects.values().get())
    assert secret not in str(list(Event.objects.values()))


@pytest.mark.parametrize("secret", ["", "kmk_", "kmk_invented", "x" * 10_000])
def test_no_other_text_opens_anything(creator, secret):
    create_key(creator, "archive", READ, 30)
    assert key_behind(secret) is None


def test_a_key_ends_when_its_time_is_over(creator):
    secret = create_key(creator, "archive", READ, 30).secret
    ApiKey.objects.update(expires_at=now() - timedelta(seconds=1))
    assert key_behind(secret) is None
    assert not living(creator).exists()


def test_a_revoked_key_opens_nothing(creator):
    new = create_key(creator, "archive", READ, 30)
    assert revoke_key(creator, new.key.pk)
    assert key_behind(new.secret) is None
    assert not revoke_key(creator, new.key.pk)


def test_nobody_revokes_somebody_elses(creator, stranger):
    new = create_key(creator, "archive", READ, 30)
    assert not revoke_key(stranger, new.key.pk)
    assert key_behind(new.secret)


def test_a_key_ends_with_the_account(creator):
    secret = create_key(creator, "archive", READ, 30).secret
    creator.is_active = False
    creator.save()
    assert key_behind(secret) is None


def test_the_day_of_use_is_noted(creator):
    new = create_key(creator, "archive", READ, 30)
    key_behind(new.secret)
    assert ApiKey.objects.get().last_used_on == now().date()


@pytest.mark.parametrize("scope", [Scope.STORE_MANIFESTS, Scope.STORE_BINDINGS])
def test_only_administrators_make_keys_that_write(creator, moderator, admin, scope):
    for person in (creator, moderator):
        with pytest.raises(Forbidden, match=r"accounts\.key-scope"):
            create_key(person, "archive", [scope], 30)
    assert create_key(admin, "archive", [scope], 30).key.allows(scope)


@pytest.mark.parametrize(("scopes", "days"), [([], 30), (READ, 0), (READ, 367)])
def test_a_key_needs_a_scope_and_an_end(creator, scopes, days):
    with pytest.raises(UserFault, match=r"accounts\.key-invalid"):
        create_key(creator, "archive", scopes, days)


def test_keys_do_not_pile_up(creator):
    for number in range(MOST_KEYS):
        create_key(creator, str(number), READ, 30)
    with pytest.raises(UserFault, match=r"accounts\.too-many-keys"):
        create_key(creator, "one more", READ, 30)


def test_making_and_revoking_stand_in_the_audit_log(creator):
    revoke_key(creator, create_key(creator, "archive", READ, 30).key.pk)
    assert list(Event.objects.order_by("seq").values_list("action", flat=True)) == [
        "key.created",
        "key.revoked",
    ]


def test_the_command_prints_a_key_that_works(admin):
    out = StringIO()
    scopes = [Scope.STORE_BINDINGS.value, Scope.FETCH_MANIFESTS.value]
    options = [f"--scope={scope}" for scope in scopes]
    call_command("api_key", admin.email, "--name=archive", *options, stdout=out)
    assert set(key_behind(out.getvalue().strip()).scopes) == set(scopes)


@pytest.mark.parametrize("email", ["nobody@example.org", "cleo@example.org"])
def test_the_command_says_what_is_wrong(creator, email):
    with pytest.raises(CommandError):
        call_command("api_key", email, "--name=x", "--scope=store:manifests")

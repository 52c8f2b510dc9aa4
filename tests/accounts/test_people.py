"""Who is who, and how they come in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.models import Person, Role
from accounts.services import create_demo_people

pytestmark = pytest.mark.django_db


def test_roles_decide_who_may_review(creator, moderator, admin):
    assert [p.may_review for p in (creator, moderator, admin)] == [False, True, True]


def test_who_is_locked_out_may_not_review(moderator):
    moderator.is_active = False
    assert not moderator.may_review


def test_a_name_for_show_never_is_the_address(creator):
    creator.display_name = ""
    assert creator.email not in str(creator)


def test_addresses_differ_in_more_than_case(creator):
    with pytest.raises(IntegrityError):
        Person.objects.create_user("CLEO@example.org", "password")


def test_demo_people_come_once_with_working_passwords():
    made = create_demo_people()
    assert {new.person.role for new in made} == set(Role.values)
    assert all(new.person.check_password(new.password) for new in made)
    assert create_demo_people() == []


def test_the_command_prints_passwords_once():
    first, second = StringIO(), StringIO()
    call_command("demo_people", stdout=first)
    call_command("demo_people", stdout=second)
    assert first.getvalue().count("@") == 3
    assert "@" not in second.getvalue()


def test_people_sign_in_by_address(client, creator):
    answer = client.post(
        "/accounts/login/", {"login": "Cleo@Example.org", "password": "a long enough password"}
    )
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(creator.pk)


def test_strangers_cannot_sign_up(client):
    client.post(
        "/accounts/signup/",
        {
            "email": "new@example.org",
            "password1": "a long enough password",
            "password2": "a long enough password",
        },
    )
    assert not Person.objects.filter(email="new@example.org").exists()


def test_the_command_lets_somebody_in():
    out = StringIO()
    call_command("person", "Nora@Example.org", role="moderator", name="Nora", stdout=out)
    role, email, password = out.getvalue().split()
    person = Person.objects.get(email=email)
    assert (role, email, str(person)) == ("moderator", "nora@example.org", "Nora")
    assert person.check_password(password)


@pytest.mark.parametrize("email", ["cleo@example.org", "no address"])
def test_the_command_says_what_is_wrong_with_an_address(creator, email):
    with pytest.raises(CommandError, match="address"):
        call_command("person", email)

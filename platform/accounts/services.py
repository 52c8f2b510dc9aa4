"""Making people."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Person, Role
from audit import services as audit
from config.errors import Conflict

DEMO = {
    Role.CREATOR: ("creator@kinemark.example", "Cleo Creator"),
    Role.MODERATOR: ("moderator@kinemark.example", "Milan Moderator"),
    Role.ADMIN: ("admin@kinemark.example", "Ada Administrator"),
}
"""The reserved domain: no letter to these people can reach anybody."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody just made, with the password that is shown once and kept nowhere."""

    person: Person
    password: str


def create_person(email: str, role: Role, name: str) -> NewPerson:
    """Somebody new, with a random password. Raises `Conflict` if the address is taken."""
    password = secrets.token_urlsafe(12)
    if Person.objects.filter(email=email.lower()).exists():
        raise Conflict(
            "accounts.address-taken",
            "Somebody with this address is there already.",
            "Choose another address.",
        )
    with transaction.atomic():
        person = Person.objects.create_user(email, password, role=role, display_name=name)
        audit.record("person.created", person, role=str(role))
    return NewPerson(person, password)


def create_demo_people() -> list[NewPerson]:
    """One person of each role; those who are there already stay as they are."""
    there = set(Person.objects.values_list("email", flat=True))
    return [
        create_person(email, role, name)
        for role, (email, name) in DEMO.items()
        if email not in there
    ]


def demo_creator() -> Person:
    """Who asks for the studio's first clip."""
    return Person.objects.get(email=DEMO[Role.CREATOR][0])

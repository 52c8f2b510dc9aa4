"""Making people."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Person, Role
from audit import services as audit

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


def create_demo_people() -> list[NewPerson]:
    """One person of each role; those who are there already stay as they are."""
    made = []
    for role, (email, name) in DEMO.items():
        if Person.objects.filter(email=email).exists():
            continue
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            person = Person.objects.create_user(email, password, role=role, display_name=name)
            audit.record("person.created", str(person.pk), role=str(role))
        made.append(NewPerson(person, password))
    return made


def demo_creator() -> Person:
    """Who asks for the studio's first clip."""
    return Person.objects.get(email=DEMO[Role.CREATOR][0])

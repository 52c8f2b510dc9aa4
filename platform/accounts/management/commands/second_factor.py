"""`manage.py second_factor EMAIL`: takes a lost second factor away; its owner sets up a new one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Person
from accounts.second_factor import take_away


class Command(BaseCommand):
    help = "Takes away the second factor of somebody who lost it. Make sure who is asking."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(email=options["email"].lower()).first()
        if person is None:
            raise CommandError("Nobody has this address.")
        if not take_away(person):
            raise CommandError("This person has no second factor.")
        self.stdout.write("Taken away. They sign in with their password and set up a new one.")

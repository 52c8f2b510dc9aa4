"""`manage.py person EMAIL`: lets somebody in; prints their password once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.models import Role
from accounts.services import create_person
from config.errors import Conflict


class Command(BaseCommand):
    help = "Makes an account and prints its password once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.CREATOR)
        parser.add_argument("--name", default="", help="the name that others see")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            new = create_person(options["email"], Role(options["role"]), options["name"])
        except ValidationError:
            raise CommandError("This is no e-mail address.") from None
        except Conflict as error:
            raise CommandError(f"{error.message} {error.advice}") from None
        self.stdout.write(f"{new.person.role}  {new.person.email}  {new.password}")

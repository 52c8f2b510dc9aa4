"""`manage.py api_key EMAIL --name … --scope …`: makes a key and prints it once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.api_keys import create_key
from accounts.models import Person, Scope
from config.errors import UserFault


class Command(BaseCommand):
    help = "Makes an API key for somebody and prints it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="what will use the key")
        parser.add_argument("--scope", action="append", choices=Scope.values, required=True)
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        owner = Person.objects.filter(email=options["email"].lower()).first()
        if owner is None:
            raise CommandError("Nobody has this address.")
        scopes = {Scope(value) for value in options["scope"]}
        try:
            new = create_key(owner, options["name"], scopes, options["days"])
        except UserFault as fault:
            raise CommandError(f"{fault.message} {fault.advice}") from None
        self.stdout.write(new.secret)

"""`manage.py demo_people`: one person of each role, passwords printed once."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import create_demo_people


class Command(BaseCommand):
    help = "Makes a creator, a moderator and an administrator; prints their passwords once."

    def handle(self, *args: Any, **options: Any) -> None:
        made = create_demo_people()
        for new in made:
            self.stdout.write(f"{new.person.role:<10} {new.person.email:<28} {new.password}")
        if not made:
            self.stdout.write("They are there already.")

"""`manage.py audit_verify`: is the audit log whole? Exit 0 if it is, 1 if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import verify_chain


class Command(BaseCommand):
    help = "Computes the audit chain again. Exit codes: 0 whole, 1 broken."

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain()
        if not report.ok:
            raise CommandError(f"The chain is broken at event {report.broken_at}.")
        self.stdout.write(f"The chain is whole: {report.events} events, head {report.head}.")

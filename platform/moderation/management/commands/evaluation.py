"""`manage.py evaluation PACK OUT`: runs a red-team pack against this studio's gate, and signs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.errors import explain
from jobs import engines, signing
from safety.evaluation import attest
from safety.redteam import load_pack, run


class Command(BaseCommand):
    help = "Runs a red-team pack and writes the outcome, signed with the key for reports."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pack", type=Path, help="a red-team pack")
        parser.add_argument("out", type=Path, help="where the signed evaluation goes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            signer = signing.reporter()
            pack = load_pack(options["pack"])
            outcome = run(pack, engines.prompt_gate())
            signed = attest(pack, outcome, timezone.now(), signer.chain, signer.sign)
            options["out"].write_text(signed + "\n", encoding="utf-8")
        except Exception as error:
            fault = explain(error)
            raise CommandError(f"{fault.message} {fault.advice}") from error
        right, total = sum(outcome.right.values()), sum(outcome.total.values())
        self.stdout.write(f"{right} of {total} as expected; policy {outcome.policy}")

"""A second factor beside the password: who must have one, and what happens to it.

The studio's own part; codes, their check and their limits are allauth's.
"""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from accounts.models import Person
from accounts.sealing import seal, unseal
from audit import services as audit


class SealedFactors(DefaultMFAAdapter):
    """Secrets lie sealed in the database, as prompts do."""

    def encrypt(self, text: str) -> str:
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode())


def must_set_up(person: Person) -> bool:
    """Whether somebody with power over others' clips has only a password so far."""
    return settings.SECOND_FACTOR and person.may_review and not is_mfa_enabled(person)


def take_away(person: Person) -> int:
    """Removes every second factor of somebody who lost them; says how many there were."""
    with transaction.atomic():
        removed, _each = Authenticator.objects.filter(user=person).delete()
        if removed:
            audit.record("factor.taken-away", person, factors=removed)
    return removed


@receiver(authenticator_added)
@receiver(authenticator_reset)
@receiver(authenticator_removed)
def noted(signal: object, user: Person, authenticator: Authenticator, **_more: object) -> None:
    action = "factor.removed" if signal is authenticator_removed else "factor.set-up"
    audit.record(action, user, user, kind=str(authenticator.type))

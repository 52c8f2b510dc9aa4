"""Adding and revoking consents, protecting people, and what follows for clips.

A revocation counts from its own transaction on. The clips then go one by one, each in a transaction
of its own; what a process that dies leaves behind is finished by the worker's sweep, which also
notices consents that have run out.
"""

from contextlib import suppress
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from accounts.models import Person
from audit import services as audit
from config.errors import Conflict, UserFault
from moderation import takedowns
from moderation.services import require_moderator
from rights import evidence, selectors
from rights.models import Consent, ProtectedPerson, Reliance
from safety import Finding
from safety.likeness import name_key
from studio.models import Clip, TakenDown


def add_consent(
    by: Person,
    subject: str,
    holder: Person | None,
    purpose: str,
    starts: datetime,
    ends: datetime | None,
    reference: str,
    document: UploadedFile | None = None,
) -> Consent:
    """Raises `Forbidden`; `UserFault` "rights.subject", "rights.dates", "rights.evidence-…"."""
    require_moderator(by)
    if ends and ends <= starts:
        raise UserFault(
            "rights.dates",
            "A consent cannot end before it starts.",
            "Choose a later end, or leave it empty.",
        )
    consent = Consent(
        subject=subject.strip(),
        subject_key=_key_of(subject),
        holder=holder,
        purpose=purpose.strip(),
        starts=starts,
        ends=ends,
        evidence=reference.strip(),
        file_name=(document.name or "document")[:120] if document else "",
        added_by=by,
    )
    if document:
        evidence.keep(consent, document)
    with transaction.atomic():
        consent.save(force_insert=True)
        audit.record("consent.added", consent, by, everybody=holder is None)
    return consent


def revoke(consent: Consent, by: Person) -> int:
    """Ends a consent now, and takes down what rests on it; how many clips rested on it directly.

    Raises `Forbidden`; `Conflict` "rights.already-revoked".
    """
    require_moderator(by)
    with transaction.atomic():
        row = Consent.objects.filter(pk=consent.pk, revoked_at=None)
        if row.update(revoked_at=now(), revoked_by=by) != 1:
            raise Conflict(
                "rights.already-revoked",
                "This consent is revoked already.",
                "There is nothing left to do.",
            )
        audit.record("consent.revoked", consent, by)
    return _let_go(Reliance.objects.filter(consent=consent, ended_at=None))


def sweep() -> int:
    """Takes down what rests on consents that are revoked or have run out; how many clips."""
    ended = Consent.objects.filter(selectors.over())
    return _let_go(Reliance.objects.filter(consent__in=ended, ended_at=None))


def rest_on_consents(clip: Clip) -> None:
    """Notes what a clip rests on that is being published, in the transaction that publishes it.

    Raises `UserFault` "rights.consent-gone" when a consent that let it pass is over meanwhile.
    """
    said = [each for screening in clip.job.screenings.all() for each in screening.findings]
    found = [Finding.from_dict(each) for each in said]
    subjects = {each.subject for each in found if each.subject}
    if not subjects:
        return
    valid = selectors.consents_for(subjects, clip.owner_id)
    covered = {each.subject_key for each in valid}
    if any(each.consent and name_key(each.subject) not in covered for each in found):
        raise UserFault(
            "rights.consent-gone",
            "A consent that this clip rests on was withdrawn, or has ended.",
            "Make a clip without the name, or show us a new consent.",
        )
    Reliance.objects.bulk_create(Reliance(clip=clip, consent=each) for each in valid)


def protect(by: Person, name: str, other_names: str = "") -> ProtectedPerson:
    """Raises `Forbidden`; `UserFault` "rights.subject"; `Conflict` "rights.protected-already"."""
    require_moderator(by)
    key = _key_of(name)
    if ProtectedPerson.objects.filter(key=key).exists():
        raise Conflict(
            "rights.protected-already",
            "This person is on the list already.",
            "Remove the entry first to change it.",
        )
    others = "\n".join(filter(None, map(str.strip, other_names.splitlines())))
    with transaction.atomic():
        person = ProtectedPerson.objects.create(
            name=name.strip(), key=key, other_names=others, added_by=by
        )
        audit.record("person.protected", person, by)
    return person


def unprotect(person: ProtectedPerson, by: Person) -> None:
    require_moderator(by)
    with transaction.atomic():
        audit.record("person.unprotected", person, by)
        person.delete()


def _let_go(reliances: QuerySet[Reliance]) -> int:
    several = reliances.select_related("clip", "consent__revoked_by")
    return sum(_end(reliance) for reliance in several)


def _end(reliance: Reliance) -> bool:
    """Ends one reliance: on to another consent for the same subject, or down with the clip."""
    consent, clip = reliance.consent, reliance.clip
    with transaction.atomic():
        row = Reliance.objects.filter(pk=reliance.pk, ended_at=None)
        if row.update(ended_at=now()) != 1:
            return False
        for other in selectors.consents_for([consent.subject], clip.owner_id):
            Reliance.objects.update_or_create(clip=clip, consent=other, defaults={"ended_at": None})
            audit.record("clip.other-consent", clip, consent=str(other.pk))
            return False
        with suppress(Conflict):  # down for this already
            takedowns.take_down(clip, TakenDown.CONSENT, consent.revoked_by)
    return True


def _key_of(name: str) -> str:
    key = name_key(name)
    if not key:
        raise UserFault(
            "rights.subject",
            "A name has letters or digits.",
            "Write the name of the person or the work.",
        )
    return key

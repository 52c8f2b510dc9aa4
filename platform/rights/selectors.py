"""What is known about consents."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import now

from moderation.takedowns import derived_from
from rights.models import ANY, EVERYBODY, Consent, ProtectedPerson, Reliance
from safety.likeness import Consent as Agreement
from safety.likeness import ConsentRegistry, name_key
from studio.models import Clip


def consents(about: str = "") -> QuerySet[Consent]:
    """All consents, newest first, or those whose subject or evidence has a text in it."""
    every = Consent.objects.select_related("holder", "added_by", "revoked_by")
    every = every.annotate(clips=Count("reliances")).order_by("-created_at")
    if not about.strip():
        return every
    key = name_key(about)
    named = Q(subject_key__contains=key) if key else Q()
    return every.filter(named | Q(evidence__icontains=about.strip()))


def over() -> Q:
    """Consents that are revoked or have ended, as a condition."""
    return Q(revoked_at__lte=now()) | Q(ends__lte=now())


def registry_of(subjects: Iterable[str]) -> ConsentRegistry:
    """What was agreed to about these subjects."""
    keys = {name_key(subject) for subject in subjects}
    rows = Consent.objects.filter(subject_key__in=keys)
    protected = ProtectedPerson.objects.filter(key__in=keys).values_list("name", flat=True)
    return ConsentRegistry([_agreement(row) for row in rows], protected)


def consents_for(subjects: Iterable[str], holder_id: UUID) -> list[Consent]:
    """One valid consent for each subject that has one, whatever its purpose."""
    wanted = set(subjects)
    registry = registry_of(wanted)
    found = [registry.consent_for(each, str(holder_id), None, now()) for each in wanted]
    return list(Consent.objects.filter(pk__in=[each.id for each in found if each]))


def names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every subject that the studio lists, with its spellings; those of ended consents too."""
    listed = {
        person.name: (person.name, *person.other_names.splitlines())
        for person in ProtectedPerson.objects.all()
    }
    agreed = Consent.objects.order_by("subject").values_list("subject", flat=True).distinct()
    return tuple(({subject: (subject,) for subject in agreed} | listed).items())


def resting_on(consent: Consent) -> list[Clip]:
    """Every published clip that goes with a consent: what rests on it, and what came of that."""
    direct = [each.clip for each in consent.reliances.filter(ended_at=None).select_related("clip")]
    reached = {clip.pk: clip for clip in direct}
    for clip in direct:
        reached |= {each.pk: each for each in derived_from(clip)}
    return [clip for clip in reached.values() if not clip.taken_down_at]


def reliances_of(clip: Clip) -> QuerySet[Reliance]:
    return clip.reliances.filter(ended_at=None).select_related("consent")


def _agreement(row: Consent) -> Agreement:
    return Agreement(
        id=str(row.pk),
        subject=row.subject,
        holder=str(row.holder_id) if row.holder_id else EVERYBODY,
        purpose=row.purpose or ANY,
        starts=row.starts,
        ends=row.ends,
        revoked=row.revoked_at,
    )

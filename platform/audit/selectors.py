"""Reading the audit log."""

from django.db.models import QuerySet

from audit.models import Event


def trail_of(*subjects: object) -> QuerySet[Event]:
    """Everything that happened to these (a job, its case, its clip), oldest first."""
    return Event.objects.filter(subject__in=[str(subject) for subject in subjects])

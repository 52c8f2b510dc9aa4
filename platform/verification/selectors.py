"""What anybody with its address may read."""

from django.utils.timezone import now

from verification.models import Report


def report_of(report_id: object) -> Report | None:
    """A report that has not expired."""
    return Report.objects.filter(pk=report_id, expires_at__gt=now()).first()

"""Which report an address shows, and what its visitor may do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from verification import selectors
from verification.models import Report, Share


@dataclass(frozen=True, slots=True)
class Shown:
    """A report under one of its addresses. Without a `share` the visitor may delete and share."""

    report: Report
    share: Share | None

    def address(self, name: str, *more: object) -> str:
        """Of another view of the same report, under the same kind of address."""
        if self.share:
            return reverse(f"verification:shared-{name}", args=[self.share.token, *more])
        return reverse(f"verification:{name}", args=[self.report.pk, *more])


View = Callable[..., HttpResponse]


def of_report(view: View) -> View:
    """Finds the report by its own address (`report_id`) or by a shared one (`token`)."""

    @wraps(view)
    def wrapped(
        request: HttpRequest,
        *args: Any,
        report_id: UUID | None = None,
        token: str = "",
        **kwargs: Any,
    ) -> HttpResponse:
        return view(request, _shown(report_id, token), *args, **kwargs)

    return wrapped


def _shown(report_id: UUID | None, token: str) -> Shown:
    if report_id is not None:
        found = selectors.report_of(report_id)
        if found is None:
            raise Http404
        return Shown(found, None)
    shares = Share.objects.select_related("report")
    share = shares.filter(token=token, expires_at__gt=now(), report__expires_at__gt=now()).first()
    if share is None:
        raise Http404
    return Shown(share.report, share)

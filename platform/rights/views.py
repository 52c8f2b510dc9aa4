"""Pages of the consent registry, for moderators and administrators."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.errors import UserFault
from moderation.access import moderators_only
from rights import evidence, selectors, services
from rights.forms import ConsentForm, ProtectedForm
from rights.models import Consent, ProtectedPerson

ROWS = 25


@moderators_only
@require_GET
def consents(request: HttpRequest) -> HttpResponse:
    about = request.GET.get("q", "")
    page = Paginator(selectors.consents(about), ROWS).get_page(request.GET.get("page"))
    return render(request, "rights/consents.html", {"area": "review", "page": page, "q": about})


@moderators_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ConsentForm(*posted)
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            added = services.add_consent(
                request.user,
                subject=given["subject"],
                holder=given["holder"],
                purpose=given["purpose"],
                starts=given["starts"],
                ends=given["ends"],
                reference=given["evidence"],
                document=given["document"],
            )
            return redirect("rights:consent", added.pk)
        except UserFault as fault:
            form.add_error(None, ValidationError(f"{fault.message} {fault.advice}", fault.code))
    status = 422 if form.errors else 200
    return render(request, "rights/new.html", {"area": "review", "form": form}, status=status)


@moderators_only
@require_GET
def consent(request: HttpRequest, consent_id: object) -> HttpResponse:
    found = _consent(consent_id)
    context = {"area": "review", "consent": found, "clips": selectors.resting_on(found)}
    return render(request, "rights/consent.html", context)


@moderators_only
@require_POST
def revoke(request: HttpRequest, consent_id: object) -> HttpResponse:
    found = _consent(consent_id)
    if "sure" not in request.POST:
        messages.warning(request, _("Tick the box to revoke the consent."))
        return redirect("rights:consent", found.pk)
    try:
        count = services.revoke(found, request.user)
        told = ngettext(
            "Revoked. %(n)d clip that rested on it is down, with what was made from it.",
            "Revoked. %(n)d clips that rested on it are down, with what was made from them.",
            count,
        )
        messages.success(request, told % {"n": count})
    except UserFault as fault:
        messages.warning(request, f"{fault.message} {fault.advice}")
    return redirect("rights:consent", found.pk)


@moderators_only
@require_GET
def document(request: HttpRequest, consent_id: object) -> HttpResponse:
    """Always a download of bytes that no browser interprets."""
    found = _consent(consent_id)
    content = evidence.content_of(found)
    if content is None:
        raise Http404
    response = HttpResponse(content, "application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="consent-{found.pk}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@moderators_only
@require_http_methods(["GET", "POST"])
def protected(request: HttpRequest) -> HttpResponse:
    form = ProtectedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.protect(request.user, **form.cleaned_data)
            return redirect("rights:protected")
        except UserFault as fault:
            form.add_error("name", ValidationError(f"{fault.message} {fault.advice}", fault.code))
    context = {"area": "review", "form": form, "people": ProtectedPerson.objects.all()}
    return render(request, "rights/protected.html", context, status=422 if form.errors else 200)


@moderators_only
@require_POST
def unprotect(request: HttpRequest, person_id: int) -> HttpResponse:
    services.unprotect(get_object_or_404(ProtectedPerson, pk=person_id), request.user)
    messages.success(request, _("Removed from the list."))
    return redirect("rights:protected")


def _consent(consent_id: object) -> Consent:
    return get_object_or_404(selectors.consents(), pk=consent_id)

"""A small live picture that other sites show beside a clip. It turns when the clip does."""

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from registry.credentials import panel_of
from registry.selectors import why_taken_down
from studio.models import Clip

_LEAST_WIDTH = 280
_BESIDE_TEXT = 124
FRESH_SECONDS = 300
"""How long a browser may show a badge without asking again."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What it says: `tone` is yes, partly or no, and never says it alone."""

    line: str
    detail: str
    tone: str

    @property
    def width(self) -> int:
        """Pixels; six for each character of the lower line are enough in any of the fonts."""
        return max(_LEAST_WIDTH, _BESIDE_TEXT + 6 * len(self.detail))

    @property
    def whole(self) -> str:
        return f"{self.line}: {self.detail}"


def badge_of(clip: Clip | None) -> Badge:
    """Read anew from the clip's row and its file, each time."""
    if clip is None:
        return Badge(_("No record"), _("this studio has no such clip"), "no")
    if clip.taken_down_at is not None:
        reason = why_taken_down(clip.taken_down_reason)
        return Badge(_("Taken down"), reason or _("this clip is no longer published"), "no")
    panel = panel_of(clip)
    if panel.tag.tone == "yes":
        return Badge(_("Made with AI"), _("signed, and on record"), "yes")
    if panel.tag.tone == "partly":
        return Badge(_("Made with AI"), _("on record; test certificate"), "partly")
    return Badge(panel.tag.word, _("ask the studio before you rely on it"), "no")


@require_safe
def svg(request: HttpRequest, clip_id: object) -> HttpResponse:
    """The badge as a picture, for any site."""
    clip = Clip.objects.filter(pk=clip_id).select_related("job").first()
    body = render_to_string("verification/badge.svg", {"badge": badge_of(clip)})
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="image/svg+xml", status=200 if clip else 404)
    # As a document of its own it may do nothing; as a picture it may be shown anywhere.
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={FRESH_SECONDS}, must-revalidate"
    response["ETag"] = etag
    if clip is None:
        return response
    return get_conditional_response(request, etag=etag, response=response) or response

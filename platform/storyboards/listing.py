"""Somebody's storyboards, as cards."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from config.pages import Tag
from storyboards import selectors
from storyboards.models import Storyboard
from studio.progress import job_tag

CARDS = 12


@dataclass(frozen=True, slots=True)
class Card:
    storyboard: Storyboard
    url: str
    poster: str
    title: str
    tag: Tag
    shots: str


def page_of_storyboards(owner: Person, number: str | None) -> Page:
    """Newest first, `CARDS` a page; `object_list` holds cards."""
    page = Paginator(selectors.storyboards_of(owner), CARDS).get_page(number)
    page.object_list = [_card(storyboard) for storyboard in page.object_list]
    return page


def _card(storyboard: Storyboard) -> Card:
    draft = selectors.draft_of(storyboard)
    job = storyboard.job
    clip = getattr(job, "clip", None)
    shown = clip if clip and not clip.taken_down_at else None
    url = reverse("storyboards:board", args=[storyboard.pk])
    if shown:
        url = reverse("studio:clip", args=[shown.pk])
    titles = (shot.prompt.strip() for shot in draft.shots)
    count = len(draft.shots)
    return Card(
        storyboard=storyboard,
        url=url,
        poster=reverse("registry:poster", args=[shown.pk]) if shown else "",
        title=next((title for title in titles if title), _("Nothing written yet")),
        tag=job_tag(job) if job else Tag(_("Draft"), "quiet", "film"),
        shots=ngettext("%(n)d shot", "%(n)d shots", count) % {"n": count},
    )

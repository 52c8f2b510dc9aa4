"""A creator's clips and jobs, as cards."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.urls import reverse

from accounts.models import Person
from config.pages import Tag
from jobs.models import Job
from studio import selectors, services
from studio.progress import job_tag, progress_of

CARDS = 12


@dataclass(frozen=True, slots=True)
class Card:
    """One job, or the clip it became."""

    url: str
    prompt: str
    tag: Tag
    poster: str
    sentence: str
    job: Job


def page_of_work(owner: Person, number: str | None) -> Page:
    """Newest first, `CARDS` a page; `object_list` holds cards."""
    page = Paginator(selectors.jobs_of(owner), CARDS).get_page(number)
    page.object_list = [_card(job) for job in page.object_list]
    return page


def _card(job: Job) -> Card:
    clip = getattr(job, "clip", None)
    if clip and not clip.taken_down_at:
        url = reverse("studio:clip", args=[clip.pk])
        poster = reverse("registry:poster", args=[clip.pk])
    else:
        url, poster = reverse("studio:job", args=[job.pk]), ""
    return Card(
        url=url,
        prompt=services.prompt_of(job.shot),
        tag=job_tag(job),
        poster=poster,
        sentence=progress_of(job).sentence,
        job=job,
    )

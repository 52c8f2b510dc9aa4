"""A clip as its owner sees it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from config.pages import Tag
from generation import GenerationError
from registry.credentials import Panel, panel_of
from rights.models import Reliance
from rights.selectors import reliances_of
from safety import Finding, explained
from storyboards.clip_page import BoardRecipe, board_recipe
from studio import services
from studio.check import FindingView, decision_tag, views_of
from studio.lineage import Node, family_of
from studio.models import Clip
from studio.quality_page import QualityView, quality_view
from studio.selectors import limits
from studio.ways import Offer, offers


@dataclass(frozen=True, slots=True)
class Screened:
    """What one gate said, and what became of it."""

    gate: str
    tag: Tag
    findings: list[FindingView]
    policy_version: str


@dataclass(frozen=True, slots=True)
class ClipView:
    clip: Clip
    prompt: str
    panel: Panel
    screened: list[Screened]
    public_url: str
    quality: QualityView | None
    storyboard: BoardRecipe | None
    negative: str
    offers: list[Offer]
    family: Node | None
    compare: bool
    reliances: list[Reliance]


def clip_view(clip: Clip, request: HttpRequest) -> ClipView:
    family = family_of(clip)
    return ClipView(
        clip=clip,
        prompt=services.prompt_of(clip.job.shot),
        panel=panel_of(clip),
        screened=[
            Screened(
                gate=screening.get_gate_display(),
                tag=decision_tag(screening.decision),
                findings=views_of(shown_findings(screening.findings)),
                policy_version=screening.policy_version,
            )
            for screening in clip.job.screenings.all()
        ],
        public_url=request.build_absolute_uri(reverse("registry:clip", args=[clip.pk])),
        quality=quality_view(clip.job.generation.get("quality")),
        storyboard=board_recipe(clip.job),
        negative=services.negative_of(clip.job.shot),
        offers=_offers(clip, request),
        family=family if family.children else None,
        compare=sum(bool(node.clip) for node in family.walk()) > 1,
        reliances=list(reliances_of(clip)),
    )


def _offers(clip: Clip, request: HttpRequest) -> list[Offer]:
    """Nothing while there is no generator: the clip can still be looked at."""
    try:
        return offers(request.user, clip, limits())
    except GenerationError:
        return []


def shown_findings(stored: list[dict[str, object]]) -> list[Finding]:
    """Of stored findings those that a creator is told."""
    return explained(Finding.from_dict(each) for each in stored)

"""Where a clip comes from and what came of it, as a tree of its owner's own clips."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from config.pages import Tag
from generation import parse
from jobs.models import Job
from studio import services
from studio.check import SLOT_WORDS
from studio.models import Clip, Shot, Way
from studio.progress import job_tag

MOST = 60
"""Clips that a tree shows."""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the parent: in which part, and how it reads now."""

    part: str
    now: str


@dataclass(slots=True)
class Node:
    """One clip of the tree, or the job that is to become it."""

    job: Job
    clip: Clip | None
    url: str
    poster: str
    way: str
    changes: list[Change]
    tag: Tag | None
    here: bool
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


def family_of(clip: Clip) -> Node:
    """The tree that a clip belongs to, from the oldest of its owner's clips in it."""
    root, seen = clip, {clip.pk}
    while (up := root.job.shot.parent) and up.owner_id == clip.owner_id and up.pk not in seen:
        root = up
        seen.add(up.pk)
    top = _node(root.job, None, clip)
    level, shown = [top], 1
    while level:
        level = [child for node in level for child in _grow(node, clip)]
        shown += len(level)
        if shown >= MOST:
            break
    return top


def others_of(clip: Clip) -> list[Clip]:
    """The published rest of the family, the nearest first: children, siblings, parent."""
    nodes = [node for node in family_of(clip).walk() if node.clip and not node.here]
    parent = clip.job.shot.parent_id
    near = {clip.pk: 0, parent: 1}
    nodes.sort(key=lambda node: near.get(node.job.shot.parent_id, 3 - (node.clip.pk == parent)))
    return [node.clip for node in nodes if node.clip]


def changes(shot: Shot, before: Shot) -> list[Change]:
    """What somebody changed from one shot to the next, slot by slot."""
    card, old = parse(services.prompt_of(shot)), parse(services.prompt_of(before))
    found = [
        Change(str(word), getattr(card, name) or "–")
        for name, (word, _hint) in SLOT_WORDS.items()
        if getattr(card, name) != getattr(old, name)
    ]
    if services.negative_of(shot) != services.negative_of(before):
        found.append(Change(_("Not to be seen"), services.negative_of(shot) or "–"))
    for name, word in (("style", _("Preset")), ("aspect", _("Format")), ("tier", _("Quality"))):
        if getattr(shot, name) != getattr(before, name):
            found.append(Change(word, getattr(shot, name) or "–"))
    if shot.seconds != before.seconds and shot.way not in {Way.EXTEND, Way.REMIX}:
        found.append(Change(_("Seconds"), f"{shot.seconds:g}"))
    if shot.way in {Way.VARIATION, Way.TAKE} and _seed(shot) != _seed(before):
        found.append(Change(_("Seed"), str(_seed(shot))))
    return found


def _seed(shot: Shot) -> int:
    return int(shot.job.generation.get("seed", shot.seed))


def _grow(node: Node, here: Clip) -> list[Node]:
    if node.clip is None:
        return []
    came = Job.objects.filter(shot__parent=node.clip, owner_id=here.owner_id)
    jobs = came.select_related("shot", "clip").order_by("created_at")[:MOST]
    node.children = [_node(job, node.job.shot, here) for job in jobs]
    return node.children


def _node(job: Job, before: Shot | None, here: Clip) -> Node:
    clip = getattr(job, "clip", None)
    if clip and clip.taken_down_at:
        clip = None
    return Node(
        job=job,
        clip=clip,
        url=reverse("studio:clip" if clip else "studio:job", args=[clip.pk if clip else job.pk]),
        poster=reverse("registry:poster", args=[clip.pk]) if clip else "",
        way=str(Way(job.shot.way).label),
        changes=changes(job.shot, before) if before else [],
        tag=None if clip else job_tag(job),
        here=bool(clip and clip.pk == here.pk),
    )

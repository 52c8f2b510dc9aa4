"""What a shot starts from: nothing, a picture, or a clip that is there already."""

from dataclasses import dataclass

from accounts.models import Person
from config.errors import Forbidden, UserFault
from generation import Ability
from jobs import masters
from studio.models import Clip, Picture, Shot, Way
from studio.pictures import key_of, picture_for

NEEDS = {Way.LOOP: Ability.LOOP, Way.REMIX: Ability.RESTYLE, Way.EXTEND: Ability.CONTINUE}
"""What the model must be able to do for it."""
FROM_FRAMES = frozenset({Way.REMIX, Way.EXTEND})
"""Made from the parent's frames; the others from its recipe, which only its owner may know."""
MOST_SECONDS = 60.0
"""The longest that a clip can become by being carried on."""


@dataclass(frozen=True, slots=True)
class Origin:
    way: Way = Way.NEW
    parent: Clip | None = None
    picture: Picture | None = None


FROM_NOTHING = Origin()


def origin_of(person: Person, way: str, clip_id: str, picture_id: str) -> Origin:
    """What somebody wants to start from, if they may.

    Raises `UserFault`: studio.way, studio.parent-gone, -parent-without-frames, studio.picture-gone;
    `Forbidden` "studio.parent-not-yours".
    """
    if (way or Way.NEW) not in Way.values:
        raise UserFault(
            "studio.way", "Clips cannot be made in this way.", "Start again from the studio's page."
        )
    chosen = Way(way or Way.NEW)
    parent = None if chosen is Way.NEW else parent_for(person, chosen, clip_id)
    return Origin(chosen, parent, _picture(person, picture_id) if picture_id else None)


def parent_for(person: Person, way: Way, clip_id: str) -> Clip:
    """A clip to build on: one's own; for its frames alone, any published one."""
    clip = Clip.objects.filter(pk=key_of(clip_id)).select_related("job__shot").first()
    clip = standing(clip)
    if way in FROM_FRAMES:
        require_frames(clip)
    elif clip.owner_id != person.pk:
        raise Forbidden(
            "studio.parent-not-yours",
            "The recipe of somebody else's clip is theirs alone.",
            "Remix or extend the clip instead.",
        )
    elif clip.job.shot.way in FROM_FRAMES or "storyboard" in clip.job.generation:
        raise UserFault(
            "studio.parent-not-single",
            "This clip was not made from one prompt alone.",
            "Start again from the clip, or the storyboard, that it came of.",
        )
    return clip


def parent_of(shot: Shot) -> Clip:
    """The parent that a shot is made from, as long as it may be used. Raises `UserFault`."""
    return standing(shot.parent)


def standing(clip: Clip | None) -> Clip:
    """The clip, if it is published and was not taken down. Raises `UserFault`."""
    if clip is None or clip.taken_down_at:
        raise UserFault(
            "studio.parent-gone",
            "The clip to build on is not there, or it was taken down.",
            "Choose another clip.",
        )
    return clip


def require_frames(clip: Clip) -> None:
    """Raises `UserFault` for a clip whose unmarked frames were not kept."""
    if not masters.path_of(clip.pk).exists():
        raise UserFault(
            "studio.parent-without-frames",
            "The studio did not keep the frames of this clip, so nothing can be made from them.",
            "Make another take of it, and build on that.",
        )


def _picture(person: Person, picture_id: str) -> Picture:
    found = picture_for(person, picture_id)
    if found is None:
        raise UserFault(
            "studio.picture-gone",
            "The picture is not in the studio any more.",
            "Choose the file again.",
        )
    return found

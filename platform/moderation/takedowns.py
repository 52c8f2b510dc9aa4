"""Taking published clips down and putting them back: the only code that writes either.

A clip is down as long as any ground for it stands. Where a reason concerns what is seen rather than
this one clip (somebody's likeness, somebody's work, an order), it is a ground for every clip that
was made from it as well, and nothing new is published from it.
"""

from collections.abc import Iterator
from functools import partial

from django.db import transaction
from django.utils.timezone import now

from accounts.models import Person
from audit import services as audit
from config.errors import Conflict, Forbidden, UserFault
from moderation.models import Statement, Takedown
from moderation.services import REDRESS, require_moderator
from registry import export
from registry.models import Record
from studio.models import Clip, Shot, TakenDown

REACHES_DERIVED = frozenset(
    {
        TakenDown.CONSENT,
        TakenDown.LIKENESS,
        TakenDown.INTIMATE,
        TakenDown.RIGHTS,
        TakenDown.ORDER,
    }
)
LOOKED_AT = "Your published clip was looked at again."
CONSENT_GONE = "A consent that your clip rested on was withdrawn, or has ended."
DERIVED = "Your clip was made from one that was taken down for this reason."
SCOPE = "Nobody can see it here any more, in any country, unless this decision is changed."


def take_down(clip: Clip, reason: str, by: Person | None, note: str = "") -> Takedown:
    """Unpublishes a clip and, where the reason reaches them, all clips that were made from it.

    All of them or none; each is audited, each creator told. `by` is None for the studio itself.

    Raises `UserFault` "moderation.takedown-reason" for no reason of `TakenDown`; `Forbidden` for
    who may not; `Conflict` "moderation.already-down" if it is down for this reason.
    """
    if reason not in TakenDown.values:
        raise UserFault(
            "moderation.takedown-reason",
            "A clip is taken down for a reason.",
            "Choose the reason from the list.",
        )
    chosen = TakenDown(reason)
    _require_right(clip, chosen, by)
    with transaction.atomic():
        ground = _take(clip, chosen, by, note)
        if ground is None:
            raise Conflict(
                "moderation.already-down",
                "This clip is down for this reason already.",
                "There is nothing left to do.",
            )
        if chosen in REACHES_DERIVED:
            for child in derived_from(clip):
                _take(child, chosen, by, "", cause=ground)
    return ground


def withdraw(clip: Clip, owner: Person) -> Takedown:
    """Takes a clip down because its creator wants so. Raises as `take_down`."""
    return take_down(clip, TakenDown.WITHDRAWN, owner)


def lift(ground: Takedown, by: Person) -> None:
    """Takes a ground back, here and for the clips that it reached. A clip for which no other stands
    is published again.

    Raises `Forbidden`; `Conflict` "moderation.ground-lifted"; `UserFault` "moderation.parent-down"
    for a ground that came from another clip.
    """
    require_moderator(by)
    if ground.cause_id:
        raise UserFault(
            "moderation.parent-down",
            "This clip is down because the one that it was made from is.",
            "Look at that clip first.",
        )
    with transaction.atomic():
        if Takedown.objects.filter(pk=ground.pk, lifted_at=None).update(lifted_at=now()) != 1:
            raise Conflict(
                "moderation.ground-lifted",
                "Somebody has taken this back already.",
                "There is nothing left to do.",
            )
        ground.effects.update(lifted_at=now())
        for each in (ground, *ground.effects.select_related("clip")):
            audit.record("clip.ground-lifted", each.clip, by, reason=each.reason)
            _settle(each.clip)


def derived_from(clip: Clip) -> Iterator[Clip]:
    """Every clip that was made from this one, directly or not, generation after generation.

    The next generation is read only when the one before was handed out, and so could be locked.
    """
    parents, seen = {clip.pk}, {clip.pk}
    while parents:
        made = Clip.objects.filter(job__shot__parent__in=parents).exclude(pk__in=seen)
        children = list(made.order_by("published_at"))
        parents = {child.pk for child in children}
        seen |= parents
        yield from children


def require_parent_stands(shot: Shot) -> None:
    """Locks the parent of a shot until the end of the transaction.

    Raises `UserFault` "studio.parent-gone" if it is down for a reason that reaches what is made
    from it.
    """
    parent = Clip.objects.select_for_update().filter(pk=shot.parent_id).first()
    if parent and parent.taken_down_reason in REACHES_DERIVED:
        raise UserFault(
            "studio.parent-gone",
            "The clip that this one is made from was taken down.",
            "Make a clip from something else.",
        )


def _require_right(clip: Clip, reason: TakenDown, by: Person | None) -> None:
    if by is None or (reason is TakenDown.WITHDRAWN and clip.owner_id == by.pk):
        return
    if reason is TakenDown.WITHDRAWN:
        raise Forbidden(
            "moderation.not-its-creator",
            "Only its creator can withdraw a clip.",
            "Choose the reason for which you take it down.",
        )
    require_moderator(by)


def _take(
    clip: Clip, reason: TakenDown, by: Person | None, note: str, cause: Takedown | None = None
) -> Takedown | None:
    """One ground for one clip; None if the same stands already."""
    Clip.objects.select_for_update().get(pk=clip.pk)
    if Takedown.objects.filter(clip=clip, reason=reason, cause=cause, lifted_at=None).exists():
        return None
    ground = Takedown.objects.create(
        clip=clip,
        reason=reason,
        by=by,
        note=note,
        cause=cause,
        statement=_statement(clip, reason, by, cause),
    )
    because = {"because_of": str(cause.clip_id)} if cause else {}
    audit.record("clip.taken-down", clip, by, reason=str(reason), **because)
    _settle(clip)
    return ground


def _settle(clip: Clip) -> None:
    """Down since its first standing ground, for the one that reaches furthest; else published."""
    grounds = list(Takedown.objects.filter(clip=clip, lifted_at=None))
    since = grounds[0].created_at if grounds else None
    reasons = [ground.reason for ground in grounds]
    reason = next((each for each in reasons if each in REACHES_DERIVED), (reasons or [""])[0])
    Clip.objects.filter(pk=clip.pk).update(taken_down_at=since, taken_down_reason=reason)
    clip.taken_down_at, clip.taken_down_reason = since, reason
    for record in Record.objects.filter(clip=clip).select_related("clip"):
        transaction.on_commit(partial(export.write, record))


def _statement(
    clip: Clip, reason: TakenDown, by: Person | None, cause: Takedown | None
) -> Statement | None:
    if reason is TakenDown.WITHDRAWN:
        return None
    own = CONSENT_GONE if reason is TakenDown.CONSENT else LOOKED_AT
    who = "A person decided this." if by else "A program decided this."
    return Statement.objects.create(
        job_id=clip.job_id,
        facts=f"{DERIVED if cause else own} {SCOPE} {who}",
        ground=str(reason.label),
        automated=by is None,
        redress=REDRESS,
    )

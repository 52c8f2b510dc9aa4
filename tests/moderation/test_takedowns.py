"""A published clip goes for a reason, with what it reaches; and comes back when none stands."""

import pytest
from django.utils.timezone import now

from audit.models import Event
from audit.services import verify_chain
from config.errors import Conflict, Forbidden, UserFault
from jobs.models import State
from moderation import takedowns
from moderation.models import Statement, Takedown
from moderation.selectors import clips, statement_of
from provenance import FolderRegistry
from studio.models import Clip, Shot, TakenDown
from tests.making import make_job
from tests.web.conftest import make_clip


@pytest.fixture
def clip(creator, settings) -> Clip:
    return make_clip(creator, settings.PUBLIC_DIR)


@pytest.fixture
def remix(clip, stranger, settings) -> Clip:
    return _child(clip, stranger, settings)


@pytest.fixture
def extension(remix, creator, settings) -> Clip:
    """Made from the remix: a grandchild."""
    return _child(remix, creator, settings)


def _child(parent: Clip, owner, settings) -> Clip:
    made = make_clip(owner, settings.PUBLIC_DIR)
    Shot.objects.filter(pk=made.job.shot_id).update(parent=parent, way="remix")
    return made


def reasons(*some: Clip) -> list[str]:
    return [Clip.objects.get(pk=each.pk).taken_down_reason for each in some]


def test_a_clip_goes_with_its_reason(clip, moderator):
    takedowns.take_down(clip, TakenDown.POLICY, moderator)
    found = Clip.objects.get(pk=clip.pk)
    assert (found.taken_down_reason, found.taken_down_at is None) == ("policy", False)


def test_the_offline_copy_of_its_record_says_so_too(
    clip, moderator, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        takedowns.take_down(clip, TakenDown.POLICY, moderator)
    exported = FolderRegistry(settings.REGISTRY_DIR).find(clip.record.mark_id)
    assert exported.taken_down


def test_its_creator_is_told_the_facts_the_ground_the_scope_and_what_to_do(clip, moderator):
    takedowns.take_down(clip, TakenDown.LIKENESS, moderator, "the neighbour wrote")
    told = statement_of(clip.job_id)
    assert told.ground == "Shows a real person without consent"
    assert not told.automated
    for words in ("looked at again", "in any country", "unless this decision is changed"):
        assert words in told.facts
    assert "within six months" in told.redress
    assert "neighbour" not in told.facts + told.ground + told.redress


@pytest.mark.parametrize("reason", sorted(takedowns.REACHES_DERIVED))
def test_what_concerns_the_picture_reaches_all_that_was_made_of_it(
    reason, clip, remix, extension, moderator
):
    takedowns.take_down(clip, reason, moderator)
    assert reasons(clip, remix, extension) == [reason] * 3
    assert Statement.objects.get(job=extension.job_id).facts.startswith(takedowns.DERIVED)


def test_what_concerns_one_clip_reaches_no_other(clip, remix, moderator):
    takedowns.take_down(clip, TakenDown.POLICY, moderator)
    assert reasons(clip, remix) == ["policy", ""]


def test_a_clip_above_it_stays(clip, remix, moderator):
    takedowns.take_down(remix, TakenDown.ORDER, moderator)
    assert reasons(clip, remix) == ["", "order"]


def test_all_or_none(clip, remix, moderator, monkeypatch):
    record = takedowns.audit.record

    def breaks_at_the_second(action, subject, *args, **kwargs):
        if subject.pk == remix.pk:
            raise OSError("the audit log cannot be written")
        return record(action, subject, *args, **kwargs)

    monkeypatch.setattr("moderation.takedowns.audit.record", breaks_at_the_second)
    with pytest.raises(OSError, match="audit"):
        takedowns.take_down(clip, TakenDown.RIGHTS, moderator)
    assert reasons(clip, remix) == ["", ""]
    assert not Takedown.objects.exists()
    assert not Statement.objects.exists()


def test_every_clip_is_audited_without_the_note(clip, remix, moderator):
    takedowns.take_down(clip, TakenDown.INTIMATE, moderator, "a sad letter")
    events = list(Event.objects.filter(action="clip.taken-down"))
    assert [event.subject for event in events] == [str(clip.pk), str(remix.pk)]
    assert events[1].details["because_of"] == str(clip.pk)
    assert "sad" not in str([event.details for event in events])
    assert verify_chain().ok


def test_creators_take_nothing_down_but_their_own(clip, creator, stranger, moderator):
    with pytest.raises(Forbidden):
        takedowns.take_down(clip, TakenDown.POLICY, creator)
    for person in (stranger, moderator):
        with pytest.raises(Forbidden) as fault:
            takedowns.withdraw(clip, person)
        assert fault.value.code == "moderation.not-its-creator"
    takedowns.withdraw(clip, creator)
    assert reasons(clip) == ["withdrawn"]
    assert statement_of(clip.job_id) is None


@pytest.mark.parametrize("reason", ["", "a whim"])
def test_no_reason_no_takedown(clip, moderator, reason):
    with pytest.raises(UserFault) as fault:
        takedowns.take_down(clip, reason, moderator)
    assert fault.value.code == "moderation.takedown-reason"


def test_the_same_reason_stands_once(clip, moderator):
    takedowns.take_down(clip, TakenDown.POLICY, moderator)
    with pytest.raises(Conflict) as fault:
        takedowns.take_down(clip, TakenDown.POLICY, moderator)
    assert fault.value.code == "moderation.already-down"


def test_what_its_creator_withdrew_can_still_be_reached(clip, remix, creator, moderator):
    takedowns.withdraw(clip, creator)
    takedowns.take_down(clip, TakenDown.INTIMATE, moderator)
    assert reasons(clip, remix) == ["intimate", "intimate"]


def test_a_ground_taken_back_brings_everything_back(clip, remix, extension, moderator):
    ground = takedowns.take_down(clip, TakenDown.RIGHTS, moderator)
    takedowns.lift(ground, moderator)
    assert reasons(clip, remix, extension) == ["", "", ""]
    assert Clip.objects.filter(taken_down_at=None).count() == 3
    assert statement_of(remix.job_id) is None
    assert Event.objects.filter(action="clip.ground-lifted").count() == 3


def test_a_clip_stays_down_while_another_ground_stands(clip, creator, moderator):
    takedowns.withdraw(clip, creator)
    ground = takedowns.take_down(clip, TakenDown.RIGHTS, moderator)
    takedowns.lift(ground, moderator)
    assert reasons(clip) == ["withdrawn"]


def test_a_ground_is_taken_back_where_it_came_from_and_once(clip, remix, creator, moderator):
    ground = takedowns.take_down(clip, TakenDown.RIGHTS, moderator)
    with pytest.raises(UserFault) as fault:
        takedowns.lift(remix.takedowns.get(), moderator)
    assert fault.value.code == "moderation.parent-down"
    with pytest.raises(Forbidden):
        takedowns.lift(ground, creator)
    takedowns.lift(ground, moderator)
    with pytest.raises(Conflict):
        takedowns.lift(ground, moderator)


def test_nothing_new_comes_of_a_clip_that_is_down_for_what_it_shows(clip, creator, moderator):
    shot = make_job(creator, State.MARKING).shot
    Shot.objects.filter(pk=shot.pk).update(parent=clip)
    shot.refresh_from_db()
    ground = takedowns.take_down(clip, TakenDown.POLICY, moderator)
    takedowns.require_parent_stands(shot)
    takedowns.lift(ground, moderator)
    takedowns.take_down(clip, TakenDown.LIKENESS, moderator)
    with pytest.raises(UserFault) as fault:
        takedowns.require_parent_stands(shot)
    assert fault.value.code == "studio.parent-gone"


def test_a_clip_is_found_by_what_people_have_of_it(clip, remix):
    for named in (
        f"see https://studio.example/c/{clip.pk}/ please",
        str(clip.pk),
        f"mark {clip.mark_hex}",
        clip.mark_hex.upper(),
        str(clip.job_id),
    ):
        assert list(clips(named)) == [clip]
    assert not clips("a cat")
    assert clips().count() == 2


def test_statements_before_are_kept(clip, moderator):
    Statement.objects.create(job=clip.job, facts="f", ground="g", automated=True, redress="r")
    ground = takedowns.take_down(clip, TakenDown.POLICY, moderator)
    assert statement_of(clip.job_id) == ground.statement
    assert Statement.objects.filter(created_at__lte=now()).count() == 2

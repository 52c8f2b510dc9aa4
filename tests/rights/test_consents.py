"""A consent lets a name pass for whom it covers; when it is over, what rests on it goes."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from audit.models import Event
from config.errors import Conflict, Forbidden, UserFault
from jobs import engines, pipeline, queue
from jobs.models import Gate, Screening, State
from moderation.models import Statement
from rights import screening, selectors, services
from rights.models import Consent, ProtectedPerson, Reliance
from safety import Decision, PromptGate
from safety.likeness import Use, affected
from studio.models import Clip, Shot
from tests.gates import Says, deciding
from tests.making import make_job
from tests.web.conftest import finding, make_clip, screen

NAME = "Zoë Adler"
PROMPT = "zoe adler dances in the rain"


@pytest.fixture
def agree(moderator):
    """Adds a consent; everybody's, for anything, from yesterday on, unless said otherwise."""

    def add(subject=NAME, holder=None, purpose="", ends=None, days=1) -> Consent:
        begin = now() - timedelta(days=days)
        return services.add_consent(moderator, subject, holder, purpose, begin, ends, "contract 7")

    return add


def decision(person, text=PROMPT) -> Decision:
    gate = screening.with_names(PromptGate(None, [Says(Decision.ALLOW)]))
    return screening.settled(gate.screen(text), person.pk).decision


def resting(owner, settings, *names: str) -> Clip:
    """A clip in the middle of its publication, after a screening that found these names."""
    clip = make_clip(owner, settings.PUBLIC_DIR)
    found = [finding(subject=name, decision="review") for name in names]
    screen(clip.job, Gate.PROMPT, "review", *found)
    services.rest_on_consents(clip)
    return clip


def remix(parent: Clip, owner, settings) -> Clip:
    made = make_clip(owner, settings.PUBLIC_DIR)
    Shot.objects.filter(pk=made.job.shot_id).update(parent=parent, way="remix")
    return made


def reasons(*some: Clip) -> list[str]:
    return [Clip.objects.get(pk=each.pk).taken_down_reason for each in some]


def test_a_name_that_the_studio_lists_waits_for_a_person(creator, moderator):
    assert decision(creator) is Decision.ALLOW
    services.protect(moderator, NAME, "DJ Zo\n  \nZo-Zo ")
    assert decision(creator) is Decision.REVIEW
    assert decision(creator, "zo zo by the sea") is Decision.REVIEW
    assert decision(creator, "a cat by the sea") is Decision.ALLOW


def test_who_is_covered_need_not_wait(creator, stranger, agree):
    agree(holder=creator)
    assert decision(creator) is Decision.ALLOW
    assert decision(stranger) is Decision.REVIEW


@pytest.mark.parametrize("over", ["revoked", "ended", "not begun", "for one purpose"])
def test_what_does_not_cover_it_now_does_not_count(creator, moderator, agree, over):
    consent = agree(
        purpose="parody" if over == "for one purpose" else "",
        ends=now() - timedelta(hours=1) if over == "ended" else None,
        days=-1 if over == "not begun" else 1,
    )
    if over == "revoked":
        services.revoke(consent, moderator)
    assert decision(creator) is Decision.REVIEW


def test_for_a_protected_person_only_a_consent_that_names_the_holder_counts(
    creator, stranger, moderator, agree
):
    services.protect(moderator, NAME)
    agree()
    assert decision(creator) is Decision.REVIEW
    agree(holder=creator)
    assert decision(creator) is Decision.ALLOW
    assert decision(stranger) is Decision.REVIEW


def test_the_pipeline_holds_a_name_until_it_is_agreed_to(creator, agree, moderator):
    services.protect(moderator, NAME)
    jobs = []
    for consented in (False, True):
        if consented:
            agree(holder=creator)
        jobs.append(make_job(creator, State.SCREENING, prompt=PROMPT))
        pipeline.run(queue.claim(jobs[-1].pk), deciding())
        jobs[-1].refresh_from_db()
    assert [job.state for job in jobs] == [State.HELD, State.QUEUED]
    said = Screening.objects.get(job=jobs[1]).findings
    assert said[0]["consent"] == str(Consent.objects.get().pk)


def test_the_names_that_ship_are_settled_too(creator, agree):
    text = "Taylor Swift sings in the rain"
    gate = engines.prompt_gate()
    assert screening.settled(gate.screen(text), creator.pk).decision is Decision.REVIEW
    agree("Taylor Swift", creator)
    verdict = screening.settled(gate.screen(text), creator.pk)
    named = [each for each in verdict.findings if each.subject]
    assert [each.decision for each in named] == [Decision.ALLOW]


def test_a_clip_notes_what_it_rests_on_whatever_its_purpose(creator, agree, settings):
    consent = agree(purpose="parody")  # a moderator approved it
    clip = resting(creator, settings, "zoe adler", "Nobody Known")
    assert list(selectors.reliances_of(clip).values_list("consent", flat=True)) == [consent.pk]


def test_what_ended_between_the_check_and_the_publication_is_not_published(
    creator, moderator, agree, settings
):
    consent = agree()
    clip = make_clip(creator, settings.PUBLIC_DIR)
    screen(clip.job, Gate.PROMPT, "allow", finding(subject=NAME, consent=str(consent.pk)))
    services.revoke(consent, moderator)
    with pytest.raises(UserFault) as fault:
        services.rest_on_consents(clip)
    assert fault.value.code == "rights.consent-gone"


def test_a_revocation_takes_down_what_rests_on_it_and_what_came_of_that(
    creator, stranger, moderator, agree, settings
):
    consent = agree()
    clip, other = resting(creator, settings, NAME), make_clip(creator, settings.PUBLIC_DIR)
    child = remix(clip, stranger, settings)
    grandchild = remix(child, creator, settings)
    assert {each.pk for each in selectors.resting_on(consent)} == {
        clip.pk,
        child.pk,
        grandchild.pk,
    }
    assert services.revoke(consent, moderator) == 1
    assert reasons(clip, child, grandchild, other) == ["consent", "consent", "consent", ""]
    told = Statement.objects.filter(job__in=[clip.job_id, child.job_id, grandchild.job_id])
    assert told.count() == 3
    actions = list(Event.objects.values_list("action", flat=True))
    assert actions.count("clip.taken-down") == 3
    assert "consent.revoked" in actions


def test_the_database_and_the_engine_agree_on_what_is_reached(creator, moderator, agree, settings):
    consent = agree()
    clip = resting(creator, settings, NAME)
    chain = [clip, make_clip(creator, settings.PUBLIC_DIR)]
    for parent in (clip, chain[0], chain[1]):
        chain.append(remix(parent, creator, settings))
    chain.append(remix(chain[2], creator, settings))
    uses = [
        Use(
            str(each.pk),
            frozenset(str(key) for key in each.reliances.values_list("consent", flat=True)),
            frozenset({str(parent)} if (parent := _parent(each)) else ()),
        )
        for each in chain
    ]
    reached = {str(each.pk) for each in selectors.resting_on(consent)}
    assert reached == affected(str(consent.pk), uses)


def _parent(clip: Clip) -> object:
    return Shot.objects.get(job__clip=clip).parent_id


def test_it_is_revoked_once(creator, moderator, agree):
    consent = agree()
    with pytest.raises(Forbidden):
        services.revoke(consent, creator)
    services.revoke(consent, moderator)
    with pytest.raises(Conflict) as fault:
        services.revoke(consent, moderator)
    assert fault.value.code == "rights.already-revoked"


def test_the_sweep_finishes_what_a_killed_process_began(creator, moderator, agree, settings):
    consent = agree()
    clips = [resting(creator, settings, NAME) for _ in range(3)]
    Consent.objects.update(revoked_at=now(), revoked_by=moderator)  # killed before the first clip
    services._let_go(Reliance.objects.filter(clip=clips[0]))  # … or after it
    assert reasons(*clips) == ["consent", "", ""]
    assert services.sweep() == 2
    assert reasons(*clips) == ["consent"] * 3
    assert services.sweep() == 0
    assert clips[2].takedowns.get().by == consent.added_by


def test_a_clip_that_is_down_for_it_already_goes_no_second_time(
    creator, moderator, agree, settings
):
    first, second = agree(), agree("The Fox")
    clip = resting(creator, settings, NAME, "the fox")
    services.revoke(first, moderator)
    services.revoke(second, moderator)
    assert clip.takedowns.count() == 1
    assert not selectors.reliances_of(clip).exists()


def test_what_runs_out_is_taken_down_by_the_studio(creator, agree, settings):
    consent = agree(ends=now() + timedelta(hours=1))
    clip = resting(creator, settings, NAME)
    assert services.sweep() == 0
    Consent.objects.filter(pk=consent.pk).update(ends=now())
    assert services.sweep() == 1
    assert clip.takedowns.get().by is None
    assert Statement.objects.get(job=clip.job).automated


def test_a_new_consent_carries_on_for_one_that_runs_out(creator, agree, settings):
    old = agree(ends=now() + timedelta(hours=1))
    clip = resting(creator, settings, NAME)
    renewed = agree()
    Consent.objects.filter(pk=old.pk).update(ends=now())
    assert services.sweep() == 0
    assert reasons(clip) == [""]
    assert [each.consent for each in selectors.reliances_of(clip)] == [renewed]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": "…"}, "rights.subject"),
        ({"ends": now() - timedelta(days=9)}, "rights.dates"),
    ],
)
def test_half_a_consent_is_refused(agree, fields, code):
    with pytest.raises(UserFault) as fault:
        agree(**fields)
    assert fault.value.code == code
    assert not Consent.objects.exists()


def test_people_are_protected_once_and_can_be_let_go(moderator, creator):
    person = services.protect(moderator, NAME)
    with pytest.raises(Conflict):
        services.protect(moderator, "zoe  adler")
    services.unprotect(person, moderator)
    assert not ProtectedPerson.objects.exists()
    with pytest.raises(Forbidden):
        services.protect(creator, NAME)


def test_consents_are_found_by_name_and_by_reference(agree):
    zoe, fox = agree(), agree("The Fox")
    assert list(selectors.consents("ADLER")) == [zoe]
    assert list(selectors.consents("fox")) == [fox]
    assert selectors.consents("contract").count() == selectors.consents("").count() == 2
    assert not selectors.consents("…")

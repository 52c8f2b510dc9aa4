"""A studio in which one of everything exists, and everybody who may look at it."""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from accounts.api_keys import create_key
from accounts.models import ApiKey, Person, Scope
from banks import services as banks
from banks.services import HashList
from batches.models import Batch
from batches.services import preview
from jobs.models import Gate, Job, Screening, State
from jobs.workspace import Workspace
from moderation.models import Case, Takedown
from moderation.services import claim, open_case
from moderation.takedowns import take_down
from policies import services as policies
from policies.models import PolicyVersion
from provenance import Examination
from registry.models import Record
from rights.models import Consent, ProtectedPerson
from storyboards.drafts import Draft
from storyboards.models import Storyboard
from storyboards.services import begin
from studio import pictures
from studio.models import Clip, Picture, Shot, TakenDown
from tests.making import make_job
from verification.models import Objection, Report, Share
from verification.objections import object_to
from verification.services import keep, share

CONTENT = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def small_generator(settings):
    """The generator that tests use; the gates are the real ones."""
    settings.GENERATOR = "tests.fakes:SmallGenerator"


@pytest.fixture
def client_of():
    """A signed-in browser for a person, an anonymous one for None."""

    def make(person: Person | None) -> Client:
        client = Client()
        if person:
            client.force_login(person)
        return client

    return make


@dataclass
class World:
    job: Job
    clip: Clip
    case: Case
    report: Report
    share: Share
    objection: Objection
    key: ApiKey
    storyboard: Storyboard
    batch: Batch
    picture: Picture
    picture_case: Case
    ground: Takedown
    consent: Consent
    protected: ProtectedPerson
    policy: PolicyVersion
    hash_list: HashList


@pytest.fixture
def world(creator: Person, home: Path, settings) -> World:
    """A published clip and a held job of the creator, and somebody's report."""
    held = make_job(creator, State.HELD, held_at_stage=Gate.MEDIA)
    screen(held, Gate.PROMPT, "allow")
    screen(held, Gate.MEDIA, "review", finding(field="frames", seconds=[0.0, 0.5]))
    picture = np.zeros((16, 16, 3), np.uint8)
    Workspace(held.pk).save_preview(picture)
    Workspace(held.pk).save_strip(np.zeros((4, 16, 16, 3), np.uint8))
    report = make_report()
    sent = make_picture(creator)
    begun = make_job(creator, State.HELD, held_at_stage=Gate.PROMPT)
    Shot.objects.filter(pk=begun.shot_id).update(picture=sent)
    return World(
        job=held,
        clip=make_clip(creator, settings.PUBLIC_DIR),
        case=open_case(held, Gate.MEDIA),
        report=report,
        share=share(report, 7),
        objection=object_to(report, "other", "I made it"),
        key=create_key(creator, "archive", [Scope.FETCH_MANIFESTS], 30).key,
        storyboard=begin(creator, Draft.empty("1:1")),
        picture=sent,
        picture_case=open_case(begun, Gate.PROMPT),
        ground=take_down(make_clip(creator, settings.PUBLIC_DIR), TakenDown.POLICY, None),
        consent=make_consent(creator),
        protected=ProtectedPerson.objects.create(name="Mo Kim", key="mokim", added_by=creator),
        policy=policies.shipped(),
        hash_list=make_list(home, settings),
        batch=preview(creator, b"prompt,seconds\na red balloon over the hills,1\n"),
    )


@pytest.fixture
def claimed(world: World, moderator: Person) -> Case:
    return claim(world.case, moderator)


def finding(**fields: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "category": "violence",
        "score": 0.8,
        "decision": "review",
        "source": "test",
        "reason": "This reads like violence.",
        "span": None,
        "field": "prompt",
        "seconds": None,
        "hidden": False,
    }
    return plain | fields


def screen(job: Job, gate: str, decision: str, *findings: dict[str, object]) -> Screening:
    return Screening.objects.create(
        job=job, gate=gate, decision=decision, findings=list(findings), policy_version="test-1"
    )


def make_picture(owner: Person) -> Picture:
    """A picture that somebody sent, as it is kept."""
    return pictures.keep(owner, np.full((80, 120, 3), 90, np.uint8))


def make_clip(owner: Person, folder: Path) -> Clip:
    """A clip whose file is no video: pages show what they can of it."""
    mark_id = secrets.randbelow(2**48)
    job = make_job(owner, State.PUBLISHED, mark_id=mark_id, generation={"steps": 4})
    screen(job, Gate.PROMPT, "allow")
    name = str(uuid4())
    (folder / f"{name}.mp4").write_bytes(CONTENT)
    Image.new("RGB", (16, 16)).save(folder / f"{name}.jpg")
    clip = Clip.objects.create(
        job=job,
        owner=owner,
        mark_id=mark_id,
        manifest_id=f"urn:c2pa:{uuid4()}",
        file=f"{name}.mp4",
        poster=f"{name}.jpg",
        width=64,
        height=64,
        fps=24,
        duration_ms=1000,
        sha256=secrets.token_hex(32),
        bytes=len(CONTENT),
        published_at=now(),
    )
    Record.objects.create(
        clip=clip,
        mark_id=mark_id,
        manifest_id=clip.manifest_id,
        manifest=b"",
        reference=b"",
        sha256=clip.sha256,
    )
    return clip


def make_consent(by: Person) -> Consent:
    return Consent.objects.create(
        subject="The Fox", subject_key="thefox", starts=now(), evidence="contract 1", added_by=by
    )


def make_list(home: Path, settings) -> HashList:
    settings.SAFETY_BANKS = str(home / "lists")
    (home / "lists").mkdir()
    (home / "lists" / "known.csv").write_text(f"td_raw_indicator\n{'0f' * 32}\n")
    return banks.hash_lists()[0]


def make_report(**fields: object) -> Report:
    """A report of a file in which nothing was found, or with other fields examined."""
    nothing = Examination("ab" * 32, 5, now().isoformat(timespec="seconds"), "Kinemark test")
    return keep(replace(nothing, **fields))

"""A registry with one published clip, one deposited manifest, and keys that open it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.cache import cache
from django.test import Client

from accounts.api_keys import create_key
from accounts.models import Person, Scope
from jobs import pipeline, queue, signing
from jobs.models import State
from provenance import (
    ClipClaims,
    Ingredient,
    Relationship,
    SignedClip,
    new_manifest_id,
    sign_clip,
    write_video,
)
from registry.models import Record
from studio.models import Clip
from tests.gates import passing
from tests.making import make_job
from tests.web.conftest import make_clip

BASE = "/c2pa/v1"


@pytest.fixture(autouse=True)
def keys(db, home, settings):
    cache.clear()
    settings.REGISTRY_PER_MINUTE = settings.VERIFY_PER_HOUR = 1_000_000
    signing.set_up()


@pytest.fixture
def client() -> Client:
    """A program: it has no cookies, and gets no exceptions."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def key_of() -> Callable[..., dict[str, str]]:
    """Makes a key of somebody's; as the header that a program sends."""

    def make(owner: Person, *scopes: Scope) -> dict[str, str]:
        secret = create_key(owner, "test", scopes or owner.grantable_scopes, 30).secret
        return {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def writer(admin, key_of) -> dict[str, str]:
    return key_of(admin)


def signed(folder: Path, name: str, frames=None, **changes: object) -> SignedClip:
    """A small clip as `folder`/`name`.mp4, signed by the studio's development authority."""
    plain = folder / f"{name}-plain.mp4"
    write_video(plain, grey() if frames is None else frames, 24)
    claims = {
        "manifest_id": new_manifest_id(),
        "mark_id": None,
        "model_name": "small",
        "model_version": "1",
        "model_sha256": "ab" * 32,
        "model_licence": "Apache-2.0",
        "seed": 7,
        "steps": 4,
        "created_at": dt.datetime.now(dt.UTC),
        "duration_ms": 1000,
        "prompt_commitment": "ab" * 32,
    }
    return sign_clip(
        plain, folder / f"{name}.mp4", ClipClaims(**claims | changes), signing.signer()
    )


def grey(count: int = 12) -> list[np.ndarray]:
    return [np.full((96, 96, 3), 40 + 3 * index, np.uint8) for index in range(count)]


@pytest.fixture
def outside(home, tmp_path) -> SignedClip:
    """A manifest that the studio did not publish."""
    return signed(tmp_path, "outside")


@pytest.fixture
def layered(tmp_path) -> SignedClip:
    """A manifest store with an ingredient's manifest in it."""
    first = signed(tmp_path, "first")
    parent = Ingredient(tmp_path / "first.mp4", Relationship.PARENT)
    second = signed(tmp_path, "second", ingredients=(parent,))
    assert len(second.manifest) > len(first.manifest)
    return second


@pytest.fixture
def record(creator, settings) -> Record:
    """A clip with a manifest but no real film: enough to be looked up."""
    clip = make_clip(creator, settings.PUBLIC_DIR)
    Record.objects.update(manifest=b"\0\0\0\x08jumb")
    return clip.record


@pytest.fixture
def published(creator, settings) -> tuple[Record, Path]:
    """A clip that went the whole way, and its file."""
    job = make_job(creator, State.QUEUED)
    pipeline.run(queue.claim(job.pk), passing())
    clip = Clip.objects.get(job=job)
    return clip.record, settings.PUBLIC_DIR / clip.file

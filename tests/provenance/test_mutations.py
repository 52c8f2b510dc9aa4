"""No damage to a signed file leaves its verdict whole while pictures or claims change."""

import random

import pytest

from benchmarks.provenance.mutations import MUTATIONS, Original, Outcome, judge
from provenance import Authority, TrustStores, sign_clip


@pytest.fixture(scope="module")
def original(tmp_path_factory, small_clip, claims):
    folder = tmp_path_factory.mktemp("original")
    authority = Authority.open(folder / "pki")
    sign_clip(small_clip, folder / "signed.mp4", claims(), authority.signer())
    trust = TrustStores.load(authority.folder)
    return Original.of((folder / "signed.mp4").read_bytes(), trust), trust


def test_the_original_itself_is_intact(original):
    whole, trust = original
    assert judge(whole.content, whole, trust)[0] is Outcome.HARMLESS


@pytest.mark.parametrize("name", MUTATIONS)
def test_damage_is_never_called_whole(original, name):
    whole, trust = original
    chance = random.Random(name)
    outcomes = [judge(MUTATIONS[name](whole.content, chance), whole, trust)[0] for _ in range(25)]
    assert Outcome.BREACH not in outcomes

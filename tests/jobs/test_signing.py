"""Who signs: the development authority, or a certificate of one's own."""

import pytest

from jobs.signing import signer, trust
from provenance import Authority, HttpTimestamper, ProvenanceFailed


@pytest.fixture
def bought(settings, tmp_path):
    """A certificate of one's own, its key in a file."""
    authority = Authority.open(tmp_path / "bought")
    settings.SIGNING_CHAIN = authority.signer().chain
    settings.SIGNING_ROOT = authority.root
    settings.SIGNING_KEY = f"file:{authority.folder / 'signer.key'}"
    settings.TSA_URL = "https://tsa.example.org"
    return authority


def test_a_chain_of_ones_own_takes_the_place_of_the_development_authority(bought, settings):
    assert signer().chain == bought.signer().chain
    assert signer().timestamper == HttpTimestamper("https://tsa.example.org")
    assert not settings.PKI_DIR.exists()


def test_its_root_is_the_production_root(bought):
    assert trust().production == bought.root
    assert trust().development == ""


def test_a_key_that_does_not_belong_to_the_chain_signs_nothing(bought, settings):
    settings.SIGNING_KEY = f"file:{bought.folder / 'reporter.key'}"
    with pytest.raises(ProvenanceFailed) as caught:
        signer()
    assert caught.value.code == "provenance.signer-mismatch"

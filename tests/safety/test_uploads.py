import pytest

from safety import Decision
from safety.banks import BankCheck, Entry, HashBank, Purpose
from safety.hashing import hash_picture
from safety.media.coverage import EXPECTED
from safety.uploads import UploadGate
from tests.safety.media.test_images import bomb, coded
from tests.safety.test_hashing import picture

KNOWN = BankCheck(HashBank("known", Purpose.BLOCK, [Entry(hash_picture(picture(1)))]))


def png(pixels):
    from PIL import Image

    return coded(Image.fromarray(pixels))


def test_a_photograph_goes_to_a_person():
    verdict = UploadGate(banks=[KNOWN]).screen(png(picture(2)))
    assert verdict.decision is Decision.REVIEW


def test_a_known_picture_is_blocked_in_hiding():
    verdict = UploadGate(banks=[KNOWN]).screen(png(picture(1)[:, ::-1]))
    assert verdict.decision is Decision.BLOCK
    assert verdict.findings[0].hidden


def test_an_upload_is_held_without_any_bank():
    verdict = UploadGate(covered=EXPECTED).screen(png(picture(2)))
    assert verdict.decision is Decision.REVIEW
    assert any("hash bank" in finding.reason for finding in verdict.findings)


def test_a_fully_covered_upload_can_pass():
    verdict = UploadGate(banks=[KNOWN], covered=EXPECTED).screen(png(picture(2)))
    assert verdict.decision is Decision.ALLOW


@pytest.mark.parametrize("content", [b"", b"junk", bomb(), None, 3], ids=str)
def test_what_is_no_picture_is_held(content):
    verdict = UploadGate(banks=[KNOWN], covered=EXPECTED).screen(content)
    assert verdict.decision is Decision.REVIEW

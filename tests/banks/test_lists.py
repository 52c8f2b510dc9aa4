"""Hash lists are files that administrators import, grow, prune and export, and the gates follow."""

import io
import json

import numpy as np
import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from PIL import Image

from audit.models import Event
from banks import services
from banks.page import entries_of
from config.errors import Forbidden, UserFault
from jobs import engines
from rights.screening import with_names
from safety import Decision, PromptGate
from safety.errors import InvalidExchange, Unhashable
from safety.exchange import read_csv, read_json
from tests.gates import Says

pytestmark = pytest.mark.django_db
HASH = "0123456789abcdef" * 4
CSV = (
    "td_raw_indicator,td_type,td_status,td_subjective_tags,td_owner_name\n"
    f"{HASH},HASH_PDQ,MALICIOUS,bad,Exchange\n"
    f"{HASH[::-1]},HASH_PDQ,NON_MALICIOUS,=cmd(),Exchange\n"
).encode()


def upload(content: bytes, name: str = "known.csv") -> TemporaryUploadedFile:
    sent = TemporaryUploadedFile(name, "application/octet-stream", len(content), None)
    sent.write(content)
    sent.seek(0)
    return sent


def picture(seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return np.array(Image.fromarray(noise).resize((128, 128), Image.Resampling.BICUBIC))


def png(pixels: np.ndarray) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def folder(settings, tmp_path):
    place = tmp_path / "lists"
    place.mkdir()
    settings.SAFETY_BANKS = str(place)
    return place


@pytest.fixture
def known(folder, admin) -> services.HashList:
    return services.import_list(admin, upload(CSV), works=False)


def test_an_imported_list_is_a_file_of_the_folder_and_counted(known, folder):
    assert (folder / "known.csv").read_bytes() == CSV
    assert (known.block, known.allow, known.clips) == (1, 1, 0)
    assert [each.name for each in services.hash_lists()] == ["known.csv"]
    assert Event.objects.get(action="bank.imported").details == {"block": 1, "allow": 1}


@pytest.mark.parametrize(
    ("content", "name", "error"),
    [
        (b"hash\n1\n", "known.csv", InvalidExchange),
        (b"{", "known.json", InvalidExchange),
        (CSV, "known.txt", UserFault),
        (CSV, "k n.csv", UserFault),
        (CSV, ".csv", UserFault),
    ],
)
def test_what_is_no_list_changes_nothing(folder, admin, content, name, error):
    with pytest.raises(error):
        services.import_list(admin, upload(content, name), works=False)
    assert not list(folder.rglob("*"))


def test_a_name_never_leaves_the_folder(known, folder):
    for name in ("../known.csv", "/etc/passwd", "known", "part-x"):
        assert services.hash_list(name, works=False) is None
    assert services.hash_list("known.csv", works=True) is None


def test_without_a_folder_it_is_said(settings, admin):
    settings.SAFETY_BANKS = ""
    with pytest.raises(UserFault) as fault:
        services.import_list(admin, upload(CSV), works=False)
    assert fault.value.code == "banks.no-folder"
    assert services.hash_lists() == []


def test_only_administrators_touch_them(known, moderator):
    for change in (
        lambda: services.import_list(moderator, upload(CSV), works=False),
        lambda: services.add_picture(moderator, upload(b""), "a", "b", "", "work"),
        lambda: services.remove_entry(known, moderator, HASH),
        lambda: services.delete_list(known, moderator),
        lambda: services.export(known, moderator, "csv"),
    ):
        with pytest.raises(Forbidden):
            change()


@pytest.mark.parametrize(("form", "read"), [("csv", read_csv), ("json", read_json)])
def test_what_is_exported_can_be_imported_again(known, admin, form, read):
    again = read(services.export(known, admin, form))
    assert [entry.hash.hex for entry in (*again.block, *again.allow)] == [HASH, HASH[::-1]]
    assert Event.objects.filter(action="bank.exported").exists()


def test_an_entry_is_removed_and_the_rest_stays(known, admin):
    services.remove_entry(known, admin, HASH)
    left = services.hash_list("known.csv", works=False)
    assert [view.indicator for view in entries_of(left)] == [HASH[::-1]]
    with pytest.raises(UserFault) as fault:
        services.remove_entry(left, admin, HASH)
    assert fault.value.code == "banks.no-entry"


def test_entries_are_found_by_hash_label_and_source(known):
    assert [view.label for view in entries_of(known, HASH[:10].upper())] == ["bad"]
    assert len(entries_of(known, "exchange")) == 2
    assert not entries_of(known, "somebody else")


def test_a_deleted_list_is_gone(known, admin, folder):
    services.delete_list(known, admin)
    assert not (folder / "known.csv").exists()
    assert Event.objects.filter(action="bank.deleted").exists()


def test_a_list_that_cannot_be_read_is_shown_as_such(folder):
    (folder / "broken.json").write_text("{")
    [broken] = services.hash_lists()
    assert broken.content is None
    assert entries_of(broken) == []


def test_a_work_is_hashed_and_recognised_at_once_with_its_similarity(folder, admin):
    frames = np.stack([picture(1)] * 4)
    before = engines.media_gate().screen(frames, 4)
    assert "The Fox" not in str(before.findings)
    made = services.add_picture(
        admin, upload(png(picture(1)), "fox.png"), "studio", "The Fox", "Fox Ltd", "work"
    )
    assert (made.works, made.block) == (True, 1)
    found = [each for each in engines.media_gate().screen(frames, 4).findings if each.subject]
    assert found[0].subject == "The Fox"
    assert found[0].decision is Decision.REVIEW
    assert "100% like “The Fox” of Fox Ltd" in found[0].reason


def test_a_work_is_looked_for_in_prompts_too(folder, admin):
    gate = PromptGate(None, [Says(Decision.ALLOW)])
    text = "The Fox dances in the rain"
    assert with_names(gate).screen(text).decision is Decision.ALLOW
    sent = upload(png(picture(1)), "fox.png")
    services.add_picture(admin, sent, "studio", "The Fox", "Fox Ltd", "work")
    assert with_names(gate).screen(text).findings[0].subject == "The Fox"
    assert with_names(gate).screen("the fox dances").decision is Decision.ALLOW


def test_a_picture_to_block_is_blocked_until_it_is_removed(folder, admin):
    frames = np.stack([picture(2)] * 4)
    made = services.add_picture(
        admin, upload(png(picture(2)), "a.png"), "studio", "told us", "", "block"
    )
    assert engines.media_gate().screen(frames, 4).decision is Decision.BLOCK
    services.remove_entry(made, admin, entries_of(made)[0].indicator)
    assert engines.media_gate().screen(frames, 4).decision is not Decision.BLOCK


def test_lists_grow(folder, admin):
    for seed, purpose in ((1, "block"), (2, "allow"), (3, "block")):
        sent = upload(png(picture(seed)), "a.png")
        made = services.add_picture(admin, sent, "Studio", "x", "", purpose)
    assert (made.block, made.allow) == (2, 1)
    assert json.loads(made.path.read_text())["data"][0]["status"] == "MALICIOUS"


@pytest.mark.parametrize(
    ("content", "purpose", "name", "error"),
    [
        (b"no picture", "block", "studio", UserFault),
        (b"", "block", "studio", UserFault),
        (png(picture(1)), "whim", "studio", UserFault),
        (png(picture(1)), "block", "../x", UserFault),
        (png(np.zeros((64, 64, 3), np.uint8)), "block", "studio", Unhashable),
    ],
    ids=["no picture", "empty", "no purpose", "no name", "no detail"],
)
def test_a_picture_that_cannot_be_taken_is_refused(folder, admin, content, purpose, name, error):
    with pytest.raises(error):
        services.add_picture(admin, upload(content, "a.png"), name, "x", "", purpose)
    assert not list(folder.rglob("*.json"))

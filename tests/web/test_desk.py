"""The studio's desk: ways to make a clip, pictures, families, clips side by side."""

import io
import re

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now
from PIL import Image

from jobs import masters
from jobs.models import Job
from studio.models import Clip, Picture, Shot, Way
from studio.pictures import content_of, pixels_of
from tests.making import PROMPT
from tests.web.conftest import make_clip, make_picture

HOME = "/studio/"
GOOD = {"prompt": PROMPT, "aspect": "1:1", "seconds": "1", "seed": "7"}


@pytest.fixture(autouse=True)
def able_generator(small_generator, settings):
    settings.GENERATOR = "tests.fakes:AbleGenerator"


@pytest.fixture
def desk(client_of, creator):
    return client_of(creator)


@pytest.fixture
def clip(creator, settings) -> Clip:
    made = make_clip(creator, settings.PUBLIC_DIR)
    masters.path_of(made.pk).parent.mkdir(exist_ok=True)
    masters.write(masters.path_of(made.pk), np.zeros((24, 64, 64, 3), np.uint8), 24)
    return made


def begin(way: Way, clip: Clip) -> str:
    return f"{HOME}?way={way}&clip={clip.pk}"


def picture_file(kind: str = "PNG", size=(120, 80), **options) -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, kind, **options)
    return SimpleUploadedFile(f"holiday.{kind.lower()}", target.getvalue())


def test_settings_of_the_form_are_kept(desk):
    desk.post(HOME, GOOD | {"tier": "draft", "style": "neon", "loop": "on", "negative": "text"})
    shot = Shot.objects.get()
    assert (shot.tier, shot.style, shot.loop, shot.way) == ("draft", "neon", True, Way.NEW)
    assert b"text" not in bytes(shot.negative_sealed)


def test_what_the_model_cannot_do_is_not_offered_and_why_not_is_said(desk, settings):
    settings.GENERATOR = "tests.fakes:SmallGenerator"
    page = desk.get(HOME).content.decode()
    assert 'name="negative"' not in page
    assert 'type="file"' not in page
    assert "cannot start from a picture" in page
    assert "cannot make loops" in page


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"negative": "x" * 2000}, "negative"),
        ({"tier": "best"}, "tier"),
        ({"strength": "9"}, "strength"),
        ({"count": "900"}, "count"),
        ({"picture": "nowhere"}, "picture"),
        ({"way": "steal"}, None),
        ({"way": "extend", "clip": "nowhere"}, None),
    ],
)
def test_errors_stand_beside_their_field(desk, asked, field):
    response = desk.post(HOME, GOOD | asked)
    assert response.status_code == 422
    assert list(response.context["desk"].form.errors) == [field or "__all__"]
    assert PROMPT in response.content.decode()


def test_the_check_shows_the_shot_card(desk):
    page = desk.post("/studio/check", GOOD | {"prompt": "a cat jumping in a field at night"})
    slots = dict(re.findall(r'data-slot="(\w+)" value="([^"]*)"', page.content.decode()))
    assert slots["subject"] == "a cat"
    assert (slots["action"], slots["place"], slots["mood"]) == ("jumping", "in a field", "at night")


def test_the_check_reads_what_should_not_be_seen_too(desk):
    cruel = "a man stabs a woman with a knife until she is dead, blood and gore everywhere"
    check = desk.post("/studio/check", GOOD | {"negative": cruel}).context["check"]
    assert "in what should not be seen" in {finding.about for finding in check.findings}
    assert check.segments == []  # nothing in the prompt itself


def test_another_take_begins_with_the_recipe_and_the_same_seed(desk, clip):
    form = desk.get(begin(Way.TAKE, clip)).context["desk"].form
    assert (form["prompt"].value(), form["seed"].value()) == (PROMPT, 1)


def test_a_take_remembers_what_it_came_of(desk, clip):
    asked = GOOD | {"way": "take", "clip": str(clip.pk), "prompt": "a blue balloon at night"}
    desk.post(HOME, asked)
    shot = Shot.objects.exclude(pk=clip.job.shot_id).get()
    assert (shot.parent, shot.way) == (clip, Way.TAKE)


def test_variations_have_seeds_of_their_own_and_lead_to_the_family(desk, clip):
    form = desk.get(begin(Way.VARIATION, clip)).context["desk"].form
    kept = {field.html_name: field.value() for field in form.kept}
    response = desk.post(HOME, kept | {"count": "3"})
    made = Shot.objects.filter(parent=clip)
    assert response["Location"] == reverse("studio:clip", args=[clip.pk]) + "#family"
    assert len(set(made.values_list("seed", flat=True))) == 3
    assert set(made.values_list("way", flat=True)) == {Way.VARIATION}


def test_a_clip_says_what_can_be_made_of_it(desk, clip):
    offers = desk.get(reverse("studio:clip", args=[clip.pk])).context["clip"].offers
    assert [offer.way for offer in offers] == ["take", "variation", "loop", "remix", "extend"]
    assert all(offer.url for offer in offers)


def test_what_cannot_be_made_of_a_clip_says_why(desk, clip, settings):
    masters.path_of(clip.pk).unlink()
    offers = {o.way: o for o in desk.get(f"/studio/clips/{clip.pk}/").context["clip"].offers}
    assert not offers["extend"].url
    assert "did not keep the frames" in offers["extend"].why_not
    assert offers["take"].url


def test_a_clip_that_was_taken_down_cannot_be_built_on(desk, clip):
    Clip.objects.update(taken_down_at=now())
    desk_now = desk.get(begin(Way.EXTEND, clip)).context["desk"]
    assert (desk_now.way, desk_now.fault.code) == ("new", "studio.parent-gone")


def test_somebody_elses_words_are_not_shown_with_their_clip(client_of, stranger, clip):
    page = client_of(stranger).get(begin(Way.REMIX, clip)).content.decode()
    assert "Remix the clip" in page
    assert PROMPT not in page


def test_the_family_is_a_tree_with_what_changed(desk, clip):
    desk.post(HOME, GOOD | {"way": "take", "clip": str(clip.pk), "prompt": f"{PROMPT} at night"})
    family = desk.get(f"/studio/clips/{clip.pk}/").context["clip"].family
    [child] = family.children
    assert (family.here, child.here) == (True, False)
    change = child.changes[0]
    assert (change.part, change.now) == ("Mood", "at night")


def test_clips_stand_side_by_side_with_what_differs(desk, clip, creator, settings):
    other = make_clip(creator, settings.PUBLIC_DIR)
    Shot.objects.filter(pk=other.job.shot_id).update(parent=clip, way=Way.VARIATION, seed=9)
    page = desk.get(reverse("studio:compare", args=[clip.pk])).context["page"]
    assert [pane.clip for pane in page.panes] == [clip, other]
    assert [change.now for change in page.panes[1].changes] == ["9"]


def test_a_chosen_picture_is_kept_sealed_and_shown(desk, settings):
    page = desk.post("/studio/pictures", {"file": picture_file()}).content.decode()
    picture = Picture.objects.get()
    assert f'value="{picture.pk}"' in page
    stored = (settings.PRIVATE_DIR / "pictures" / str(picture.pk)).read_bytes()
    assert b"PNG" not in stored
    assert content_of(picture).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (SimpleUploadedFile("empty.png", b""), "studio.picture-empty"),
        (SimpleUploadedFile("text.png", b"not a picture"), "provenance.picture-unreadable"),
        (SimpleUploadedFile("cut.png", picture_file(size=(400, 400)).read()[:200]),
         "provenance.picture-unreadable"),
        (picture_file(size=(16, 16)), "generation.reference-small"),
        (picture_file("GIF", save_all=True, append_images=[Image.new("RGB", (120, 80), "red")]),
         "provenance.picture-animated"),
        (picture_file("PNG", size=(9000, 5000)), "provenance.picture-too-large"),
    ],
    ids=["empty", "text", "truncated", "tiny", "animated", "huge"],
)  # fmt: skip
def test_a_picture_that_cannot_be_used_has_its_code_and_leaves_nothing(desk, upload, code):
    page = desk.post("/studio/pictures", {"file": upload}).content.decode()
    assert code in page
    assert not Picture.objects.exists()


def test_cmyk_and_exif_rotation_are_understood(desk):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    target = io.BytesIO()
    Image.new("CMYK", (200, 100), (0, 255, 255, 0)).save(target, "JPEG", exif=exif)
    desk.post("/studio/pictures", {"file": SimpleUploadedFile("a.jpg", target.getvalue())})
    pixels = pixels_of(Picture.objects.get())
    assert pixels.shape == (200, 100, 3)
    red, green, blue = pixels.mean((0, 1))
    assert red > 150 > max(green, blue)


def test_a_picture_stays_with_the_form_when_something_else_is_wrong(desk):
    response = desk.post(HOME, GOOD | {"seed": "seven", "file": picture_file()})
    picture = Picture.objects.get()
    assert response.status_code == 422
    assert f'name="picture" value="{picture.pk}"' in response.content.decode()
    desk.post(HOME, GOOD | {"picture": str(picture.pk)})
    assert Job.objects.get().shot.picture == picture


def test_a_picture_can_be_used_again(desk, creator):
    picture = make_picture(creator)
    page = desk.get(f"{HOME}?picture={picture.pk}").content.decode()
    assert f'name="picture" value="{picture.pk}"' in page


def test_an_erased_picture_is_gone_from_disk(desk, settings):
    desk.post("/studio/pictures", {"file": picture_file()})
    picture = Picture.objects.get()
    desk.post(reverse("studio:erase-picture", args=[picture.pk]))
    assert not list((settings.PRIVATE_DIR / "pictures").iterdir())
    assert desk.get(reverse("studio:picture", args=[picture.pk])).status_code == 404

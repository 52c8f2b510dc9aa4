"""Pictures that people send: what is kept, and for how long."""

from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings
from django.utils.timezone import now

from audit.models import Event
from config.errors import UserFault
from studio import pictures
from studio.models import Picture, Shot
from tests.making import make_job

pytestmark = pytest.mark.django_db
PIXELS = np.full((100, 3000, 3), 128, np.uint8)


def on_disk() -> list[str]:
    return [file.name for file in (settings.PRIVATE_DIR / "pictures").iterdir()]


def test_a_large_picture_is_kept_no_larger_than_any_model_takes(creator):
    kept = pictures.keep(creator, PIXELS)
    assert (kept.width, kept.height) == (2048, 68)
    assert pictures.pixels_of(kept).shape == (68, 2048, 3)


def test_erasing_deletes_the_pixels_and_is_on_record(creator):
    kept = pictures.keep(creator, PIXELS)
    pictures.erase(kept, creator)
    pictures.erase(kept, creator)
    assert on_disk() == []
    assert Event.objects.filter(action="picture.erased", subject=str(kept.pk)).count() == 1
    with pytest.raises(UserFault) as fault:
        pictures.content_of(kept)
    assert fault.value.code == "studio.picture-gone"


def test_a_picture_that_nothing_came_of_goes_after_a_day(creator):
    used, unused, fresh = (pictures.keep(creator, PIXELS) for _ in range(3))
    Shot.objects.filter(pk=make_job(creator).shot_id).update(picture=used)
    Picture.objects.exclude(pk=fresh.pk).update(created_at=now() - timedelta(days=2))
    pictures.sweep()
    assert set(on_disk()) == {str(used.pk), str(fresh.pk)}
    assert not Picture.objects.filter(pk=unused.pk).exists()


def test_a_picture_is_its_owners_alone(creator, stranger):
    kept = pictures.keep(creator, PIXELS)
    assert pictures.picture_for(creator, str(kept.pk)) == kept
    assert pictures.picture_for(stranger, str(kept.pk)) is None
    assert pictures.picture_for(creator, "../../keys") is None

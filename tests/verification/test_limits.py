"""Twenty an hour for everybody, and nobody's address in the database."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils.timezone import now

from tests.verification.conftest import upload
from verification import limits
from verification.models import Bucket

pytestmark = pytest.mark.django_db
HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def three_an_hour(settings):
    settings.VERIFY_PER_HOUR = 3


def use_up(address: str) -> None:
    for _turn in range(3):
        limits.take_token(address)


def test_the_fourth_within_the_hour_is_refused():
    use_up(HERE)
    with pytest.raises(limits.TooMany) as refused:
        limits.take_token(HERE)
    assert 1100 < refused.value.retry_after <= 1201


def test_every_address_has_its_own_share():
    use_up(HERE)
    limits.take_token(THERE)


def test_a_third_of_an_hour_later_one_is_allowed_again():
    use_up(HERE)
    Bucket.objects.update(updated_at=now() - timedelta(minutes=20, seconds=1))
    limits.take_token(HERE)
    with pytest.raises(limits.TooMany):
        limits.take_token(HERE)


def test_nobody_saves_up_more_than_an_hours_share():
    limits.take_token(HERE)
    Bucket.objects.update(updated_at=now() - timedelta(minutes=59))
    use_up(HERE)
    with pytest.raises(limits.TooMany):
        limits.take_token(HERE)


def test_addresses_are_not_stored_and_buckets_are_forgotten():
    limits.take_token(HERE)
    assert HERE not in str(Bucket.objects.values().get())
    Bucket.objects.update(updated_at=now() - timedelta(hours=2))
    limits.take_token(THERE)
    assert Bucket.objects.count() == 1


def places(*keys: str) -> bool:
    """Whether so many may examine at the same time, in this order."""
    with ExitStack() as held:
        try:
            for key in keys:
                held.enter_context(limits.slot(key))
        except limits.Busy:
            return False
    return True


@pytest.mark.parametrize(
    ("most", "keys", "there"),
    [
        (2, ("", ""), True),
        (2, ("", "", ""), False),
        (2, ("a", ""), True),
        (2, ("a", "a"), False),
        (2, ("a", "b"), False),  # one is left to people
        (4, ("a", "a", "b", ""), True),
        (4, ("a", "a", "a"), False),
        (4, ("a", "a", "b", "b"), False),
        (1, ("a",), True),
    ],
)
def test_keys_leave_places_to_others(settings, most, keys, there):
    settings.VERIFY_AT_ONCE = most
    assert places(*keys) is there
    assert places(*keys) is there  # and every place is given back


def test_the_page_says_when_to_come_back(alien):
    use_up(HERE)
    response = upload(alien.read_bytes(), REMOTE_ADDR=HERE)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert b"verification.too-many" in response.content

import pytest

from jobs import signing
from storyboards import services
from storyboards.drafts import Draft, DraftShot
from storyboards.models import Storyboard

PROMPTS = ("a red balloon over the hills", "the red balloon over the sea")


@pytest.fixture(autouse=True)
def small_generator(settings):
    settings.GENERATOR = "tests.fakes:SmallGenerator"


@pytest.fixture
def draft() -> Draft:
    return Draft(tuple(DraftShot(prompt=prompt, seconds="1") for prompt in PROMPTS), seed="7")


@pytest.fixture
def storyboard(creator, draft, home) -> Storyboard:
    """Begun in a house that can sign."""
    signing.set_up()
    return services.begin(creator, draft)

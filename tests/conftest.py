"""The same people and the same empty house in every test of the platform."""

from pathlib import Path

import pytest

from accounts.models import Person, Role

PASSWORD = "a long enough password"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: its driver keeps an event loop in this thread to the end."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


@pytest.fixture(autouse=True)
def home(settings, tmp_path: Path) -> Path:
    """An empty $KINEMARK_HOME; nothing that a test writes outlives it."""
    settings.KINEMARK_HOME = tmp_path
    settings.KEYS_DIR = tmp_path / "keys"
    settings.PKI_DIR = tmp_path / "pki"
    settings.REGISTRY_DIR = tmp_path / "registry"
    settings.UPLOADS_DIR = tmp_path / "uploads"
    settings.PUBLIC_DIR = tmp_path / "media" / "public"
    settings.PRIVATE_DIR = tmp_path / "media" / "private"
    for folder in (settings.UPLOADS_DIR, settings.PUBLIC_DIR, settings.PRIVATE_DIR):
        folder.mkdir(parents=True)
    settings.FILE_UPLOAD_TEMP_DIR = settings.UPLOADS_DIR
    settings.FREE_SPACE_FLOOR_MB = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


@pytest.fixture
def creator(db) -> Person:
    return _person("cleo@example.org", Role.CREATOR, "Cleo")


@pytest.fixture
def stranger(db) -> Person:
    """Another creator, who must see nothing of the first one's."""
    return _person("sam@example.org", Role.CREATOR, "Sam")


@pytest.fixture
def moderator(db) -> Person:
    return _person("milan@example.org", Role.MODERATOR, "Milan")


@pytest.fixture
def admin(db) -> Person:
    return _person("ada@example.org", Role.ADMIN, "Ada")


def _person(email: str, role: Role, name: str) -> Person:
    return Person.objects.create_user(email, PASSWORD, role=role, display_name=name)

"""Every address × everybody: what is not one's own does not exist."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from banks.services import HashList
from verification.models import Share

MODERATORS = ("moderation", "objections", "rights", "policies", "banks")
PROGRAMS = ("account_", "mfa_", "c2pa:", "api:")
WHO = ("nobody", "owner", "stranger", "moderator", "admin")
SIGN_IN, GONE, DONE, BAD = 302, 404, 302, 422

# method, name, what the address names, and the answer to: nobody, owner, stranger, moderator, admin
TABLE = [
    ("get", "home", None, (200, 200, 200, 200, 200)),
    ("get", "healthz", None, (200, 200, 200, 200, 200)),
    ("get", "studio:home", None, (SIGN_IN, 200, 200, 200, 200)),
    ("post", "studio:home", None, (SIGN_IN, BAD, BAD, BAD, BAD)),
    ("post", "studio:check", None, (SIGN_IN, 200, 200, 200, 200)),
    ("post", "studio:pictures", None, (SIGN_IN, 200, 200, 200, 200)),
    ("get", "studio:picture", "picture", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("post", "studio:erase-picture", "picture", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("get", "studio:job", "job", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "studio:job-now", "job", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "studio:status", "job", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "studio:events", "job", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "studio:preview", "job", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("post", "studio:cancel", "job", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("post", "studio:retry", "job", (SIGN_IN, 409, GONE, GONE, GONE)),
    ("get", "studio:clip", "clip", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "studio:compare", "clip", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "studio:download", "clip", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("post", "studio:withdraw", "clip", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("get", "storyboards:home", None, (SIGN_IN, 200, 200, 200, 200)),
    ("post", "storyboards:new", None, (SIGN_IN, DONE, DONE, DONE, DONE)),
    ("get", "storyboards:board", "storyboard", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("post", "storyboards:board", "storyboard", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("post", "storyboards:check", "storyboard", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("post", "storyboards:copy", "storyboard", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("post", "storyboards:delete", "storyboard", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("get", "batches:home", None, (SIGN_IN, 200, 200, 200, 200)),
    ("post", "batches:home", None, (SIGN_IN, BAD, BAD, BAD, BAD)),
    ("get", "batches:example", None, (SIGN_IN, 200, 200, 200, 200)),
    ("get", "batches:batch", "batch", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "batches:now", "batch", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("get", "batches:results", "batch", (SIGN_IN, 200, GONE, GONE, GONE)),
    ("post", "batches:send", "batch", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("post", "batches:cancel", "batch", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("post", "batches:delete", "batch", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("get", "moderation:queue", None, (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "moderation:next", None, (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("get", "moderation:case", "case", (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "moderation:claim", "case", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("post", "moderation:release", "case", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("get", "moderation:picture", "picture_case", (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "moderation:decide", "case", (SIGN_IN, GONE, GONE, BAD, BAD)),
    ("get", "moderation:frame", "case", (SIGN_IN, GONE, GONE, 200, 200)),
    ("get", "moderation:clips", None, (SIGN_IN, GONE, GONE, 200, 200)),
    ("get", "moderation:clip", "clip", (SIGN_IN, GONE, GONE, 200, 200)),
    ("get", "moderation:clip-poster", "clip", (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "moderation:take-down", "clip", (SIGN_IN, GONE, GONE, BAD, BAD)),
    ("post", "moderation:lift", "ground", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("get", "rights:consents", None, (SIGN_IN, GONE, GONE, 200, 200)),
    ("get", "rights:new", None, (SIGN_IN, GONE, GONE, 200, 200)),
    ("get", "rights:consent", "consent", (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "rights:revoke", "consent", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("get", "rights:document", "consent", (SIGN_IN, GONE, GONE, GONE, GONE)),
    ("get", "rights:protected", None, (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "rights:unprotect", "protected", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("get", "policies:versions", None, (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "policies:upload", None, (SIGN_IN, GONE, GONE, GONE, BAD)),
    ("get", "policies:version", "policy", (SIGN_IN, GONE, GONE, 200, 200)),
    ("get", "policies:download", "policy", (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "policies:replay", "policy", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("post", "policies:cancel", "policy", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("post", "policies:make-live", "policy", (SIGN_IN, GONE, GONE, GONE, DONE)),
    ("get", "banks:lists", None, (SIGN_IN, GONE, GONE, GONE, 200)),
    ("post", "banks:import", None, (SIGN_IN, GONE, GONE, GONE, BAD)),
    ("post", "banks:picture", None, (SIGN_IN, GONE, GONE, GONE, BAD)),
    ("get", "banks:list", "hash_list", (SIGN_IN, GONE, GONE, GONE, 200)),
    ("get", "banks:export", "hash_list", (SIGN_IN, GONE, GONE, GONE, 200)),
    ("post", "banks:remove", "hash_list", (SIGN_IN, GONE, GONE, GONE, DONE)),
    ("post", "banks:delete", "hash_list", (SIGN_IN, GONE, GONE, GONE, DONE)),
    ("get", "verification:home", None, (200, 200, 200, 200, 200)),
    ("post", "verification:home", None, (400, 400, 400, 400, 400)),
    ("get", "verification:report", "report", (200, 200, 200, 200, 200)),
    ("get", "verification:report-json", "report", (200, 200, 200, 200, 200)),
    ("get", "verification:jws", "report", (GONE, GONE, GONE, GONE, GONE)),  # no key: unsigned
    ("get", "verification:pdf", "report", (200, 200, 200, 200, 200)),
    ("get", "verification:original", "report", (GONE, GONE, GONE, GONE, GONE)),
    ("get", "verification:root", None, (GONE, GONE, GONE, GONE, GONE)),
    ("get", "verification:badge", "clip", (200, 200, 200, 200, 200)),
    ("post", "verification:wrong", None, (GONE, GONE, GONE, GONE, GONE)),
    ("post", "verification:share", "report", (400, 400, 400, 400, 400)),
    ("post", "verification:unshare", "report", (DONE, DONE, DONE, DONE, DONE)),
    ("post", "verification:delete", "report", (DONE, DONE, DONE, DONE, DONE)),
    ("get", "verification:shared", "share", (200, 200, 200, 200, 200)),
    ("get", "verification:shared-report-json", "share", (200, 200, 200, 200, 200)),
    ("get", "verification:shared-jws", "share", (GONE, GONE, GONE, GONE, GONE)),
    ("get", "verification:shared-pdf", "share", (200, 200, 200, 200, 200)),
    ("get", "verification:shared-original", "share", (GONE, GONE, GONE, GONE, GONE)),
    ("get", "objections:objection", "objection", (SIGN_IN, GONE, GONE, 200, 200)),
    ("post", "objections:close", "objection", (SIGN_IN, GONE, GONE, DONE, DONE)),
    ("get", "objections:still", "objection", (SIGN_IN, GONE, GONE, GONE, GONE)),
    ("get", "accounts:keys", None, (SIGN_IN, 200, 200, 200, 200)),
    ("post", "accounts:keys", None, (SIGN_IN, BAD, BAD, BAD, BAD)),
    ("post", "accounts:revoke-key", "key", (SIGN_IN, DONE, GONE, GONE, GONE)),
    ("get", "registry-api-page", None, (200, 200, 200, 200, 200)),
    ("get", "c2pa-discovery", None, (200, 200, 200, 200, 200)),
    ("get", "registry:clip", "clip", (200, 200, 200, 200, 200)),
    ("get", "registry:video", "clip", (200, 200, 200, 200, 200)),
    ("get", "registry:poster", "clip", (200, 200, 200, 200, 200)),
]
GET_ONLY_BY_POST = [
    row for row in TABLE if row[0] == "post" and not row[1].endswith(("home", ":keys", ":board"))
]


def address(name: str, subject: str | None, world: object) -> str:
    found = getattr(world, subject) if subject else None
    if isinstance(found, HashList):
        form = ["csv"] if name.endswith("export") else []
        return reverse(name, args=["known", found.name, *form])
    arguments = [found.token if isinstance(found, Share) else found.pk] if found else []
    numbered = name.endswith((":frame", "original", ":still"))
    return reverse(name, args=[*arguments, 0] if numbered else arguments)


@pytest.fixture
def everybody(creator, stranger, moderator, admin):
    return dict(zip(WHO, (None, creator, stranger, moderator, admin), strict=True))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("method", "name", "subject", "answers"), TABLE, ids=lambda value: str(value)
)
def test_everybody_gets_what_is_theirs(
    method, name, subject, answers, who, world, everybody, client_of
):
    url = address(name, subject, world)
    response = getattr(client_of(everybody[who]), method)(url)
    expected = answers[WHO.index(who)]
    assert response.status_code == expected
    if who == "nobody" and expected == SIGN_IN and not name.startswith("verification"):
        assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(("method", "name", "subject", "answers"), GET_ONLY_BY_POST)
def test_nothing_changes_by_a_link(method, name, subject, answers, world, everybody, client_of):
    who = everybody["admin" if name.startswith(MODERATORS) else "owner"]
    assert client_of(who).get(address(name, subject, world)).status_code == 405


def test_the_table_has_every_address():
    """The interfaces for programs, which know no sessions, have tests of their own."""
    ours = {name for name in names(get_resolver()) if not name.startswith(PROGRAMS)}
    assert ours == {name for _method, name, _subject, _answers in TABLE}


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.name)
        else:
            yield from names(entry, f"{entry.namespace}:" if entry.namespace else prefix)

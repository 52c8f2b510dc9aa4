from datetime import UTC, datetime, timedelta

import pytest

from safety.errors import InvalidInput
from safety.likeness import Consent, ConsentRegistry, Use, affected, same_name, settle
from safety.verdict import Decision, Finding, SafetyVerdict

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
AGREED = Consent("c1", "Beyoncé", "studio-a", "parody", NOW - DAY, NOW + DAY)


def asked(registry, **changes):
    question = {"subject": "beyonce", "holder": "studio-a", "purpose": "parody", "at": NOW}
    return registry.consent_for(**{**question, **changes})


def test_an_agreed_use_is_found():
    assert asked(ConsentRegistry([AGREED])) == AGREED


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Tom Hanks"},
        {"holder": "studio-b"},
        {"purpose": "advertising"},
        {"at": NOW - 2 * DAY},
        {"at": NOW + DAY},
    ],
    ids=str,
)
def test_any_other_use_is_not(change):
    assert asked(ConsentRegistry([AGREED]), **change) is None


def test_a_revocation_ends_it_from_that_moment():
    registry = ConsentRegistry([AGREED]).revoke("c1", NOW)
    assert asked(registry) is None
    assert asked(registry, at=NOW - timedelta(hours=1)) is not None


def test_revoking_twice_keeps_the_first_moment():
    registry = ConsentRegistry([AGREED]).revoke("c1", NOW - timedelta(hours=2)).revoke("c1", NOW)
    assert asked(registry, at=NOW - timedelta(hours=1)) is None


def test_an_unknown_consent_cannot_be_revoked():
    with pytest.raises(InvalidInput):
        ConsentRegistry([]).revoke("c1", NOW)


def test_a_general_consent_does_not_reach_a_protected_person():
    general = Consent("c2", "Beyoncé", "*", "*", NOW - DAY)
    assert asked(ConsentRegistry([general])) == general
    assert asked(ConsentRegistry([general], protected=["BEYONCE"])) is None
    assert asked(ConsentRegistry([AGREED], protected=["BEYONCE"])) == AGREED


def test_protection_survives_a_revocation():
    general = Consent("c2", "Beyoncé", "*", "*", NOW - DAY)
    registry = ConsentRegistry([general, AGREED], protected=["beyonce"]).revoke("c1", NOW)
    assert registry.is_protected("Beyoncé")
    assert asked(registry) is None


def test_a_revocation_reaches_every_derived_clip():
    uses = [
        Use("clip", frozenset({"c1"})),
        Use("remix", parents=frozenset({"clip"})),
        Use("remix of remix", parents=frozenset({"remix", "other"})),
        Use("other"),
    ]
    assert affected("c1", uses) == {"clip", "remix", "remix of remix"}


def test_clips_that_derive_from_one_another_do_not_loop():
    uses = [Use("a", frozenset({"c1"}), frozenset({"b"})), Use("b", parents=frozenset({"a"}))]
    assert affected("c1", uses) == {"a", "b"}


@pytest.mark.parametrize("other", ["beyonce", "BEYONCÉ", "Be-yon ce"])
def test_spellings_of_one_name(other):
    assert same_name("Beyoncé", other)


@pytest.mark.parametrize(
    "fields",
    [
        {"starts": datetime(2026, 1, 1)},
        {"ends": NOW - 2 * DAY},
        {"subject": " "},
        {"holder": ""},
    ],
    ids=str,
)
def test_an_impossible_consent_is_refused(fields):
    with pytest.raises(InvalidInput):
        Consent(
            **{"id": "x", "subject": "A", "holder": "h", "purpose": "p", "starts": NOW, **fields}
        )


def found(decision=Decision.REVIEW, **fields):
    plain = {"category": "public_figure", "subject": "Beyonce", "hidden": False}
    return Finding(score=1.0, decision=decision, source="t", reason="r", **{**plain, **fields})


def settled(*findings, purpose="parody"):
    verdict = SafetyVerdict.of(findings, "p", {})
    return settle(verdict, ConsentRegistry([AGREED]), "studio-a", purpose, NOW)


def test_an_agreed_use_asks_for_nothing_any_more_and_names_its_consent():
    verdict = settled(found())
    assert verdict.decision is Decision.ALLOW
    assert verdict.findings[0].consent == "c1"
    assert "consent for “Beyonce”" in verdict.findings[0].reason


def test_a_consent_settles_nothing_else_about_the_same_text():
    assert settled(found(), found(category="violence", subject="")).decision is Decision.REVIEW


@pytest.mark.parametrize(
    "other",
    [found(subject="Tom Hanks"), found(subject=""), found(Decision.BLOCK), found(hidden=True)],
    ids=["somebody else", "nobody", "blocked", "hidden"],
)
def test_what_no_consent_can_settle_stays_as_it_was(other):
    assert settled(other).findings == (other,)


def test_a_consent_for_one_purpose_needs_that_purpose_declared():
    assert settled(found(), purpose="").decision is Decision.REVIEW


def test_a_settled_verdict_survives_json():
    verdict = settled(found())
    assert SafetyVerdict.from_dict(verdict.as_dict()) == verdict

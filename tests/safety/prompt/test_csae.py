"""Mechanics of the term-pair rule, on single abstract terms of its lists only."""

import itertools
import json

import pytest

from safety.prompt.csae import TERMS, PairRule
from safety.prompt.normalise import normalise
from safety.verdict import Decision

LISTS = json.loads(TERMS.read_text())
RULE = PairRule.load()


def found(text):
    return RULE.find(normalise(text), "prompt")


def disguises(term):
    yield term
    yield term.upper()
    yield term.replace("i", "1").replace("e", "3").replace("o", "0")
    yield term.replace("a", "а").replace("e", "е")
    yield "\u200b".join(term)


@pytest.mark.parametrize("minor", LISTS["minor"])
def test_every_pair_is_blocked(minor):
    assert all(found(f"{minor} {sexual}") for sexual in LISTS["sexual"])


@pytest.mark.parametrize("minor", LISTS["minor"][::6])
def test_disguised_pairs_are_blocked(minor):
    for sexual in LISTS["sexual"][::9]:
        for left, right in itertools.product(disguises(minor), disguises(sexual)):
            assert found(f"{left} {right}"), (left, right)


def test_the_finding_is_hidden_and_says_nothing():
    finding = found(f"{LISTS['minor'][0]} {LISTS['sexual'][0]}")[0]
    assert finding.decision is Decision.BLOCK
    assert finding.hidden
    assert finding.span is None
    assert finding.reason == "This text cannot be used."


@pytest.mark.parametrize("apart", [" ", ".", "-", "*"])
def test_letters_set_apart_across_words_are_blocked(apart):
    for minor in LISTS["minor"][::4]:
        assert found(apart.join(f"{minor}{LISTS['sexual'][3]}")), minor


def test_stretched_letters_are_blocked():
    for minor in LISTS["minor"][::4]:
        assert found(f"{minor.replace('e', 'eeeee').replace('o', 'ooooo')} {LISTS['sexual'][3]}")


@pytest.mark.parametrize("term", [*LISTS["minor"][::5], *LISTS["sexual"][::5]])
def test_one_half_of_a_pair_is_not_enough(term):
    assert not found(f"about {term} and the weather")


@pytest.mark.parametrize("age", ["12 years old", "a 9-year-old", "15yo", "aged 14", "ten year old"])
def test_an_age_counts_as_a_minor(age):
    assert RULE.kinds(age) == {"minor"}


@pytest.mark.parametrize("age", ["40 years old", "a 19-year-old", "a 120-year-old tree"])
def test_an_adult_age_does_not(age):
    assert RULE.kinds(age) == set()


@pytest.mark.parametrize("phrase", LISTS["exceptions"])
def test_exceptions_count_as_neither(phrase):
    assert RULE.kinds(phrase) == set()


def test_the_gate_blocks_a_pair_and_shows_no_other_finding(prompt_gate):
    verdict = prompt_gate.screen(f"{LISTS['minor'][0]} {LISTS['sexual'][0]}")
    assert verdict.decision is Decision.BLOCK
    assert [finding.category for finding in verdict.findings] == ["csae"]

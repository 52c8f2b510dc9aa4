from dataclasses import replace

import pytest

from safety import CategoryRule, Decision, Finding, SafetyVerdict, load_policy
from safety.replay import PastItem, diff, replay, routes

POLICY = load_policy()


def rule(review, block, **more):
    return CategoryRule("violence", "", review, block, **more)


def policy(review, block, **more):
    return replace(POLICY, prompt={**POLICY.prompt, "violence": rule(review, block, **more)})


CURRENT = policy(0.4, 0.8)


def item(key, score, decision, category="violence", hidden=False):
    finding = Finding(category, score, decision, "test", "", hidden=hidden)
    findings = [finding] if decision is not Decision.ALLOW else []
    return PastItem(key, "prompt", SafetyVerdict.of(findings, CURRENT.version, {}))


def test_a_policy_does_not_differ_from_itself():
    assert diff(POLICY, POLICY) == ()


def test_a_changed_threshold_is_named_with_both_values():
    changes = {change.where: change for change in diff(CURRENT, policy(0.5, 0.8))}
    assert changes["prompt.violence.review"].before == "0.4"
    assert changes["prompt.violence.review"].after == "0.5"
    assert len(changes) == 1


def test_a_dropped_category_is_named():
    fewer = {key: value for key, value in CURRENT.prompt.items() if key != "gore"}
    assert any(c.where == "prompt.gore.review" and c.after == "" for c in
               diff(CURRENT, replace(CURRENT, prompt=fewer)))  # fmt: skip


def test_a_laxer_policy_lets_items_through():
    past = [item("a", 0.45, Decision.REVIEW), item("b", 0.7, Decision.REVIEW)]
    outcome = replay(policy(0.6, 0.8), CURRENT, past)
    assert [(moved.key, moved.after) for moved in outcome.moved] == [("a", Decision.ALLOW)]
    assert outcome.transitions[(Decision.REVIEW, Decision.REVIEW)] == 1


def test_a_higher_block_threshold_turns_blocks_into_reviews():
    outcome = replay(policy(0.4, 0.95), CURRENT, [item("a", 0.9, Decision.BLOCK)])
    assert outcome.moved[0].after is Decision.REVIEW


def test_a_stricter_policy_cannot_be_known_from_records():
    past = [item("a", 0.0, Decision.ALLOW), item("b", 0.9, Decision.BLOCK)]
    outcome = replay(policy(0.2, 0.8), CURRENT, past)
    assert outcome.unknowable == ("a",)


def test_other_models_make_every_item_unknowable():
    candidate = replace(CURRENT, models={"prompt-heads": "other"})
    outcome = replay(candidate, CURRENT, [item("a", 0.5, Decision.REVIEW)])
    assert outcome.unknowable == ("a",)


def test_hidden_and_unscreened_findings_stay_as_they_were():
    past = [
        item("a", 1.0, Decision.BLOCK, "csae", hidden=True),
        item("b", 1.0, Decision.REVIEW, "unscreened"),
    ]
    outcome = replay(policy(0.9, 1.01), CURRENT, past)
    assert outcome.moved == ()
    assert outcome.items == 2


def test_routing_names_queues_and_second_reviewers():
    strict = policy(0.4, 0.8, queue="senior", second_reviewer=True)
    verdict = item("a", 0.5, Decision.REVIEW).verdict
    assert routes(strict, verdict, "prompt") == (("senior",), True)


@pytest.mark.parametrize("category", ["unscreened", "unknown"])
def test_what_has_no_rule_goes_to_the_general_queue(category):
    verdict = item("a", 0.5, Decision.REVIEW, category).verdict
    assert routes(POLICY, verdict, "prompt") == (("general",), False)

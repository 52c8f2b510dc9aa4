"""What the buttons of a board do to what was typed."""

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from generation.storyboard import MAX_SHOTS, MIN_SHOTS
from storyboards.drafts import Draft, DraftShot, act

THREE = Draft(tuple(DraftShot(key=letter * 8, prompt=letter) for letter in "abc"))
ACTIONS = st.tuples(
    st.sampled_from(["up", "down", "remove", "add", "nonsense"]),
    st.sampled_from(["a" * 8, "b" * 8, "c" * 8, "no such key"]),
)


def order(draft: Draft) -> str:
    return "".join(shot.prompt for shot in draft.shots)


def test_up_and_down_move_a_shot_by_one():
    assert order(act(THREE, "up:cccccccc")) == "acb"
    assert order(act(THREE, "down:aaaaaaaa")) == "bac"


def test_at_the_ends_nothing_moves():
    assert act(THREE, "up:aaaaaaaa") == THREE
    assert act(THREE, "down:cccccccc") == THREE


def test_a_new_shot_is_as_long_as_the_last():
    longer = Draft((*THREE.shots[:2], DraftShot(seconds="4")))
    assert act(longer, "add").shots[-1].seconds == "4"


@given(st.lists(ACTIONS, max_size=40))
def test_no_button_loses_a_shot_that_was_not_removed(actions):
    draft = THREE
    for verb, key in actions:
        before = {shot.key for shot in draft.shots}
        draft = act(draft, f"{verb}:{key}")
        gone = before - {shot.key for shot in draft.shots}
        assert gone <= ({key} if verb == "remove" else set())
        assert MIN_SHOTS <= len(draft.shots) <= MAX_SHOTS
        assert len({shot.key for shot in draft.shots}) == len(draft.shots)


def test_a_posted_form_keeps_text_as_typed_in_the_order_of_the_page():
    posted = QueryDict(mutable=True)
    posted.setlist("shot", ["bbbbbbbb", "aaaaaaaa", "bbbbbbbb", "<script>"])
    posted.update({"prompt-aaaaaaaa": " one\n", "seconds-aaaaaaaa": "soon", "transition": "?"})
    draft = Draft.posted(posted)
    assert [(s.key, s.prompt, s.seconds) for s in draft.shots] == [
        ("bbbbbbbb", "", ""),
        ("aaaaaaaa", " one\n", "soon"),
    ]
    assert (draft.transition, draft.continuity) == ("?", False)


def test_a_draft_survives_json():
    assert Draft.from_json(THREE.as_json()) == THREE

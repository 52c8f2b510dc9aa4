"""What went wrong inside the studio is shown to those who can put it right."""

from jobs.models import State
from tests.making import make_job


def test_moderators_and_administrators_see_failed_jobs(client, creator, moderator, admin):
    words = {"fault_code": "jobs.signing-key-gone", "fault_advice": "Put pki back."}
    make_job(creator, State.FAILED, **words)
    for person in (moderator, admin):
        client.force_login(person)
        page = client.get("/review/").content.decode()
        assert "jobs.signing-key-gone" in page
        assert "Put pki back." in page

"""A table on its way to clips: looked at first, made by turns, taken away safely."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from batches import services
from batches.models import Batch, Row
from jobs import queue
from jobs.models import Job, State
from tests.making import make_job

HOME = "/batches/"
CRUEL = "a man stabs a woman with a knife until she is dead, blood and gore everywhere"
TABLE = f"""prompt,seed,aspect,seconds
a red balloon over the hills,7,16:9,1
"{CRUEL}",8,,1
=HYPERLINK(1),9,,1
a blue cat by the sea,,,1.5
"""


@pytest.fixture
def desk(client_of, creator):
    return client_of(creator)


@pytest.fixture
def batch(creator) -> Batch:
    return services.preview(creator, TABLE.encode())


def page(desk, name: str, batch: Batch) -> str:
    return desk.get(reverse(f"batches:{name}", args=[batch.pk])).content.decode()


def post(desk, name: str, batch: Batch):
    return desk.post(reverse(f"batches:{name}", args=[batch.pk]))


def results(desk, batch: Batch) -> list[dict[str, str]]:
    response = desk.get(reverse("batches:results", args=[batch.pk]))
    assert response["Content-Type"].startswith("text/csv")
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_table_is_looked_at_before_anything_is_spent(desk):
    file = SimpleUploadedFile("table.csv", TABLE.encode())
    response = desk.post(HOME, {"table": file})
    batch = Batch.objects.get()
    assert response["Location"] == reverse("batches:batch", args=[batch.pk])
    assert (batch.rows.count(), Job.objects.count()) == (4, 0)


def test_the_preview_says_what_becomes_of_every_row(desk, batch):
    text = page(desk, "batch", batch)
    assert "Can be made" in text
    assert "generation.batch-formula" in text
    decisions = dict(batch.rows.values_list("number", "decision"))
    assert (decisions[2], decisions[4], decisions[5]) == ("allow", "", "allow")
    assert decisions[3] in {"review", "block"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"text\na cat\n", "generation.batch-columns"),
        (b"prompt\n" + b"a cat\n" * 10_000, "generation.batch-rows"),
        (b"prompt\na caf\xe9\n", "generation.batch-encoding"),
        (b'prompt\n"a cat\n', "generation.batch-quotes"),
        (b"prompt\n" + b"x" * 600_000, "generation.batch-too-large"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_its_code(desk, content, code):
    response = desk.post(HOME, {"table": SimpleUploadedFile("t.csv", content)})
    assert response.status_code == 422
    assert code in response.content.decode()
    assert Batch.objects.count() == 0


def test_without_a_table_the_page_says_so(desk):
    assert "batches.no-table" in desk.post(HOME).content.decode()


def test_the_upload_does_not_stay(desk, settings):
    desk.post(HOME, {"table": SimpleUploadedFile("t.csv", TABLE.encode())})
    assert list(settings.UPLOADS_DIR.iterdir()) == []


def test_the_prompts_are_sealed(batch):
    assert not any(b"balloon" in bytes(row.sealed) for row in batch.rows.all())


def test_sending_makes_a_job_of_every_row_that_can_be_made(desk, batch, creator):
    post(desk, "send", batch)
    made = [row.number for row in batch.rows.exclude(job=None)]
    assert {2, 5} <= set(made)
    assert 4 not in made
    job = batch.rows.get(number=2).job
    assert (job.owner, job.state, job.shot.seed, job.shot.aspect) == (
        creator,
        State.SCREENING,
        7,
        "16:9",
    )


def test_the_seed_of_the_preview_is_the_seed_of_the_clip(desk, batch):
    before = {line["row"]: line["seed"] for line in results(desk, batch)}
    post(desk, "send", batch)
    assert before["5"] == str(batch.rows.get(number=5).job.shot.seed)


def test_a_batch_is_sent_once(desk, batch):
    post(desk, "send", batch)
    count = Job.objects.count()
    assert post(desk, "send", batch).status_code == 409
    assert Job.objects.count() == count


def test_where_nothing_can_be_made_nothing_is_sent(desk, creator):
    empty = services.preview(creator, b"prompt\n=1\n")
    assert post(desk, "send", empty).status_code == 409
    empty.refresh_from_db()
    assert empty.sent_at is None


def test_a_preview_can_be_deleted_what_was_sent_cannot(desk, batch):
    post(desk, "send", batch)
    assert post(desk, "delete", batch).status_code == 409
    other = services.preview(batch.owner, TABLE.encode())
    post(desk, "delete", other)
    assert list(Batch.objects.all()) == [batch]
    assert Row.objects.exclude(batch=batch).count() == 0


def test_cancel_all_ends_what_is_not_over(desk, batch):
    post(desk, "send", batch)
    done = batch.rows.get(number=2).job
    Job.objects.filter(pk=done.pk).update(state=State.PUBLISHED)
    post(desk, "cancel", batch)
    states = set(Job.objects.exclude(pk=done.pk).values_list("state", flat=True))
    assert states == {State.CANCELLED}


def test_somebody_elses_clip_does_not_wait_for_the_batch(creator, stranger):
    batch = services.preview(creator, b"prompt\n" + b"a cat\n" * 30)
    services.send(batch)
    Job.objects.update(state=State.QUEUED)
    first = queue.claim()
    Job.objects.filter(pk=first.job_id).update(begun_at="2026-01-01T00:00Z", state=State.RENDERING)
    single = make_job(stranger)
    assert queue.claim().job_id == single.pk


def test_the_page_counts_what_is_done(desk, batch):
    post(desk, "send", batch)
    count = Job.objects.count()
    Job.objects.filter(pk=batch.rows.get(number=2).job_id).update(state=State.PUBLISHED)
    assert f"1 of {count} clips are done." in page(desk, "now", batch)
    Job.objects.update(state=State.CANCELLED)
    text = page(desk, "now", batch)
    assert "All done" in text
    assert "hx-trigger" not in text


def test_the_results_have_every_row(desk, batch, world):
    post(desk, "send", batch)
    job = batch.rows.get(number=2).job
    Job.objects.filter(pk=job.pk).update(state=State.PUBLISHED)
    world.clip.job = job
    world.clip.save()
    failed = {"state": State.FAILED, "fault_code": "jobs.disk-full", "fault_message": "Full."}
    Job.objects.filter(pk=batch.rows.get(number=5).job_id).update(**failed)
    lines = {line["row"]: line for line in results(desk, batch)}
    assert set(lines) == {"2", "3", "4", "5"}
    assert lines["2"]["state"] == "published"
    assert lines["2"]["mark"] == world.clip.mark_hex
    assert lines["2"]["clip"].endswith(reverse("registry:clip", args=[world.clip.pk]))
    assert (lines["4"]["state"], lines["4"]["code"]) == ("not made", "generation.batch-formula")
    assert (lines["5"]["state"], lines["5"]["code"]) == ("failed", "jobs.disk-full")


def test_no_cell_of_the_results_is_a_formula(desk, batch):
    cells = [cell for line in results(desk, batch) for cell in line.values()]
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_the_example_can_be_sent_in(desk):
    example = desk.get(reverse("batches:example")).content
    desk.post(HOME, {"table": SimpleUploadedFile("example.csv", example)})
    assert Batch.objects.get().rows.filter(fault_code="").count() == 2


def test_prompts_are_shown_as_text(desk, creator):
    batch = services.preview(creator, b"prompt\n<script>alert(1)</script> a cat\n")
    text = page(desk, "batch", batch)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text

"""What creators do with batches: send a table in, look, make, cancel, take the results away."""

import json
from contextlib import suppress

from django.db import transaction
from django.utils.timezone import now

from accounts.models import Person
from accounts.sealing import seal
from audit import services as audit
from batches.models import Batch, Row
from batches.selectors import opened
from config.errors import Conflict, UserFault
from generation import GenerationRequest, InvalidRequest, batch
from jobs import engines
from jobs import services as jobs
from jobs.disk import require_space
from jobs.lifecycle import TRANSITIONS
from jobs.models import State
from safety import Decision, SafetyVerdict, explained
from studio.services import place, preview_screening

CANCELLABLE = [state for state in State if State.CANCELLED in TRANSITIONS[state]]


def preview(owner: Person, content: bytes) -> Batch:
    """Reads a table, asks the prompt gate about every row, and spends nothing.

    Raises `UserFault` with the engine's code when the table cannot be read.
    """
    try:
        rows = batch.parse(content, engines.generator().limits)
    except InvalidRequest as error:
        raise UserFault(error.code, error.message, error.advice) from None
    made = [_row(row, owner) for row in rows]
    with transaction.atomic():
        table = Batch.objects.create(owner=owner)
        for row in made:
            row.batch = table
        Row.objects.bulk_create(made)
    return table


def send(table: Batch) -> int:
    """Makes a job of every row that can be made; returns how many. Each is screened anew.

    Raises `Conflict` if that was done already or there is nothing to make, `SystemFault` when the
    disk is nearly full.
    """
    require_space()
    limits = engines.generator().limits
    with transaction.atomic():
        if Batch.objects.filter(pk=table.pk, sent_at=None).update(sent_at=now()) != 1:
            raise Conflict(
                "batches.already-sent", "This batch is already being made.", "Watch it here."
            )
        ready = [row for row in table.rows.select_for_update() if may_be_made(row)]
        if not ready:
            raise Conflict(
                "batches.nothing-to-make",
                "None of these rows can be made.",
                "Change the table and send it again.",
            )
        for row in ready:
            request = GenerationRequest(**opened(row)["request"])
            limits.check(request)
            row.job = place(table.owner, request)
            row.save(update_fields=["job"])
        audit.record("batch.sent", table, table.owner, jobs=len(ready))
    return len(ready)


def cancel_all(table: Batch, by: Person) -> int:
    """Cancels every job that is not over; returns how many."""
    cancelled = 0
    for row in table.rows.filter(job__state__in=CANCELLABLE).select_related("job"):
        with suppress(Conflict):  # it came to an end between the look and the touch
            jobs.cancel(row.job, by)
            cancelled += 1
    return cancelled


def forget(table: Batch) -> None:
    """Deletes a preview. Raises `Conflict` once its rows have become jobs."""
    if table.sent_at:
        raise Conflict(
            "batches.already-sent",
            "This batch has been sent; its clips stay.",
            "Cancel what is not made yet.",
        )
    table.delete()


def may_be_made(row: Row) -> bool:
    """Blocked prompts are not even tried; those that a person must see wait for one as a job."""
    return not row.fault_code and row.decision != Decision.BLOCK.value


def _row(read: batch.Row, owner: Person) -> Row:
    row = Row(number=read.number)
    sealed: dict[str, object] = {"cells": dict(read.cells)}
    if read.fault is not None:
        row.fault_code = read.fault.code
        row.fault_message = f"{read.fault.message} {read.fault.advice}"
    elif read.request is not None:
        request = read.request
        sealed["request"] = {
            "prompt": request.prompt,
            "seed": request.seed,
            "aspect": request.aspect.value,
            "seconds": request.seconds,
            "style": request.style,
        }
        verdict = preview_screening(owner, request.prompt)
        row.decision = verdict.decision.value
        row.reason = _reason(verdict)
    row.sealed = seal(json.dumps(sealed))
    return row


def _reason(verdict: SafetyVerdict) -> str:
    """What the gate tells a creator; some rules must not explain how they work."""
    return " ".join(dict.fromkeys(finding.reason for finding in explained(verdict.findings)))

"""A database with as many published clips as one likes, copied from one inside the database."""

from __future__ import annotations

import uuid

from django.db import connection, models
from django.utils.timezone import now

from accounts.models import Person
from jobs.models import Job, State
from provenance import HASH_BYTES
from registry.models import Binding, Record
from registry.selectors import digest
from studio.models import Clip, Shot

MANIFEST_BYTES = 1024
HASHES, PARTS = 10, 12
"""Of the looks of a clip: as many as five seconds have, and of its parts."""
FINGERPRINT = "com.example.fingerprint.1"
_SPREAD = 0x5DEECE66D
"""Odd, so that no two numbers below 2**48 get the same mark."""
_POSTGRESQL = "postgresql"


def mark_id(number: int) -> int:
    return number * _SPREAD % 2**48


def manifest_id(number: int) -> str:
    return f"urn:c2pa:{number:032x}"


def binding_value(number: int) -> bytes:
    return f"value {number}".encode()


def fill(start: int, stop: int) -> None:
    """Adds the clips with these numbers, each with its record and a binding."""
    template = _template()
    postgresql = connection.vendor == _POSTGRESQL
    if not postgresql:
        connection.ensure_connection()
        connection.connection.create_function(
            "digest_of", 1, lambda text: digest(text.encode()), deterministic=True
        )
    hexadecimal = "lpad(to_hex(n), 32, '0')" if postgresql else "printf('%%032x', n)"
    identifier = f"({hexadecimal})::uuid" if postgresql else hexadecimal
    manifest = (
        f"decode(repeat(md5(n::text), {MANIFEST_BYTES // 16}), 'hex')"
        if postgresql
        else f"randomblob({MANIFEST_BYTES})"
    )
    hashes, parts = (
        f"decode(repeat(md5(n::text), {count * HASH_BYTES // 16}), 'hex')"
        if postgresql
        else f"randomblob({count * HASH_BYTES})"
        for count in (HASHES, PARTS)
    )
    bound = (
        "encode(sha256(convert_to('value ' || n, 'UTF8')), 'hex')"
        if postgresql
        else "digest_of('value ' || n)"
    )
    mark = f"(n * {_SPREAD}) %% {2**48}"
    named = f"'urn:c2pa:' || {hexadecimal}"
    for model, changes in (
        (Shot, {"id": identifier}),
        (Job, {"id": identifier, "shot_id": identifier}),
        (
            Clip,
            {"id": identifier, "job_id": identifier, "mark_id": mark, "manifest_id": named},
        ),
        (
            Record,
            {
                "id": "n",
                "clip_id": identifier,
                "mark_id": mark,
                "manifest_id": named,
                "manifest": manifest,
                "hashes": hashes,
                "parts": parts,
            },
        ),
        (Binding, {"id": "n", "digest": bound, "manifest_id": named}),
    ):
        _copy(model, template[model], changes, start, stop)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(
    model: type[models.Model], template: object, changes: dict[str, str], start: int, stop: int
) -> None:
    columns = [field.column for field in model._meta.local_concrete_fields]
    values = [changes.get(column, f't."{column}"') for column in columns]
    table = model._meta.db_table
    series = (
        f"generate_series({start}::bigint, {stop - 1}::bigint) AS s(n)"
        if connection.vendor == _POSTGRESQL
        else f"(WITH RECURSIVE s(n) AS (SELECT {start} UNION ALL SELECT n + 1 FROM s "
        f"WHERE n < {stop - 1}) SELECT n FROM s) AS s"
    )
    names = ", ".join(f'"{column}"' for column in columns)  # % is doubled: a value follows
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values)} '
            f'FROM "{table}" AS t, {series} WHERE t.id = %s',
            [model._meta.pk.get_db_prep_value(template, connection)],
        )


def _template() -> dict[type[models.Model], object]:
    """One row of each kind to copy; made at the first call."""
    found = Record.objects.filter(mark_id=0).select_related("clip__job").first()
    if found is None:
        found = _first()
    job = found.clip.job
    binding = Binding.objects.get(manifest_id=manifest_id(0))
    return {
        Shot: job.shot_id,
        Job: job.pk,
        Clip: found.clip_id,
        Record: found.pk,
        Binding: binding.pk,
    }


def _first() -> Record:
    """Clip number 0."""
    owner = Person.objects.create_user("benchmark@example.org")
    identifier = uuid.UUID(int=2**127)
    shot = Shot.objects.create(
        id=identifier, owner=owner, prompt_sealed=b"", salt=b"", seconds=1, seed=1, aspect="1:1"
    )
    job = Job.objects.create(id=identifier, shot=shot, owner=owner, state=State.PUBLISHED)
    clip = Clip.objects.create(
        id=identifier,
        job=job,
        owner=owner,
        mark_id=mark_id(0),
        manifest_id=manifest_id(0),
        file="clip.mp4",
        poster="clip.jpg",
        width=512,
        height=512,
        fps=24,
        duration_ms=2000,
        sha256="0" * 64,
        bytes=1,
        published_at=now(),
    )
    Binding.objects.create(
        id=0,
        digest=digest(binding_value(0)),
        algorithm=FINGERPRINT,
        manifest_id=manifest_id(0),
    )
    return Record.objects.create(
        id=0,
        clip=clip,
        mark_id=mark_id(0),
        manifest_id=manifest_id(0),
        manifest=bytes(MANIFEST_BYTES),
        reference=b"",
        sha256="0" * 64,
    )

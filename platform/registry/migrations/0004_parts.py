"""Hashes of parts of what each record looks like, for uploads that bear a caption."""

from django.db import migrations, models

from provenance import Reference, parts_of


def take_out(apps, _schema_editor):
    records = apps.get_model("registry", "Record").objects.exclude(hashes=b"")
    for pk, reference in records.values_list("pk", "reference").iterator():
        try:
            parts = parts_of(Reference.from_bytes(bytes(reference)).thumbnails)
        except ValueError:  # a broken record is told when something leads to it
            continue
        records.filter(pk=pk).update(parts=parts)


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_hashes")]

    operations = [
        migrations.AddField("Record", "parts", models.BinaryField(default=b"")),
        migrations.RunPython(take_out, migrations.RunPython.noop, elidable=True),
    ]

"""Hashes of what each record looks like, taken out of its reference to be searched."""

from django.db import migrations, models

from provenance import Reference, hashes_of


def take_out(apps, _schema_editor):
    records = apps.get_model("registry", "Record").objects
    for pk, reference in records.values_list("pk", "reference").iterator():
        try:
            hashes = hashes_of(Reference.from_bytes(bytes(reference)).hashes)
        except ValueError:  # a broken record is told when something leads to it
            continue
        records.filter(pk=pk).update(hashes=hashes)


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_deposits_and_bindings")]

    operations = [
        migrations.AddField("Record", "hashes", models.BinaryField(default=b"")),
        migrations.RunPython(take_out, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("Record", "fingerprint"),
    ]

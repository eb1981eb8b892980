"""What programs got is of the region whose endpoint they asked; so far that was the directory's."""

from typing import Any

from django.db import migrations, models


def note_regions(apps: Any, editor: Any) -> None:
    """Note the region of what people allowed, and of what waits for them."""
    alias = editor.connection.alias
    for grant in apps.get_model("oidc", "Grant").objects.using(alias):
        grant.region = grant.principal.profile.directory.region
        grant.save(using=alias, update_fields=["region"])
    for name in ("DeviceAuthorization", "ConsentRequest"):
        for waiting in apps.get_model("oidc", name).objects.using(alias):
            waiting.region = waiting.directory.region
            waiting.save(using=alias, update_fields=["region"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_regions_of_directories"),
        ("oidc", "0004_no_index_by_client_or_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="region",
            field=models.CharField(default="", max_length=20, verbose_name="region"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="deviceauthorization",
            name="region",
            field=models.CharField(default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="consentrequest",
            name="region",
            field=models.CharField(default="", max_length=20),
            preserve_default=False,
        ),
        migrations.RunPython(note_regions, migrations.RunPython.noop),
    ]

"""Instances of Identity Center have an ID, and further regions."""

from typing import Any

import django.core.validators
from django.db import migrations, models

import accounts.models.directories


def name_instances(apps: Any, editor: Any) -> None:
    """Give each instance that is there an ID of its own."""
    alias = editor.connection.alias
    for directory in apps.get_model("accounts", "Directory").objects.using(alias):
        directory.instance_id = accounts.models.directories.new_instance_id()
        directory.save(using=alias, update_fields=["instance_id"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_providers_checked")]

    operations = [
        migrations.AddField(
            model_name="directory",
            name="additional_regions",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Where its portal and its API are as well, beside its own region.",
                validators=[accounts.models.directories.check_regions],
                verbose_name="additional regions",
            ),
        ),
        migrations.AddField(
            model_name="directory",
            name="instance_id",
            field=models.CharField(max_length=23, null=True),
        ),
        migrations.RunPython(name_instances, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="directory",
            name="instance_id",
            field=models.CharField(
                default=accounts.models.directories.new_instance_id,
                editable=False,
                max_length=23,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(r"\Assoins-[0-9a-f]{16}\Z"),
                ],
                verbose_name="instance ID",
            ),
        ),
    ]

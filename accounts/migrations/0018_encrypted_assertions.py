from typing import Any

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import signin.kernel.clock
from accounts.models.identity_providers import UUID_ALPHABET, provider_uuid
from signin.kernel import entropy


def name_providers(apps: Any, schema_editor: Any) -> None:
    """Give the providers that are there an identifier each."""
    providers = apps.get_model("accounts", "SamlProvider").objects
    for provider in providers.using(schema_editor.connection.alias).all():
        provider.uuid = provider_uuid(entropy.text(16, UUID_ALPHABET))
        provider.save(update_fields=["uuid"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_trade_in_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="samlprovider",
            name="assertion_encryption_mode",
            field=models.CharField(
                blank=True,
                choices=[
                    ("Allowed", "assertions may be encrypted"),
                    ("Required", "assertions have to be encrypted"),
                ],
                max_length=8,
                verbose_name="encryption of assertions",
            ),
        ),
        migrations.AddField(
            model_name="samlprovider",
            name="uuid",
            field=models.CharField(blank=True, default="", max_length=22),
            preserve_default=False,
        ),
        migrations.RunPython(name_providers, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="samlprovider",
            name="uuid",
            field=models.CharField(
                blank=True,
                error_messages={"unique": "Another SAML provider has this unique identifier."},
                max_length=22,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\ASAMLSP[A-Z0-9]{16}\\Z", "SAMLSP and 16 capital letters and digits."
                    )
                ],
                verbose_name="unique identifier",
            ),
        ),
        migrations.CreateModel(
            name="SamlPrivateKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.PositiveSmallIntegerField()),
                ("key_id", models.CharField(max_length=22, verbose_name="key ID")),
                ("sealed", models.TextField()),
                (
                    "added_at",
                    models.DateTimeField(default=signin.kernel.clock.now, verbose_name="added at"),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="private_keys",
                        to="accounts.samlprovider",
                        verbose_name="SAML provider",
                    ),
                ),
            ],
            options={
                "verbose_name": "private key of a SAML provider",
                "verbose_name_plural": "private keys of SAML providers",
                "ordering": ["provider", "added_at", "slot"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "slot"),
                        name="one_private_key_per_slot_of_a_saml_provider",
                    ),
                    models.UniqueConstraint(
                        fields=("provider", "key_id"),
                        name="each_private_key_once_per_saml_provider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slot__gte", 1), ("slot__lte", 2)),
                        name="no_more_private_keys_per_saml_provider_than_can_be",
                    ),
                ],
            },
        ),
    ]

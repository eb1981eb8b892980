import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_management_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="TradeInToken",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "seconds",
                    models.PositiveIntegerField(verbose_name="seconds that the credentials last"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="good until")),
                ("used_at", models.DateTimeField(null=True, verbose_name="used at")),
                (
                    "principal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trade_in_tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="principal",
                    ),
                ),
            ],
            options={
                "verbose_name": "trade-in token",
                "verbose_name_plural": "trade-in tokens",
                "ordering": ["-issued_at"],
            },
        ),
    ]

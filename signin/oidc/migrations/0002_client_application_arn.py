from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("oidc", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="client",
            name="application_arn",
            field=models.CharField(
                blank=True,
                db_index=True,
                default="",
                max_length=120,
                verbose_name="application that it named",
            ),
            preserve_default=False,
        ),
    ]

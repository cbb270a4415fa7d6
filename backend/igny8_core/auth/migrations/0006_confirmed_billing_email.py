"""Billing addresses get emails only after their readers have confirmed them.

Existing addresses are unconfirmed: owners see that, and saving the details sends the link.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0005_subscription_terms")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="confirmed_billing_email",
            field=models.EmailField(
                blank=True,
                default="",
                help_text="The billing address whose reader has said that mails may come.",
                max_length=254,
            ),
            preserve_default=False,
        ),
    ]

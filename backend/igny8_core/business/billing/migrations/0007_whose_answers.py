from django.db import migrations

# A response contains its account or its invoice, or is an invoice itself.
FILL = """
UPDATE common_idempotencyrecord AS record SET account_id = COALESCE(
    (response_body #>> '{account,id}')::bigint,
    (
        SELECT account_id FROM billing_invoice
        WHERE id = (record.response_body ->> 'invoice_id')::bigint
    ),
    (
        SELECT account_id FROM billing_invoice
        WHERE record.scope LIKE '%%/invoices/%%' AND id = (record.response_body ->> 'id')::bigint
    )
)
WHERE account_id IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0006_erasure"),
        ("common", "0004_answers_of_an_account"),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

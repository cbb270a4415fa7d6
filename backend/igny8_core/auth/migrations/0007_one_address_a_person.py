"""One email address per person, enforced by the database: allauth's rows mirror ``User.email``."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

# Additional addresses are removed; people without a row get one. Two spellings of one address
# become one, verified if either was.
ONE_ROW_EACH = """
DELETE FROM account_emailaddress a USING igny8_auth_user u
    WHERE u.id = a.user_id AND lower(a.email) <> u.email;
DELETE FROM account_emailaddress WHERE id NOT IN (
    SELECT DISTINCT ON (user_id) id FROM account_emailaddress ORDER BY user_id, verified DESC, id);
UPDATE account_emailaddress a SET email = u.email, "primary" = true FROM igny8_auth_user u
    WHERE u.id = a.user_id AND (a.email <> u.email OR NOT a."primary");
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
    SELECT u.id, u.email, u.is_staff, true FROM igny8_auth_user u
    WHERE u.email NOT LIKE 'closed-%@closed.invalid'
    AND NOT EXISTS (SELECT 1 FROM account_emailaddress a WHERE a.user_id = u.id);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# Checked at the end of the transaction: a change writes both tables, one after the other.
GUARDS = """
CREATE UNIQUE INDEX person_has_one_address ON account_emailaddress (user_id);
CREATE UNIQUE INDEX address_is_one_persons ON account_emailaddress (email);

CREATE FUNCTION igny8_auth_check_address() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person bigint;
BEGIN
    IF TG_TABLE_NAME = 'igny8_auth_user' THEN
        person := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        person := OLD.user_id;
    ELSE
        person := NEW.user_id;
    END IF;
    -- Who is erased has no address; everybody else has the one that User.email names.
    IF EXISTS (
        SELECT 1 FROM igny8_auth_user u LEFT JOIN account_emailaddress a ON a.user_id = u.id
        WHERE u.id = person AND (
            CASE WHEN u.email LIKE 'closed-%@closed.invalid' THEN a.id IS NOT NULL
            ELSE a.id IS NULL OR a.email <> u.email OR NOT a."primary" END)
    ) THEN
        RAISE EXCEPTION 'a person logs in with one address, that of User.email'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_logs_in_with_one_address';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER person_logs_in_with_one_address
    AFTER INSERT OR UPDATE OF email ON igny8_auth_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION igny8_auth_check_address();
CREATE CONSTRAINT TRIGGER address_is_that_of_its_person
    AFTER INSERT OR UPDATE OR DELETE ON account_emailaddress
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION igny8_auth_check_address();
"""
NO_GUARDS = """
DROP FUNCTION igny8_auth_check_address() CASCADE;
DROP INDEX person_has_one_address;
DROP INDEX address_is_one_persons;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("igny8_auth", "0006_confirmed_billing_email"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("new_email", models.EmailField(max_length=254)),
                ("requested_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="email_change",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("new_email", django.db.models.functions.text.Lower("new_email"))
                        ),
                        name="new_email_is_lower_case",
                    )
                ],
            },
        ),
        migrations.RunSQL(ONE_ROW_EACH, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]

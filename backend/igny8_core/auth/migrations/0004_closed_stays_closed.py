"""Erased data stays erased, even if somebody saves an old copy of the row."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION igny8_auth_refuse_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever gets here has read the row before it was closed: to be tried again, or refused.
    RAISE EXCEPTION 'a closed account stays closed and blank'
        USING ERRCODE = 'serialization_failure';
END $$;

CREATE TRIGGER closed_account_stays_blank
    BEFORE UPDATE ON igny8_auth_account
    FOR EACH ROW WHEN (OLD.status = 'cancelled' AND
        (OLD.status, OLD.name, OLD.billing_name, OLD.billing_email, OLD.billing_address_line1,
         OLD.billing_address_line2, OLD.billing_city, OLD.billing_state, OLD.billing_postal_code,
         OLD.tax_id)
        IS DISTINCT FROM
        (NEW.status, NEW.name, NEW.billing_name, NEW.billing_email, NEW.billing_address_line1,
         NEW.billing_address_line2, NEW.billing_city, NEW.billing_state, NEW.billing_postal_code,
         NEW.tax_id))
    EXECUTE FUNCTION igny8_auth_refuse_return();
CREATE TRIGGER erased_person_stays_erased
    BEFORE UPDATE ON igny8_auth_user
    FOR EACH ROW WHEN (OLD.email LIKE 'closed-%@closed.invalid' AND NOT OLD.is_active AND
        (OLD.email, OLD.first_name, OLD.last_name, OLD.is_active, OLD.account_id)
        IS DISTINCT FROM
        (NEW.email, NEW.first_name, NEW.last_name, NEW.is_active, NEW.account_id))
    EXECUTE FUNCTION igny8_auth_refuse_return();
"""


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0003_sessions")]

    operations = [
        migrations.RunSQL(
            sql=GUARDS, reverse_sql="DROP FUNCTION igny8_auth_refuse_return() CASCADE"
        )
    ]

"""Every open account has an owner, enforced by the database; a unique index allows only one."""

from django.db import migrations

# Checked at the end of the transaction: an account is created before its owner, and handed over in
# steps. Payments of an account that lost its owner long ago can still be decided on: its status may
# change.
GUARDS = """
CREATE FUNCTION igny8_auth_check_owner() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked bigint := CASE TG_TABLE_NAME
        WHEN 'igny8_auth_account' THEN (to_jsonb(NEW) ->> 'id')::bigint
        ELSE (to_jsonb(OLD) ->> 'account_id')::bigint END;
BEGIN
    IF EXISTS (
        SELECT 1 FROM igny8_auth_account a WHERE a.id = checked AND a.status <> 'cancelled'
            AND NOT EXISTS (SELECT 1 FROM igny8_auth_user u
                WHERE u.account_id = a.id AND u.role = 'owner')
    ) THEN
        RAISE EXCEPTION 'account % is open and has no owner', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'open_account_has_an_owner';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER open_account_has_an_owner
    AFTER INSERT ON igny8_auth_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION igny8_auth_check_owner();
CREATE CONSTRAINT TRIGGER owner_stays_with_an_open_account
    AFTER UPDATE OF account_id, role OR DELETE ON igny8_auth_user
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION igny8_auth_check_owner();
"""


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0008_rules_of_the_forms")]

    operations = [
        migrations.RunSQL(GUARDS, "DROP FUNCTION igny8_auth_check_owner() CASCADE"),
    ]

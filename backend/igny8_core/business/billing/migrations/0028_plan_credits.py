"""Each entry of the ledger says how much of it is of the plan's pocket, and unused credits expire.

The guard of balances checks both sums with its one look. Existing entries have no part of a plan:
what customers have never expires.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

BALANCE = """
CREATE OR REPLACE FUNCTION billing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint;
    cached bigint;
    summed bigint;
    cached_of_plan bigint;
    summed_of_plan bigint;
BEGIN
    IF TG_TABLE_NAME = 'igny8_auth_account' THEN checked_id := NEW.id;
    ELSE checked_id := NEW.account_id; END IF;
    SELECT a.credits, a.plan_credits, ledger.credits, ledger.plan_credits
        INTO cached, cached_of_plan, summed, summed_of_plan
        FROM (SELECT coalesce(sum(amount), 0) AS credits,
                coalesce(sum(plan_amount), 0) AS plan_credits
            FROM billing_credittransaction WHERE account_id = checked_id) ledger
        LEFT JOIN igny8_auth_account a ON a.id = checked_id;
    IF (cached, cached_of_plan) IS DISTINCT FROM (summed, summed_of_plan) THEN
        RAISE EXCEPTION 'account %: credits % (of the plan: %) are not the ledger''s sum % (%)',
            checked_id, cached, cached_of_plan, summed, summed_of_plan
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER account_credits_are_the_ledgers_sum ON igny8_auth_account;
CREATE CONSTRAINT TRIGGER account_credits_are_the_ledgers_sum
    AFTER INSERT OR UPDATE OF credits, plan_credits ON igny8_auth_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_balance();
"""
BALANCE_BEFORE = """
DROP TRIGGER account_credits_are_the_ledgers_sum ON igny8_auth_account;
CREATE CONSTRAINT TRIGGER account_credits_are_the_ledgers_sum
    AFTER INSERT OR UPDATE OF credits ON igny8_auth_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_balance();
CREATE OR REPLACE FUNCTION billing_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked_id bigint;
    cached bigint;
    summed bigint;
BEGIN
    IF TG_TABLE_NAME = 'igny8_auth_account' THEN checked_id := NEW.id;
    ELSE checked_id := NEW.account_id; END IF;
    SELECT (SELECT credits FROM igny8_auth_account WHERE id = checked_id),
            (SELECT coalesce(sum(amount), 0)
                FROM billing_credittransaction WHERE account_id = checked_id)
        INTO cached, summed;
    IF cached IS DISTINCT FROM summed THEN
        RAISE EXCEPTION 'account %: credits % are not the ledger''s sum %',
            checked_id, cached, summed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
CHECKS = (
    models.CheckConstraint(condition=models.Q(('plan_amount', 0), models.Q(('plan_amount__gt', 0), ('plan_amount__lte', models.F('amount'))), models.Q(('plan_amount__gte', models.F('amount')), ('plan_amount__lt', 0)), _connector='OR'), name='credit_entry_contains_its_plan_part', violation_error_message="A plan's part can't be more than all of the entry."),
    models.CheckConstraint(condition=models.Q(('plan_amount__lte', 0), ('kind__in', ['plan_grant', 'reversal']), _connector='OR'), name='plan_credits_are_granted_by_plans_alone', violation_error_message='Only a plan brings credits that may expire.'),
    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'expiry'), _negated=True), models.Q(('amount__lt', 0), ('plan_amount', models.F('amount'))), _connector='OR'), name='plan_credits_alone_expire', violation_error_message="Only a plan's credits may expire."),
)
ONCE = models.UniqueConstraint(condition=models.Q(('kind', 'expiry')), fields=('payment',), name='payment_lets_credits_expire_once', violation_error_message='Credits expired already when this period began.')
ONCE_INDEX = f"""CREATE UNIQUE INDEX CONCURRENTLY {ONCE.name} ON billing_credittransaction (payment_id)
    WHERE kind = 'expiry'"""


def checked(constraint):
    """Add a rule without a lock on the ledger while its rows are read."""
    return [
        AddConstraintNotValid('credittransaction', constraint),
        ValidateConstraint('credittransaction', constraint.name),
    ]


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('billing', '0027_overrides'),
        ('igny8_auth', '0018_plan_credits'),
    ]

    operations = [
        migrations.AddField(
            model_name='credittransaction',
            name='plan_amount',
            field=models.IntegerField(db_default=0, default=0, help_text='How many of them are credits of a plan.'),
        ),
        migrations.AlterField(
            model_name='credittransaction',
            name='kind',
            field=models.CharField(choices=[('trial_grant', 'Trial grant'), ('plan_grant', 'Plan grant'), ('adjustment', 'Adjustment'), ('reversal', 'Reversal'), ('expiry', 'Expiry')], max_length=20),
        ),
        *(operation for constraint in CHECKS for operation in checked(constraint)),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ONCE_INDEX, f"DROP INDEX CONCURRENTLY {ONCE.name}")
            ],
            state_operations=[migrations.AddConstraint('credittransaction', ONCE)],
        ),
        migrations.RunSQL(sql=BALANCE, reverse_sql=BALANCE_BEFORE),
    ]

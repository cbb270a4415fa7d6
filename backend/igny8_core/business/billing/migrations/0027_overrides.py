"""An operator bends the rules for one customer: new events, and the rights to do so.

Two small indexes let the desk count unpaid renewals, and pauses with what ended them.
"""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

OVERRIDES = {"igny8_auth": "change_subscription", "billing": "add_credittransaction"}


def let_deciders_override(apps, schema_editor):
    """Give the new rights to every group that decides on payments; new groups have them."""
    permission_model = apps.get_model("auth", "Permission")
    deciding = {"permissions__content_type__app_label": "billing"}
    for label, codename in OVERRIDES.items():
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
        permission = permission_model.objects.get(
            content_type__app_label=label, codename=codename
        )
        groups = apps.get_model("auth", "Group").objects
        for group in groups.filter(**deciding, permissions__codename="decide_payment"):
            group.permissions.add(permission)


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ('billing', '0026_customers_change_plans'),
        ('igny8_auth', '0017_periods_from_an_anchor'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed'), ('renew', 'Renewal invoiced'), ('start_period', 'Period begun'), ('fall_due', 'Renewal past due'), ('suspend', 'Paused for lack of payment'), ('lapse', 'Ended for lack of payment'), ('expire', 'Unpaid order expired'), ('end', 'Subscription ended'), ('request_cancel', 'Cancelled at the end of the period'), ('keep', 'Cancellation taken back'), ('schedule_plan', 'Plan of the next period chosen'), ('extend_due', 'Due day put off'), ('hold', 'Held until a day'), ('comp', 'Period given'), ('remind', 'Reminded by an admin'), ('adjust_credits', 'Credits adjusted'), ('unpark', 'Billing taken up again')], max_length=20),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed'), ('renew', 'Renewal invoiced'), ('start_period', 'Period begun'), ('fall_due', 'Renewal past due'), ('suspend', 'Paused for lack of payment'), ('lapse', 'Ended for lack of payment'), ('expire', 'Unpaid order expired'), ('end', 'Subscription ended'), ('request_cancel', 'Cancelled at the end of the period'), ('keep', 'Cancellation taken back'), ('schedule_plan', 'Plan of the next period chosen'), ('extend_due', 'Due day put off'), ('hold', 'Held until a day'), ('comp', 'Period given'), ('remind', 'Reminded by an admin'), ('adjust_credits', 'Credits adjusted'), ('unpark', 'Billing taken up again')], max_length=20),
        ),
        AddIndexConcurrently(
            model_name='invoice',
            index=models.Index(condition=models.Q(('kind', 'renewal')), fields=['status', 'due_date'], name='renewal_by_due_date'),
        ),
        AddIndexConcurrently(
            model_name='paymentevent',
            index=models.Index(condition=models.Q(('event__in', ['suspend', 'lapse']), ('from_state', 'suspended'), _connector='OR'), fields=['created_at'], name='event_of_a_pause'),
        ),
        migrations.RunPython(let_deciders_override, migrations.RunPython.noop, atomic=True),
    ]

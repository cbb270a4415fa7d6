"""Prices are agreed on with customers, and higher ones announced: new events."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0028_plan_credits'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed'), ('renew', 'Renewal invoiced'), ('start_period', 'Period begun'), ('fall_due', 'Renewal past due'), ('suspend', 'Paused for lack of payment'), ('lapse', 'Ended for lack of payment'), ('expire', 'Unpaid order expired'), ('end', 'Subscription ended'), ('request_cancel', 'Cancelled at the end of the period'), ('keep', 'Cancellation taken back'), ('schedule_plan', 'Plan of the next period chosen'), ('announce_price', 'Told of a higher price'), ('agree_price', 'Price agreed'), ('extend_due', 'Due day put off'), ('hold', 'Held until a day'), ('comp', 'Period given'), ('remind', 'Reminded by an admin'), ('adjust_credits', 'Credits adjusted'), ('unpark', 'Billing taken up again')], max_length=20),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed'), ('renew', 'Renewal invoiced'), ('start_period', 'Period begun'), ('fall_due', 'Renewal past due'), ('suspend', 'Paused for lack of payment'), ('lapse', 'Ended for lack of payment'), ('expire', 'Unpaid order expired'), ('end', 'Subscription ended'), ('request_cancel', 'Cancelled at the end of the period'), ('keep', 'Cancellation taken back'), ('schedule_plan', 'Plan of the next period chosen'), ('announce_price', 'Told of a higher price'), ('agree_price', 'Price agreed'), ('extend_due', 'Due day put off'), ('hold', 'Held until a day'), ('comp', 'Period given'), ('remind', 'Reminded by an admin'), ('adjust_credits', 'Credits adjusted'), ('unpark', 'Billing taken up again')], max_length=20),
        ),
    ]

"""The state of a payment's proof file; existing files count as kept."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0011_two_persons'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='proof_pages',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Of how many there are pictures; null: none drawn yet.', null=True),
        ),
        migrations.AddField(
            model_name='payment',
            name='proof_refusal',
            field=models.CharField(blank=True, choices=[('unreadable', "The file can't be read as JPEG, PNG, WebP or PDF. Send a photo or the PDF receipt."), ('animated', 'The picture moves. Send a photo or a screenshot.'), ('too_many_pixels', 'The picture has more than 50 million pixels. Send a smaller one.'), ('encrypted', 'The PDF asks for a password. Send a screenshot, or save the PDF without the password.'), ('too_many_pages', 'The PDF has more than 30 pages. Send those that show the payment.'), ('too_complex', 'The file takes too long to draw. Send a photo or a screenshot of the receipt.'), ('lost', 'The file was lost on our side. Send it again.'), ('infected', 'The virus scanner refuses this file. Send a photo or a screenshot instead.')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='payment',
            name='proof_state',
            field=models.CharField(choices=[('none', 'No file'), ('checking', 'Being checked'), ('kept', 'Kept'), ('refused', 'Refused')], db_default='none', default='none', max_length=10),
        ),
        migrations.AddField(
            model_name='payment',
            name='proof_upload',
            field=models.CharField(blank=True, db_default='', default='', help_text='Name of the file as it was sent, until it is made anew.', max_length=100),
        ),
        migrations.RunSQL(
            "UPDATE billing_payment SET proof_state = 'kept' WHERE proof <> ''",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            model_name='consent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed')], max_length=20),
        ),
        migrations.AlterField(
            model_name='paymentevent',
            name='event',
            field=models.CharField(choices=[('sign_up_free', 'Sign-up, free plan'), ('sign_up_paid', 'Sign-up, paid plan'), ('upgrade', 'Upgrade requested'), ('change_method', 'Payment method changed'), ('confirm', 'Payment confirmed by the customer'), ('replace_proof', 'Proof sent by the customer'), ('refuse_proof', 'Proof refused by the check'), ('withdraw', 'Confirmation withdrawn'), ('approve', 'Payment approved'), ('supersede', 'Replaced by an upgrade'), ('reject', 'Payment rejected'), ('void', 'Invoice voided'), ('first_approve', 'First of two approvals'), ('first_reverse', 'First of two reversals'), ('reverse', 'Approval reversed'), ('reverse_and_void', 'Approval reversed, invoice voided'), ('restore', 'Earlier subscription restored'), ('close_account', 'Account closed')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('proof', ''), _negated=True), fields=['proof'], name='payment_proof_name'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('proof_upload', ''), _negated=True), fields=['proof_upload'], name='payment_proof_upload'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(condition=models.Q(('proof_pages', None), ('proof_state', 'kept')), fields=['id'], name='payment_proof_without_pictures'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proof', ''), ('proof_state', 'none'), ('proof_upload', '')), models.Q(('proof', ''), ('proof_state', 'checking'), models.Q(('proof_upload', ''), _negated=True)), models.Q(('proof_state', 'kept'), ('proof_upload', ''), models.Q(('proof', ''), _negated=True)), models.Q(('proof', ''), ('proof_state', 'refused'), ('proof_upload', '')), _connector='OR'), name='payment_has_the_files_of_its_proof_state'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proof_state', 'refused'), models.Q(('proof_refusal', ''), _negated=True)), models.Q(models.Q(('proof_state', 'refused'), _negated=True), ('proof_refusal', '')), _connector='OR'), name='payment_says_why_its_proof_is_refused'),
        ),
    ]

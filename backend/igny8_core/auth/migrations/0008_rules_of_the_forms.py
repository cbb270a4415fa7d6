"""Valid countries, credits above 32 bits, and a message for every constraint."""

import django.core.validators
import django.db.models.functions.text
import igny8_core.common.validators
import pycountry
from django.db import migrations, models

# Belongs to billing, whose own migration recreates it: the type of its column changes.
DROP_TRIGGER = "DROP TRIGGER IF EXISTS account_credits_are_the_ledgers_sum ON igny8_auth_account"
TYPED_INSTEAD = {"UK": "GB", "EL": "GR"}


def mend_countries(apps, schema_editor):
    """Write codes in capitals; clear invalid ones, so that the customer can choose."""
    accounts = apps.get_model("igny8_auth", "Account").objects
    known = {entry.alpha_2 for entry in pycountry.countries}
    for typed in set(accounts.exclude(country="").values_list("country", flat=True)) - known:
        code = typed.strip().upper()
        code = TYPED_INSTEAD.get(code, code)
        accounts.filter(country=typed).update(country=code if code in known else "")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('igny8_auth', '0007_one_address_a_person'),
    ]

    operations = [
        migrations.RunPython(mend_countries, migrations.RunPython.noop),
        migrations.RunSQL(DROP_TRIGGER, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='account',
            name='country',
            field=models.CharField(blank=True, help_text='ISO 3166-1 alpha-2.', max_length=2, validators=[igny8_core.common.validators.validate_country_code]),
        ),
        migrations.AlterField(
            model_name='account',
            name='credits',
            field=models.BigIntegerField(default=0, help_text='Cached sum of the credit ledger.'),
        ),
        migrations.AlterField(
            model_name='plan',
            name='description',
            field=models.CharField(blank=True, max_length=300, validators=[igny8_core.common.validators.validate_line]),
        ),
        migrations.AlterField(
            model_name='plan',
            name='included_credits',
            field=models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(1000000000)]),
        ),
        migrations.AlterField(
            model_name='plan',
            name='name',
            field=models.CharField(max_length=100, validators=[igny8_core.common.validators.validate_line, igny8_core.common.validators.validate_visible]),
        ),
        migrations.AlterField(
            model_name='plan',
            name='price',
            field=models.DecimalField(decimal_places=2, help_text='In USD.', max_digits=18, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000000)]),
        ),
        migrations.AlterField(
            model_name='plan',
            name='slug',
            field=models.SlugField(help_text='Names the plan in addresses and for programs; fixed once somebody has it.', unique=True, validators=[igny8_core.common.validators.validate_lower_case]),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('country', ''), ('country__regex', '^[A-Z]{2}$'), _connector='OR'), name='account_country_is_a_code', violation_error_message='Choose a country of the list.'),
        ),
        migrations.AlterConstraint(
            model_name='account',
            name='account_status_is_known',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['trial', 'pending_payment', 'active', 'suspended', 'cancelled'])), name='account_status_is_known', violation_error_message='This is not a state of an account.'),
        ),
        migrations.AlterConstraint(
            model_name='account',
            name='account_credits_are_not_negative',
            constraint=models.CheckConstraint(condition=models.Q(('credits__gte', 0)), name='account_credits_are_not_negative', violation_error_message="Credits can't be below 0."),
        ),
        migrations.AlterConstraint(
            model_name='plan',
            name='plan_price_is_not_negative',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', 0)), name='plan_price_is_not_negative', violation_error_message="The price can't be below 0."),
        ),
        migrations.AlterConstraint(
            model_name='site',
            name='site_domain_is_unique_within_its_account',
            constraint=models.UniqueConstraint(models.F('account'), django.db.models.functions.text.Lower('domain'), name='site_domain_is_unique_within_its_account', violation_error_message='The account has a site with this domain already.'),
        ),
        migrations.AlterConstraint(
            model_name='siteuseraccess',
            name='site_access_is_given_once',
            constraint=models.UniqueConstraint(fields=('site', 'user'), name='site_access_is_given_once', violation_error_message='This person has access to the site already.'),
        ),
        migrations.AlterConstraint(
            model_name='subscription',
            name='subscription_status_is_known',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending_payment', 'active', 'past_due', 'cancelled'])), name='subscription_status_is_known', violation_error_message='This is not a state of a subscription.'),
        ),
        migrations.AlterConstraint(
            model_name='subscription',
            name='account_has_at_most_one_live_subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('active', 'past_due'))), fields=('account',), name='account_has_at_most_one_live_subscription', violation_error_message='The account has a subscription already.'),
        ),
        migrations.AlterConstraint(
            model_name='subscription',
            name='account_has_at_most_one_pending_subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'pending_payment')), fields=('account',), name='account_has_at_most_one_pending_subscription', violation_error_message='A subscription waits for its payment already.'),
        ),
        migrations.AlterConstraint(
            model_name='subscription',
            name='live_subscription_has_a_period',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('active', 'past_due')), _negated=True), ('current_period_start__lt', models.F('current_period_end')), _connector='OR'), name='live_subscription_has_a_period', violation_error_message='A paid period ends after its start.'),
        ),
        migrations.AlterConstraint(
            model_name='user',
            name='user_email_is_lower_case',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_is_lower_case', violation_error_message='Write the e-mail address in lower case.'),
        ),
        migrations.AlterConstraint(
            model_name='user',
            name='account_has_at_most_one_owner',
            constraint=models.UniqueConstraint(condition=models.Q(('role', 'owner')), fields=('account',), name='account_has_at_most_one_owner', violation_error_message='This account has an owner already.'),
        ),
        migrations.AlterConstraint(
            model_name='emailchange',
            name='new_email_is_lower_case',
            constraint=models.CheckConstraint(condition=models.Q(('new_email', django.db.models.functions.text.Lower('new_email'))), name='new_email_is_lower_case', violation_error_message='Write the e-mail address in lower case.'),
        ),
    ]

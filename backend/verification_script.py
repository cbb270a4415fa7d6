"""Check the billing data's invariants: ``python manage.py shell < verification_script.py``."""

from django.core.management import call_command

call_command("verify_billing")

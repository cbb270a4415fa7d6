"""What closing and exporting read and answer."""

from typing import Any

from rest_framework import serializers

from igny8_core.auth.serializers import OwnPasswordSerializer


class CloseAccountSerializer(OwnPasswordSerializer):
    confirmation = serializers.CharField(
        max_length=254, write_only=True, help_text="The user's own email, entered again."
    )


class ExportSerializer(serializers.Serializer[Any]):
    mailed_to = serializers.EmailField(
        source="requested_by.email",
        help_text="Who gets the email with the link when the file is ready.",
    )
    kept_until = serializers.DateTimeField(help_text="When the file is deleted.")


class ClosedSerializer(serializers.Serializer[Any]):
    account_id = serializers.IntegerField(source="account.pk")
    status = serializers.ChoiceField(source="account.status", choices=["cancelled"])
    closed_at = serializers.DateTimeField()
    kept_until = serializers.DateField(
        allow_null=True,
        help_text="The last day on which its invoices are kept as issued; null if there are none.",
    )

"""Example objects of the OpenAPI document: one customer in Lahore on the starter plan."""

PLAN = {
    "slug": "starter",
    "name": "Starter",
    "description": "For one site that earns its keep.",
    "price": "89.00",
    "currency": "USD",
    "interval": "month",
    "included_credits": 1000,
    "credits_at_renewal": "add",
    "credits_kept_up_to": None,
    "credits_note": {
        "en": "Unused credits are kept when the next period begins.",
        "ur": "اگلی مدت شروع ہونے پر غیر استعمال شدہ کریڈٹ برقرار رہتے ہیں۔",
    },
    "change_credit": "days",
    "change_note": {
        "en": "If you change the plan, its unused days are taken off.",
        "ur": "پلان بدلنے پر اس کے غیر استعمال شدہ دن منہا کیے جاتے ہیں۔",
    },
    "max_sites": 1,
    "max_users": 2,
    "is_free": False,
    "offer": "2f0c1d9e8b7a6543",
}
BILLING_DETAILS = {
    "billing_name": "Ayesha Khan",
    "billing_email": "accounts@lahore-textiles.example",
    "billing_address_line1": "14 Mall Road",
    "billing_address_line2": "",
    "billing_city": "Lahore",
    "billing_state": "Punjab",
    "billing_postal_code": "54000",
    "tax_id": "1234567-8",
}
PENDING_ACCOUNT = {
    "id": 1,
    "name": "Lahore Textiles",
    "status": "pending_payment",
    "credits": 0,
    "plan": PLAN,
    "country": "PK",
    **BILLING_DETAILS,
    "billing_email_confirmed": True,
    "created_at": "2026-11-23T09:00:00Z",
}
ACTIVE_ACCOUNT = {**PENDING_ACCOUNT, "status": "active", "credits": 1000}
USER = {
    "id": 1,
    "email": "ayesha@lahore-textiles.example",
    "first_name": "Ayesha",
    "last_name": "Khan",
    "role": "owner",
    "language": "en",
    "email_verified": False,
    "pending_email": None,
    "is_billing_admin": False,
    "date_joined": "2026-11-23T09:00:00Z",
}
PENDING_SUBSCRIPTION = {
    "id": 1,
    "status": "pending_payment",
    "plan": PLAN,
    "current_period_start": None,
    "current_period_end": None,
    "cancelled_at": None,
    "created_at": "2026-11-23T09:00:00Z",
}
ACTIVE_SUBSCRIPTION = {
    **PENDING_SUBSCRIPTION,
    "status": "active",
    "current_period_start": "2026-11-23T10:30:00Z",
    "current_period_end": "2026-12-23T10:30:00Z",
}
INDUSTRY = {"id": 1, "slug": "fashion", "name": "Fashion and textiles"}
COUNTRY = {
    "code": "IN",
    "name": "India",
    "currency": "INR",
    "address": {
        "city_type": "city",
        "state_type": "state",
        "states": ["Andhra Pradesh", "Maharashtra"],
        "postal_code_type": "pin",
        "postal_code_example": "110034",
        "tax_id_name": "GSTIN",
    },
}
SITE = {
    "id": 1,
    "name": "Shop",
    "domain": "shop.lahore-textiles.example",
    "industry": INDUSTRY,
    "created_at": "2026-11-23T11:00:00Z",
}
SITE_REQUEST = {"name": "Shop", "domain": "shop.lahore-textiles.example", "industry": "fashion"}
REGISTER_REQUEST = {
    "email": "ayesha@lahore-textiles.example",
    "password": "a-long-passphrase",
    "first_name": "Ayesha",
    "last_name": "Khan",
    "account_name": "Lahore Textiles",
    "language": "en",
    "plan_slug": "starter",
    "country": "PK",
    "payment_method": "bank_transfer",
    **BILLING_DETAILS,
}

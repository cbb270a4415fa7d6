"""What customers read about renewals: subjects and paragraphs, without their line breaks."""

# Paragraphs that several have
OWED = "OWED"
PAID_ALREADY = "PAID ALREADY"
REPEATED = {
    "en": {
        OWED: """Invoice: INV-2027-000002 Amount due: 25,053.50 PKR (89.00 USD)
            Due by: 1 February 2027""",
        PAID_ALREADY: """Have you paid already? Confirm your payment on the invoice page. While we
            check it, the clock stops: nothing is paused and nothing ends.""",
    },
    "ur": {
        OWED: """انوائس: INV-2027-000002
            واجب الادا رقم: 25,053.50 PKR (89.00 USD)
            آخری تاریخ: 2027-02-01""",
        PAID_ALREADY: """کیا آپ ادائیگی کر چکے ہیں؟ انوائس کے صفحے پر اس کی تصدیق کریں۔
            جب تک ہم اسے جانچ رہے ہوں گے، وقت شمار نہیں ہوگا:
            نہ کچھ روکا جائے گا، نہ کچھ ختم ہوگا۔""",
    },
}
ENGLISH = {
    "renewal_issued": """
Renew your Starter plan: pay 25,053.50 PKR by 1 February 2027

It's time to renew your Starter plan. This invoice is for the period from 1 February 2027 to 1
March 2027.

OWED

How to pay by Bank transfer

IBAN: PK36SCBL0000001123456702

Payment reference: INV-2027-000002

After you pay, confirm your payment on the invoice page
""",
    "due_day_put_off": """
Invoice INV-2027-000002 is now due on 20 February 2027

You have more time to pay the invoice for your Starter plan. Everything in your account works.

Invoice: INV-2027-000002 Amount due: 25,053.50 PKR (89.00 USD) Now due by: 20 February 2027
Reason: Agreed by phone
""",
    "renewal_reminder": """
Please pay invoice INV-2027-000002 by 1 February 2027: 25,053.50 PKR

It's time to renew your Starter plan. This invoice isn't paid yet:

OWED

If it is still unpaid on 11 February 2027, your account will be paused. Until then, everything
works as before.

PAID ALREADY
""",
    "renewal_due": """
Invoice INV-2027-000002 was due on 1 February 2027: please pay 25,053.50 PKR

This invoice for your Starter plan was due on 1 February 2027, and we haven't received your
payment:

OWED

Nothing has changed in your account: everything works as before. If the invoice is still unpaid
on 11 February 2027, your account will be paused.

PAID ALREADY
""",
    "past_due": """
Your Starter plan is past due: please pay 25,053.50 PKR

Your Starter plan is past due: we still haven't received your payment for this invoice.
Everything works for now.

OWED

If the invoice is still unpaid on 11 February 2027, your account will be paused: you won't be
able to add or change sites, or use credits. You will still be able to sign in, read everything
and pay.

PAID ALREADY
""",
    "final_notice": """
Final notice: your account will be paused on 11 February 2027

This is our last notice before your account is paused. The invoice for your Starter plan isn't
paid:

OWED

If it is still unpaid on 11 February 2027, your account will be paused: from that day on, you
can't add or change sites, or use credits. Your sites, your data and your credits stay. You can
still sign in, read everything, download your invoices and your data, and pay.

If it is still unpaid on 13 March 2027, your plan ends.

PAID ALREADY
""",
    "suspended": """
Your account is paused: pay invoice INV-2027-000002 to go on

Your account has been paused since 11 February 2027, because the invoice for your Starter plan
isn't paid. You can't add or change sites, or use credits.

OWED

You can still sign in, read everything, download your invoices and your data, and pay. As soon
as we approve your payment, everything works again. The paused days don't count: you get all of
the time that you pay for.

Your data is safe, and we keep your plan for you until 13 March 2027. If the invoice is still
unpaid on that day, your plan ends.

PAID ALREADY
""",
    "ending": """
Your Starter plan ends on 13 March 2027 if you don't pay

Your account has been paused since 11 February 2027, because the invoice for your Starter plan
isn't paid.

OWED

If the invoice is still unpaid on 13 March 2027, your plan ends and the invoice becomes void:
you will owe nothing on it. Your account and your data stay, and you can choose a plan again.

PAID ALREADY
""",
    "subscription_ended": """
Your Starter plan has ended

Your Starter plan has ended, because its renewal wasn't paid. Invoice INV-2027-000002 is void: you
owe nothing on it, so please don't pay it any more.

Your account and your data stay. To go on, choose a plan.

You have 1000 unused credits of the plan. They expire 30 days after its end, unless you choose a
plan before that.
""",
    "order_expired": """
Your order of the Starter plan has expired

Invoice INV-2027-000003 for 89.00 USD wasn't paid in time, so your order of the Starter plan has
expired. The invoice is void: you owe nothing on it, so please don't pay it any more.

Your account stays open, without a paid plan. You can choose a plan again whenever you like.

Have you paid already? Your money is not lost: reply to this email with your receipt.
""",
}
URDU = {
    "renewal_issued": """
Starter پلان کی تجدید: 2027-02-01 تک 25,053.50 PKR ادا کریں

2027-02-01 سے 2027-03-01 تک کی مدت

OWED

PK36SCBL0000001123456702
""",
    "due_day_put_off": """
انوائس INV-2027-000002 کی آخری تاریخ اب 2027-02-20 ہے

آپ کو Starter پلان کی انوائس ادا کرنے کے لیے مزید وقت دیا گیا ہے۔

نئی آخری تاریخ: 2027-02-20

وجہ: Agreed by phone
""",
    "renewal_reminder": """
براہِ کرم انوائس INV-2027-000002 2027-02-01 تک ادا کریں: 25,053.50 PKR

OWED

اگر 2027-02-11 تک انوائس ادا نہ ہوئی

PAID ALREADY
""",
    "renewal_due": """
انوائس INV-2027-000002 کی آخری تاریخ 2027-02-01 تھی: براہِ کرم 25,053.50 PKR ادا کریں

OWED

سب کچھ پہلے کی طرح چل رہا ہے۔ اگر 2027-02-11 تک

PAID ALREADY
""",
    "past_due": """
آپ کے Starter پلان کی ادائیگی میں دیر ہو گئی ہے: براہِ کرم 25,053.50 PKR ادا کریں

OWED

اگر 2027-02-11 تک انوائس ادا نہ ہوئی

PAID ALREADY
""",
    "final_notice": """
آخری اطلاع: آپ کا اکاؤنٹ 2027-02-11 کو روک دیا جائے گا

OWED

آپ کی سائٹس، ڈیٹا اور کریڈٹ محفوظ رہیں گے۔

اگر 2027-03-13 تک بھی انوائس ادا نہ ہوئی تو اس دن آپ کا پلان ختم ہو جائے گا۔

PAID ALREADY
""",
    "suspended": """
آپ کا اکاؤنٹ رکا ہوا ہے: جاری رکھنے کے لیے انوائس INV-2027-000002 ادا کریں

آپ کا اکاؤنٹ 2027-02-11 سے رکا ہوا ہے

OWED

رکے ہوئے دن شمار نہیں ہوں گے

آپ کا ڈیٹا محفوظ ہے، اور آپ کا پلان 2027-03-13 تک آپ کے لیے رکھا گیا ہے۔

PAID ALREADY
""",
    "ending": """
ادائیگی نہ ہوئی تو آپ کا Starter پلان 2027-03-13 کو ختم ہو جائے گا

آپ کا اکاؤنٹ 2027-02-11 سے رکا ہوا ہے

OWED

اگر 2027-03-13 تک انوائس ادا نہ ہوئی تو اس دن آپ کا پلان ختم ہو جائے گا

انوائس منسوخ ہو جائے گی: پھر اس پر آپ کو کچھ ادا نہیں کرنا ہوگا۔

PAID ALREADY
""",
    "subscription_ended": """
آپ کا Starter پلان ختم ہو گیا ہے

کیونکہ اس کی تجدید کی ادائیگی نہیں ہوئی۔

انوائس INV-2027-000002 منسوخ ہے: اس پر آپ کو کچھ ادا نہیں کرنا

آپ کے پاس پلان کے 1000 غیر استعمال شدہ کریڈٹ ہیں
""",
    "order_expired": """
Starter پلان کے لیے آپ کا آرڈر ختم ہو گیا ہے

89.00 USD کی انوائس INV-2027-000003 وقت پر ادا نہیں ہوئی

آپ کا اکاؤنٹ کھلا رہے گا
""",
}
WORDS = {"en": ENGLISH, "ur": URDU}


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


def paragraphs(kind: str, language: str) -> list[str]:
    """Return the subject of a kind, and what its body has to say, in this order."""
    found = [one_line(part) for part in WORDS[language][kind].split("\n\n")]
    return [one_line(REPEATED[language].get(part, part)) for part in found]


def paid_already(language: str) -> str:
    """Return what is told as long as a confirmation stops the clock."""
    return one_line(REPEATED[language][PAID_ALREADY])

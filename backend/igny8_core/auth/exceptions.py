"""What the accounts' services refuse, each with its stable code and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from igny8_core.auth.enums import PlanInterval
from igny8_core.common.exceptions import (
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    StateConflict,
    Words,
)

if TYPE_CHECKING:
    from igny8_core.auth.models import Account, Plan
    from igny8_core.auth.terms import PlanTerms

NOT_OPEN = Words(
    en="This account is suspended or closed. Contact support.",
    ur="یہ اکاؤنٹ معطل یا بند ہے۔ مدد کے لیے ہمیں لکھیں۔",
)


class NoAccount(NotAllowed):
    """Whoever is signed in belongs to no account."""

    code = "no_account"
    words = Words(
        en="You are signed in, but you have no customer account.",
        ur="آپ لاگ اِن ہیں، مگر آپ کا کوئی کسٹمر اکاؤنٹ نہیں۔",
    )


class NotAccountOwner(NotAllowed):
    """Only the account's owner deals with its money."""

    code = "not_account_owner"
    words = Words(
        en="Only the owner of the account can do this.",
        ur="یہ صرف اکاؤنٹ کا مالک کر سکتا ہے۔",
    )


class AccountSuspended(NotAllowed):
    """The account is paused until its open invoice is paid; it can still be read, paid and closed.

    :ivar account: the one to pay for.
    """

    code = "account_suspended"
    words = Words(
        en="Your account is paused because an invoice isn't paid. Pay it, and go on.",
        ur="آپ کا اکاؤنٹ رکا ہوا ہے کیونکہ ایک انوائس ادا نہیں ہوئی۔ اسے ادا کریں اور کام جاری رکھیں۔",
    )

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account


class EmailAlreadyRegistered(InvalidInput):
    """Somebody has signed up with this email already."""

    code = "email_already_registered"
    attr = "email"
    words = Words(
        en="There is already an account with this email. Sign in, or use another address.",
        ur="اس ای میل کا اکاؤنٹ پہلے سے موجود ہے۔ لاگ اِن کریں یا دوسرا پتہ لکھیں۔",
    )


class EmailUnchanged(InvalidInput):
    """The new email is the present one."""

    code = "email_unchanged"
    attr = "email"
    words = Words(
        en="You already sign in with this address.",
        ur="آپ پہلے ہی اس پتے سے لاگ اِن ہوتے ہیں۔",
    )


class EmailUnusable(InvalidInput):
    """No mail can reach anybody at this address."""

    code = "email_unusable"
    attr = "email"
    words = Words(
        en="This address can't be used. Enter one that reaches you.",
        ur="یہ پتہ استعمال نہیں ہو سکتا۔ وہ لکھیں جہاں آپ کو میل ملتی ہو۔",
    )


class UnknownPlan(InvalidInput):
    """No public plan has this slug."""

    code = "unknown_plan"
    attr = "plan_slug"
    words = Words(
        en="There is no plan '{slug}'. Choose one of: {offered}.",
        ur="'{slug}' نام کا کوئی پلان نہیں۔ ان میں سے چنیں: {offered}۔",
    )


INTERVALS = {
    PlanInterval.MONTH: Words(en="a month", ur="ماہانہ"),
    PlanInterval.YEAR: Words(en="a year", ur="سالانہ"),
}


class PlanChanged(InvalidInput):
    """The plan is sold otherwise than the customer was shown."""

    code = "plan_changed"
    attr = "plan_slug"
    words = Words(
        en="The {plan} plan has changed since you saw it. It now costs {price} {interval}. "
        "Check it and choose again.",
        ur="آپ کے دیکھنے کے بعد پلان {plan} بدل گیا ہے۔ اب اس کی قیمت {price} {interval} ہے۔ "
        "اسے دیکھ کر دوبارہ چنیں۔",
    )

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            plan=plan,
            price=f"{plan.price} {plan.currency}",
            interval=INTERVALS[PlanInterval(plan.interval)],
        )


class UnknownCountry(InvalidInput):
    """The code is not one of ISO 3166-1 alpha-2."""

    code = "unknown_country"
    attr = "country"
    words = Words(
        en="'{country}' is not a country code. Use two letters of ISO 3166-1, as in "
        "/api/v1/countries/ (PK, IN, GB).",
        ur="'{country}' کسی ملک کا کوڈ نہیں۔ ISO 3166-1 کے دو حرف لکھیں، جیسے PK، IN یا GB۔ "
        "فہرست یہاں ہے: \u2068/api/v1/countries/\u2069",
    )


class NoSuchCountry(NotFound):
    """ISO 3166-1 has no such code."""

    words = Words(
        en="There is no country '{country}'. Use a code of /api/v1/countries/.",
        ur="'{country}' نام کا کوئی ملک نہیں۔ کوڈ یہاں سے لیں: \u2068/api/v1/countries/\u2069",
    )


class UnknownIndustry(InvalidInput):
    """No industry has this slug."""

    code = "unknown_industry"
    attr = "industry"
    words = Words(
        en="There is no industry '{industry}'. The list is at /api/v1/industries/.",
        ur="'{industry}' نام کا کوئی شعبہ نہیں۔ فہرست یہاں ہے: \u2068/api/v1/industries/\u2069",
    )


class DomainAlreadyAdded(InvalidInput):
    """The account has a site of this domain already."""

    code = "domain_already_added"
    attr = "domain"
    words = Words(
        en="You already have a site with the domain {domain}.",
        ur="ڈومین {domain} کی سائٹ پہلے سے شامل ہے۔",
    )


class NoSuchSite(NotFound):
    """The person works on no site of this id."""

    words = Words(en="There is no site {site}.", ur="سائٹ {site} موجود نہیں۔")


class SiteLimitReached(StateConflict):
    """The plan allows no further site."""

    code = "site_limit_reached"
    words = Words(
        en="The {plan} plan allows {limit} site(s). Upgrade, or remove one.",
        ur="پلان {plan} میں سائٹس کی تعداد: {limit}۔ بڑا پلان لیں یا کوئی سائٹ ہٹائیں۔",
    )

    def __init__(self, account: Account, terms: PlanTerms) -> None:
        super().__init__(state=account.status, plan=terms, limit=terms.max_sites)


class AccountNotUsable(StateConflict):
    """The account has yet to be paid for, or is suspended or cancelled."""

    code = "account_not_usable"


class AccountUnpaid(AccountNotUsable):
    """The account waits for its first payment."""

    words = Words(
        en="Your account can't be used yet. Pay the open invoice first, then add sites.",
        ur="آپ کا اکاؤنٹ ابھی استعمال نہیں ہو سکتا۔ پہلے انوائس ادا کریں، پھر سائٹس شامل کریں۔",
    )


class AccountNotOpen(AccountNotUsable):
    """The account is suspended or cancelled."""

    words = NOT_OPEN


class AccountIsClosed(AccountNotUsable):
    """Somebody has closed the account at this moment."""

    words = Words(en="This account is closed.", ur="یہ اکاؤنٹ بند ہے۔")


class PasswordIncorrect(InvalidInput):
    """The password is not the user's."""

    code = "password_incorrect"
    attr = "password"
    words = Words(en="The password is not right.", ur="پاس ورڈ درست نہیں۔")


class TooManyAttempts(LimitReached):
    """Somebody has tried too many passwords in a short time."""

    code = "too_many_attempts"


class TooManyChecks(TooManyAttempts):
    """The own password was asked for too often, right or wrong."""

    words = Words(
        en="Too many attempts. Try again in a minute.",
        ur="بہت زیادہ کوششیں ہوئیں۔ ایک منٹ بعد دوبارہ کوشش کریں۔",
    )


class TooManyWrongPasswords(TooManyAttempts):
    """One wrong password too many."""

    words = Words(
        en="Too many wrong passwords. Try again in a few minutes.",
        ur="پاس ورڈ بہت بار غلط لکھا گیا۔ چند منٹ بعد دوبارہ کوشش کریں۔",
    )

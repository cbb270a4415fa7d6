"""Access to the admin site: every page of the URL map for every role."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin import site
from rest_framework.test import APIClient

from igny8_core.auth.actors import Actor
from igny8_core.auth.models import Industry, Subscription, User
from igny8_core.auth.services.sites import add_site
from igny8_core.business.billing.models import Payment, SellerProfile, SettingChange
from igny8_core.business.billing.services.setting_changes import change_setting
from igny8_core.business.bulk.models import BulkApproval
from igny8_core.common.clock import utc_now
from igny8_core.common.models import OutgoingMail
from tests.bulk import started
from tests.factories import (
    PASSWORD,
    account_of,
    approve,
    make_billing_admin,
    make_owner,
    make_payment,
    make_receipt,
)
from tests.roles import CUSTOMERS, addresses, client_as, close, read_table, some_of, undone

pytestmark = pytest.mark.django_db

PREFIX = "admin/"
# All customers and visitors share one column: they are redirected to the sign-in. "sta" is staff
# without a group. 200 shows a page, perhaps the form again; 302 follows a POST that succeeded; 403
# denies access. Acts that are refused lead back to their form, so they are 302, too. For invoices,
# payments and subscriptions, "<path:object_id>/change/" is asked for with a number: then our own
# page answers, which only shows and so refuses a POST with 405; Django's is never reached.
COLUMNS = {"sta": "staff", "vie": "viewer", "sup": "support", "adm": "admin", "roo": "superuser"}
TABLE = """
                                                           cus sta vie sup adm roo
get  (index)                                               302 200 200 200 200 200
post (index)                                               302 200 200 200 200 200
get  <url>                                                 302 404 404 404 404 404
post <url>                                                 302 404 404 404 404 404
get  <app_label>/                                          302 404 200 200 200 200
post <app_label>/                                          302 404 200 200 200 200
get  auth/group/                                           302 403 403 403 403 200
post auth/group/                                           302 403 403 403 403 200
get  auth/group/<path:object_id>/                          302 302 302 302 302 302
post auth/group/<path:object_id>/                          302 302 302 302 302 302
get  auth/group/<path:object_id>/change/                   302 403 403 403 403 200
post auth/group/<path:object_id>/change/                   302 403 403 403 403 200
get  auth/group/<path:object_id>/delete/                   302 403 403 403 403 200
post auth/group/<path:object_id>/delete/                   302 403 403 403 403 302
get  auth/group/<path:object_id>/history/                  302 403 403 403 403 200
post auth/group/<path:object_id>/history/                  302 403 403 403 403 200
get  auth/group/add/                                       302 403 403 403 403 200
post auth/group/add/                                       302 403 403 403 403 200
get  autocomplete/                                         302 403 403 403 403 403
post autocomplete/                                         302 405 405 405 405 405
get  billing/credittransaction/                            302 403 200 200 200 200
post billing/credittransaction/                            302 403 200 200 200 200
get  billing/credittransaction/<path:object_id>/           302 302 302 302 302 302
post billing/credittransaction/<path:object_id>/           302 302 302 302 302 302
get  billing/credittransaction/<path:object_id>/change/    302 403 200 200 200 200
post billing/credittransaction/<path:object_id>/change/    302 403 403 403 403 403
get  billing/credittransaction/<path:object_id>/delete/    302 403 403 403 403 403
post billing/credittransaction/<path:object_id>/delete/    302 403 403 403 403 403
get  billing/credittransaction/<path:object_id>/history/   302 403 200 200 200 200
post billing/credittransaction/<path:object_id>/history/   302 403 200 200 200 200
get  billing/credittransaction/add/                        302 403 403 403 403 403
post billing/credittransaction/add/                        302 403 403 403 403 403
get  billing/exchangerate/                                 302 403 200 200 200 200
post billing/exchangerate/                                 302 403 200 200 200 200
get  billing/exchangerate/<path:object_id>/                302 302 302 302 302 302
post billing/exchangerate/<path:object_id>/                302 302 302 302 302 302
get  billing/exchangerate/<path:object_id>/change/         302 403 200 200 200 200
post billing/exchangerate/<path:object_id>/change/         302 403 403 403 200 200
get  billing/exchangerate/<path:object_id>/delete/         302 403 403 403 403 200
post billing/exchangerate/<path:object_id>/delete/         302 403 403 403 403 200
get  billing/exchangerate/<path:object_id>/history/        302 403 200 200 200 200
post billing/exchangerate/<path:object_id>/history/        302 403 200 200 200 200
get  billing/exchangerate/add/                             302 403 403 403 200 200
post billing/exchangerate/add/                             302 403 403 403 200 200
get  billing/invoice/                                      302 403 200 200 200 200
post billing/invoice/                                      302 403 200 200 200 200
get  billing/invoice/<int:invoice_id>/change/              302 403 200 200 200 200
post billing/invoice/<int:invoice_id>/change/              302 405 405 405 405 405
get  billing/invoice/<int:invoice_id>/pdf/                 302 403 200 200 200 200
post billing/invoice/<int:invoice_id>/pdf/                 302 405 405 405 405 405
get  billing/invoice/<int:invoice_id>/void/                302 405 405 405 405 405
post billing/invoice/<int:invoice_id>/void/                302 403 403 403 302 302
get  billing/invoice/<path:object_id>/                     302 302 302 302 302 302
post billing/invoice/<path:object_id>/                     302 302 302 302 302 302
get  billing/invoice/<path:object_id>/change/              302 403 200 200 200 200
post billing/invoice/<path:object_id>/change/              302 405 405 405 405 405
get  billing/invoice/<path:object_id>/delete/              302 403 403 403 403 403
post billing/invoice/<path:object_id>/delete/              302 403 403 403 403 403
get  billing/invoice/<path:object_id>/history/             302 403 200 200 200 200
post billing/invoice/<path:object_id>/history/             302 403 200 200 200 200
get  billing/invoice/add/                                  302 403 403 403 403 403
post billing/invoice/add/                                  302 403 403 403 403 403
get  billing/payment/                                      302 302 302 302 302 302
post billing/payment/                                      302 403 200 200 200 200
get  billing/payment/<int:payment_id>/approve/             302 405 405 405 405 405
post billing/payment/<int:payment_id>/approve/             302 403 403 403 302 302
get  billing/payment/<int:payment_id>/change/              302 403 200 200 200 200
post billing/payment/<int:payment_id>/change/              302 405 405 405 405 405
get  billing/payment/<int:payment_id>/proof/               302 403 200 403 200 200
post billing/payment/<int:payment_id>/proof/               302 405 405 405 405 405
get  billing/payment/<int:payment_id>/proof/<int:page>/    302 403 200 403 200 200
post billing/payment/<int:payment_id>/proof/<int:page>/    302 405 405 405 405 405
get  billing/payment/<int:payment_id>/reject/              302 405 405 405 405 405
post billing/payment/<int:payment_id>/reject/              302 403 403 403 302 302
get  billing/payment/<int:payment_id>/reverse/             302 405 405 405 405 405
post billing/payment/<int:payment_id>/reverse/             302 403 403 403 302 302
get  billing/payment/<path:object_id>/                     302 302 302 302 302 302
post billing/payment/<path:object_id>/                     302 302 302 302 302 302
get  billing/payment/<path:object_id>/change/              302 403 200 200 200 200
post billing/payment/<path:object_id>/change/              302 405 405 405 405 405
get  billing/payment/<path:object_id>/delete/              302 403 403 403 403 403
post billing/payment/<path:object_id>/delete/              302 403 403 403 403 403
get  billing/payment/<path:object_id>/history/             302 403 200 200 200 200
post billing/payment/<path:object_id>/history/             302 403 200 200 200 200
get  billing/payment/add/                                  302 403 403 403 403 403
post billing/payment/add/                                  302 403 403 403 403 403
get  billing/payment/bulk/                                 302 403 200 200 200 200
post billing/payment/bulk/                                 302 405 405 405 405 405
get  billing/payment/bulk/<int:bulk_id>/                   302 403 200 200 200 200
post billing/payment/bulk/<int:bulk_id>/                   302 405 405 405 405 405
get  billing/payment/bulk/<int:bulk_id>/go-on/             302 405 405 405 405 405
post billing/payment/bulk/<int:bulk_id>/go-on/             302 403 403 403 302 302
get  billing/payment/bulk/start/                           302 405 405 405 405 405
post billing/payment/bulk/start/                           302 403 403 403 302 302
get  billing/payment/export/<str:key>/                     302 403 404 404 404 404
post billing/payment/export/<str:key>/                     302 405 405 405 405 405
get  billing/payment/export/<str:key>/file/                302 403 404 404 404 404
post billing/payment/export/<str:key>/file/                302 405 405 405 405 405
get  billing/payment/export/csv/                           302 405 405 405 405 405
post billing/payment/export/csv/                           302 403 302 302 302 302
get  billing/payment/export/xlsx/                          302 405 405 405 405 405
post billing/payment/export/xlsx/                          302 403 302 302 302 302
get  billing/payment/notices/                              302 403 403 403 200 200
post billing/payment/notices/                              302 403 403 403 302 302
get  billing/paymentevent/                                 302 403 200 200 200 200
post billing/paymentevent/                                 302 403 200 200 200 200
get  billing/paymentevent/<path:object_id>/                302 302 302 302 302 302
post billing/paymentevent/<path:object_id>/                302 302 302 302 302 302
get  billing/paymentevent/<path:object_id>/change/         302 403 200 200 200 200
post billing/paymentevent/<path:object_id>/change/         302 403 403 403 403 403
get  billing/paymentevent/<path:object_id>/delete/         302 403 403 403 403 403
post billing/paymentevent/<path:object_id>/delete/         302 403 403 403 403 403
get  billing/paymentevent/<path:object_id>/history/        302 403 200 200 200 200
post billing/paymentevent/<path:object_id>/history/        302 403 200 200 200 200
get  billing/paymentevent/add/                             302 403 403 403 403 403
post billing/paymentevent/add/                             302 403 403 403 403 403
get  billing/paymentmethodconfig/                          302 403 200 200 200 200
post billing/paymentmethodconfig/                          302 403 200 200 200 200
get  billing/paymentmethodconfig/<path:object_id>/         302 302 302 302 302 302
post billing/paymentmethodconfig/<path:object_id>/         302 302 302 302 302 302
get  billing/paymentmethodconfig/<path:object_id>/change/  302 403 200 200 200 200
post billing/paymentmethodconfig/<path:object_id>/change/  302 403 403 403 200 200
get  billing/paymentmethodconfig/<path:object_id>/delete/  302 403 403 403 403 200
post billing/paymentmethodconfig/<path:object_id>/delete/  302 403 403 403 403 302
get  billing/paymentmethodconfig/<path:object_id>/history/ 302 403 200 200 200 200
post billing/paymentmethodconfig/<path:object_id>/history/ 302 403 200 200 200 200
get  billing/paymentmethodconfig/add/                      302 403 403 403 200 200
post billing/paymentmethodconfig/add/                      302 403 403 403 200 200
get  billing/rejectionreason/                              302 403 200 200 200 200
post billing/rejectionreason/                              302 403 200 200 200 200
get  billing/rejectionreason/<path:object_id>/             302 302 302 302 302 302
post billing/rejectionreason/<path:object_id>/             302 302 302 302 302 302
get  billing/rejectionreason/<path:object_id>/change/      302 403 200 200 200 200
post billing/rejectionreason/<path:object_id>/change/      302 403 403 403 200 200
get  billing/rejectionreason/<path:object_id>/delete/      302 403 403 403 200 200
post billing/rejectionreason/<path:object_id>/delete/      302 403 403 403 302 302
get  billing/rejectionreason/<path:object_id>/history/     302 403 200 200 200 200
post billing/rejectionreason/<path:object_id>/history/     302 403 200 200 200 200
get  billing/rejectionreason/add/                          302 403 403 403 200 200
post billing/rejectionreason/add/                          302 403 403 403 200 200
get  billing/sellerprofile/                                302 403 200 403 200 200
post billing/sellerprofile/                                302 403 200 403 200 200
get  billing/sellerprofile/<path:object_id>/               302 302 302 302 302 302
post billing/sellerprofile/<path:object_id>/               302 302 302 302 302 302
get  billing/sellerprofile/<path:object_id>/change/        302 403 200 403 200 200
post billing/sellerprofile/<path:object_id>/change/        302 403 403 403 200 200
get  billing/sellerprofile/<path:object_id>/delete/        302 403 403 403 403 403
post billing/sellerprofile/<path:object_id>/delete/        302 403 403 403 403 403
get  billing/sellerprofile/<path:object_id>/history/       302 403 200 403 200 200
post billing/sellerprofile/<path:object_id>/history/       302 403 200 403 200 200
get  billing/sellerprofile/add/                            302 403 403 403 403 403
post billing/sellerprofile/add/                            302 403 403 403 403 403
get  billing/settingchange/                                302 403 200 200 200 200
post billing/settingchange/                                302 403 200 200 200 200
get  billing/settingchange/<int:change_id>/agree/          302 405 405 405 405 405
post billing/settingchange/<int:change_id>/agree/          302 404 403 404 302 302
get  billing/settingchange/<int:change_id>/refuse/         302 405 405 405 405 405
post billing/settingchange/<int:change_id>/refuse/         302 404 403 404 302 302
get  billing/settingchange/<path:object_id>/               302 302 302 302 302 302
post billing/settingchange/<path:object_id>/               302 302 302 302 302 302
get  billing/settingchange/<path:object_id>/change/        302 403 200 404 200 200
post billing/settingchange/<path:object_id>/change/        302 403 200 404 200 200
get  billing/settingchange/<path:object_id>/delete/        302 403 403 403 403 403
post billing/settingchange/<path:object_id>/delete/        302 403 403 403 403 403
get  billing/settingchange/<path:object_id>/history/       302 302 200 302 200 200
post billing/settingchange/<path:object_id>/history/       302 302 200 302 200 200
get  billing/settingchange/add/                            302 403 403 403 403 403
post billing/settingchange/add/                            302 403 403 403 403 403
get  billing/paymentmethodconfig/try/                      302 403 200 200 200 200
post billing/paymentmethodconfig/try/                      302 405 405 405 405 405
get  common/outgoingmail/                                  302 403 200 403 200 200
post common/outgoingmail/                                  302 403 200 403 200 200
get  common/outgoingmail/<path:object_id>/                 302 302 302 302 302 302
post common/outgoingmail/<path:object_id>/                 302 302 302 302 302 302
get  common/outgoingmail/<path:object_id>/change/          302 403 200 403 200 200
post common/outgoingmail/<path:object_id>/change/          302 403 403 403 403 403
get  common/outgoingmail/<path:object_id>/delete/          302 403 403 403 403 403
post common/outgoingmail/<path:object_id>/delete/          302 403 403 403 403 403
get  common/outgoingmail/<path:object_id>/history/         302 403 200 403 200 200
post common/outgoingmail/<path:object_id>/history/         302 403 200 403 200 200
get  common/outgoingmail/add/                              302 403 403 403 403 403
post common/outgoingmail/add/                              302 403 403 403 403 403
get  igny8_auth/account/                                   302 403 200 200 200 200
post igny8_auth/account/                                   302 403 200 200 200 200
get  igny8_auth/account/<int:account_id>/adjust_credits/   302 403 403 403 200 200
post igny8_auth/account/<int:account_id>/adjust_credits/   302 403 403 403 302 302
get  igny8_auth/account/<int:account_id>/unpark/           302 403 403 403 200 200
post igny8_auth/account/<int:account_id>/unpark/           302 403 403 403 302 302
get  igny8_auth/account/<path:object_id>/                  302 302 302 302 302 302
post igny8_auth/account/<path:object_id>/                  302 302 302 302 302 302
get  igny8_auth/account/<path:object_id>/change/           302 403 200 200 200 200
post igny8_auth/account/<path:object_id>/change/           302 403 403 403 403 200
get  igny8_auth/account/<path:object_id>/delete/           302 403 403 403 403 403
post igny8_auth/account/<path:object_id>/delete/           302 403 403 403 403 403
get  igny8_auth/account/<path:object_id>/history/          302 403 200 200 200 200
post igny8_auth/account/<path:object_id>/history/          302 403 200 200 200 200
get  igny8_auth/account/add/                               302 403 403 403 403 403
post igny8_auth/account/add/                               302 403 403 403 403 403
get  igny8_auth/industry/                                  302 403 403 403 403 200
post igny8_auth/industry/                                  302 403 403 403 403 200
get  igny8_auth/industry/<path:object_id>/                 302 302 302 302 302 302
post igny8_auth/industry/<path:object_id>/                 302 302 302 302 302 302
get  igny8_auth/industry/<path:object_id>/change/          302 403 403 403 403 200
post igny8_auth/industry/<path:object_id>/change/          302 403 403 403 403 200
get  igny8_auth/industry/<path:object_id>/delete/          302 403 403 403 403 200
post igny8_auth/industry/<path:object_id>/delete/          302 403 403 403 403 302
get  igny8_auth/industry/<path:object_id>/history/         302 403 403 403 403 200
post igny8_auth/industry/<path:object_id>/history/         302 403 403 403 403 200
get  igny8_auth/industry/add/                              302 403 403 403 403 200
post igny8_auth/industry/add/                              302 403 403 403 403 200
get  igny8_auth/plan/                                      302 403 403 403 403 200
post igny8_auth/plan/                                      302 403 403 403 403 200
get  igny8_auth/plan/<path:object_id>/                     302 302 302 302 302 302
post igny8_auth/plan/<path:object_id>/                     302 302 302 302 302 302
get  igny8_auth/plan/<path:object_id>/change/              302 403 403 403 403 200
post igny8_auth/plan/<path:object_id>/change/              302 403 403 403 403 200
get  igny8_auth/plan/<path:object_id>/delete/              302 403 403 403 403 200
post igny8_auth/plan/<path:object_id>/delete/              302 403 403 403 403 302
get  igny8_auth/plan/<path:object_id>/history/             302 403 403 403 403 200
post igny8_auth/plan/<path:object_id>/history/             302 403 403 403 403 200
get  igny8_auth/plan/add/                                  302 403 403 403 403 200
post igny8_auth/plan/add/                                  302 403 403 403 403 200
get  igny8_auth/site/                                      302 403 403 403 403 200
post igny8_auth/site/                                      302 403 403 403 403 200
get  igny8_auth/site/<path:object_id>/                     302 302 302 302 302 302
post igny8_auth/site/<path:object_id>/                     302 302 302 302 302 302
get  igny8_auth/site/<path:object_id>/change/              302 403 403 403 403 200
post igny8_auth/site/<path:object_id>/change/              302 403 403 403 403 200
get  igny8_auth/site/<path:object_id>/delete/              302 403 403 403 403 200
post igny8_auth/site/<path:object_id>/delete/              302 403 403 403 403 302
get  igny8_auth/site/<path:object_id>/history/             302 403 403 403 403 200
post igny8_auth/site/<path:object_id>/history/             302 403 403 403 403 200
get  igny8_auth/site/add/                                  302 403 403 403 403 403
post igny8_auth/site/add/                                  302 403 403 403 403 403
get  igny8_auth/subscription/                              302 403 200 200 200 200
post igny8_auth/subscription/                              302 403 200 200 200 200
get  igny8_auth/subscription/<int:subscription_id>/change/ 302 403 200 200 200 200
post igny8_auth/subscription/<int:subscription_id>/change/ 302 405 405 405 405 405
get  igny8_auth/subscription/<int:subscription_id>/remind_now/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/remind_now/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/extend_due/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/extend_due/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/hold/   302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/hold/   302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/comp_period/ 302 403 403 403 403 200
post igny8_auth/subscription/<int:subscription_id>/comp_period/ 302 403 403 403 403 302
get  igny8_auth/subscription/<int:subscription_id>/adjust_credits/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/adjust_credits/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/unpark/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/unpark/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/end_now/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/end_now/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/plan_next_period/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/plan_next_period/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/drop_next_plan/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/drop_next_plan/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/agree_price/ 302 403 403 403 403 200
post igny8_auth/subscription/<int:subscription_id>/agree_price/ 302 403 403 403 403 302
get  igny8_auth/subscription/<int:subscription_id>/order_plan/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/order_plan/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/cancel_plan/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/cancel_plan/ 302 403 403 403 302 302
get  igny8_auth/subscription/<int:subscription_id>/keep_plan/ 302 403 403 403 200 200
post igny8_auth/subscription/<int:subscription_id>/keep_plan/ 302 403 403 403 302 302
get  igny8_auth/subscription/<path:object_id>/             302 302 302 302 302 302
post igny8_auth/subscription/<path:object_id>/             302 302 302 302 302 302
get  igny8_auth/subscription/<path:object_id>/change/      302 403 200 200 200 200
post igny8_auth/subscription/<path:object_id>/change/      302 405 405 405 405 405
get  igny8_auth/subscription/<path:object_id>/delete/      302 403 403 403 403 403
post igny8_auth/subscription/<path:object_id>/delete/      302 403 403 403 403 403
get  igny8_auth/subscription/<path:object_id>/history/     302 403 200 200 200 200
post igny8_auth/subscription/<path:object_id>/history/     302 403 200 200 200 200
get  igny8_auth/subscription/add/                          302 403 403 403 403 403
post igny8_auth/subscription/add/                          302 403 403 403 403 403
get  igny8_auth/user/                                      302 403 403 403 403 200
post igny8_auth/user/                                      302 403 403 403 403 200
get  igny8_auth/user/<id>/password/                        302 403 403 403 403 200
post igny8_auth/user/<id>/password/                        302 403 403 403 403 200
get  igny8_auth/user/<path:object_id>/                     302 302 302 302 302 302
post igny8_auth/user/<path:object_id>/                     302 302 302 302 302 302
get  igny8_auth/user/<path:object_id>/change/              302 403 403 403 403 200
post igny8_auth/user/<path:object_id>/change/              302 403 403 403 403 200
get  igny8_auth/user/<path:object_id>/delete/              302 403 403 403 403 200
post igny8_auth/user/<path:object_id>/delete/              302 403 403 403 403 302
get  igny8_auth/user/<path:object_id>/history/             302 403 403 403 403 200
post igny8_auth/user/<path:object_id>/history/             302 403 403 403 403 200
get  igny8_auth/user/add/                                  302 403 403 403 403 200
post igny8_auth/user/add/                                  302 403 403 403 403 200
get  jsi18n/                                               302 200 200 200 200 200
post jsi18n/                                               302 405 405 405 405 405
get  login/                                                200 302 302 302 302 302
post login/                                                200 200 200 200 200 200
get  logout/                                               302 405 405 405 405 405
post logout/                                               302 200 200 200 200 200
get  mfa/authenticator/                                    302 403 403 403 403 200
post mfa/authenticator/                                    302 403 403 403 403 200
get  mfa/authenticator/<path:object_id>/                   302 302 302 302 302 302
post mfa/authenticator/<path:object_id>/                   302 302 302 302 302 302
get  mfa/authenticator/<path:object_id>/change/            302 403 403 403 403 200
post mfa/authenticator/<path:object_id>/change/            302 403 403 403 403 403
get  mfa/authenticator/<path:object_id>/delete/            302 403 403 403 403 200
post mfa/authenticator/<path:object_id>/delete/            302 403 403 403 403 302
get  mfa/authenticator/<path:object_id>/history/           302 403 403 403 403 200
post mfa/authenticator/<path:object_id>/history/           302 403 403 403 403 200
get  mfa/authenticator/add/                                302 403 403 403 403 403
post mfa/authenticator/add/                                302 403 403 403 403 403
get  password_change/                                      302 200 200 200 200 200
post password_change/                                      302 200 200 200 200 200
get  password_change/done/                                 302 200 200 200 200 200
post password_change/done/                                 302 405 405 405 405 405
get  r/<path:content_type_id>/<path:object_id>/            302 404 404 404 404 404
post r/<path:content_type_id>/<path:object_id>/            302 404 404 404 404 404
get  search/                                               302 200 200 200 200 200
post search/                                               302 200 200 200 200 200
get  second-factor/                                        302 200 200 200 200 200
post second-factor/                                        302 200 200 200 200 200
"""
# The body for a page; other pages get the confirmation of a deletion, which forms ignore.
BODIES = {
    "mfa/authenticator/<path:object_id>/delete/": {"post": "yes", "your_password": PASSWORD},
    "billing/invoice/<int:invoice_id>/void/": {"reason": "Ordered twice"},
    "igny8_auth/account/<int:account_id>/adjust_credits/": {
        "reason": "Agreed",
        "amount": "10",
        "do": "10",
    },
    "igny8_auth/account/<int:account_id>/unpark/": {"reason": "Agreed", "do": "yes"},
    **{
        f"igny8_auth/subscription/<int:subscription_id>/{act}/": {"reason": "Agreed", **words}
        for act, words in {
            "remind_now": {"do": "yes"},
            "extend_due": {"due_date": "2026-12-31", "do": "2026-12-31"},
            "hold": {"until": "2026-12-31", "do": "2026-12-31"},
            "comp_period": {"do": "yes"},
            "adjust_credits": {"amount": "10", "do": "10"},
            "unpark": {"do": "yes"},
            "end_now": {"do": "yes"},
            "plan_next_period": {"plan_slug": "growth", "do": "growth"},
            "drop_next_plan": {"do": "yes"},
            "agree_price": {"price": "49.00", "do": "49.00"},
            "order_plan": {"plan_slug": "growth", "do": "growth"},
            "cancel_plan": {"do": "yes"},
            "keep_plan": {"do": "yes"},
        }.items()
    },
    "billing/payment/<int:payment_id>/approve/": {"admin_notes": "Found"},
    "billing/payment/<int:payment_id>/reject/": {"admin_notes": "Not found"},
    "billing/payment/<int:payment_id>/reverse/": {"reason": "Recalled", "event": "reverse"},
    "billing/payment/notices/": {"frequency": "daily"},
}


def model_of(path: str) -> Any:
    """Return the model that a page is about."""
    app, name, *_rest = [*path.split("/"), ""]
    return next(
        (m for m in site._registry if (m._meta.app_label, m._meta.model_name) == (app, name)), None
    )


@pytest.fixture
def payment(owner: User) -> Payment:
    """A payment under review, and one of everything that has a page in the admin site."""
    other = make_owner()
    approve(make_payment(other), make_billing_admin())
    add_site(
        account=account_of(other),
        creator=other,
        name="Shop",
        domain="shop.example",
        industry=Industry.objects.get(slug="fashion"),
    )
    seller = SellerProfile.objects.create(name="IGNY8")
    change_setting(
        obj=seller,
        after={"name": "IGNY9"},
        actor=Actor(user=make_billing_admin()),
        now=utc_now(),
    )
    Authenticator.objects.create(user=other, type="totp", data={})
    OutgoingMail.objects.create(
        key="x:1", kind="x", recipient="x@shop.example", language="en", job_id=0
    )
    waiting = make_payment(owner, proof=make_receipt())
    started(make_billing_admin(), [waiting])
    return waiting


def call(client: APIClient, method: str, path: str, payment: Payment) -> int:
    url = path.replace("<int:payment_id>", str(payment.pk)).replace("<int:page>", "1")
    url = url.replace("<int:invoice_id>", str(payment.invoice_id))
    url = url.replace("<int:subscription_id>", str(Subscription.objects.earliest("pk").pk))
    url = url.replace("<int:account_id>", str(payment.invoice.account_id))
    url = url.replace("<int:bulk_id>", str(BulkApproval.objects.latest("pk").pk))
    if "<int:change_id>" in url:
        url = url.replace("<int:change_id>", str(SettingChange.objects.latest("pk").pk))
    url = url.replace("<id>", str(payment.submitted_by_id)).replace("<path:content_type_id>", "1")
    url = url.replace("<app_label>", "billing").replace("<url>", "nothing/").replace("(index)", "")
    if "<path:object_id>" in url:
        model = model_of(path)
        newest = payment if model is Payment else model and model._default_manager.latest("pk")
        url = url.replace("<path:object_id>", str(newest.pk) if newest else "1")
    send = getattr(client, method)
    if method == "post":
        answer = send(f"/{PREFIX}{url}", BODIES.get(path, {"post": "yes"}), format="multipart")
    else:
        answer = send(f"/{PREFIX}{url}")
    if answer.streaming:
        close(answer)
    return int(answer.status_code)


def pages() -> set[str]:
    """Return every page of the URL map, by its name in the table."""
    names = {
        "": "(index)",
        "^(?P<app_label>igny8_auth|billing|common|mfa|auth)/$": "<app_label>/",
        "(?P<url>.*)$": "<url>",
    }
    return {names.get(path, path) for path in addresses(PREFIX)}


def column(client: APIClient, payment: Payment) -> dict[tuple[str, str], int]:
    """Request every page, each with the same data."""
    session, found = client.cookies.output(header=""), {}
    for method, path in ROWS:
        client.cookies.load(session)
        with undone():
            found[method, path] = call(client, method, path, payment)
    return found


ROWS = read_table(TABLE)


def test_access_table_lists_every_page() -> None:
    assert {(method, path) for path in pages() for method in ("get", "post")} == set(ROWS)


@pytest.mark.parametrize("role", some_of(CUSTOMERS, "visitor", "owner"))
def test_customer_is_redirected_to_sign_in(owner: User, payment: Payment, role: str) -> None:
    found = column(client_as(role, owner), payment)
    assert found == {row: statuses["cus"] for row, statuses in ROWS.items()}


@pytest.mark.parametrize("short", some_of(COLUMNS, "sta", "vie", "adm"))
def test_page_status_by_role(owner: User, payment: Payment, short: str) -> None:
    found = column(client_as(COLUMNS[short], owner), payment)
    assert found == {row: statuses[short] for row, statuses in ROWS.items()}


@pytest.mark.parametrize("role", ["owner", pytest.param("superuser", marks=pytest.mark.long)])
def test_put_patch_and_delete_change_nothing(owner: User, payment: Payment, role: str) -> None:
    """The admin shows its page to some of them; none is an act."""
    client = client_as(role, owner)
    before = [list(model._default_manager.values()) for model in site._registry]
    for path in pages():
        for method in ("put", "patch", "delete"):
            assert call(client, method, path, payment) in {200, 302, 403, 404, 405}
    assert [list(model._default_manager.values()) for model in site._registry] == before

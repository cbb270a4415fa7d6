import type { components } from "./schema";

type Schemas = components["schemas"];

export type Account = Schemas["Account"];
export type AddressFormat = Schemas["AddressFormat"];
export type ComingStep = Schemas["ComingStep"];
export type CreditKind = Schemas["CreditKind"];
export type Country = Schemas["Country"];
export type CountryDetail = Schemas["CountryDetail"];
export type CurrentSubscription = Schemas["CurrentSubscription"];
export type Days = Schemas["Days"];
export type Invoice = Schemas["Invoice"];
export type InvoiceDetail = Schemas["InvoiceDetail"];
export type ListedInvoice = Schemas["ListedInvoice"];
export type InvoiceLine = Schemas["InvoiceLine"];
export type Me = Schemas["Me"];
export type OfferedPaymentMethod = Schemas["OfferedPaymentMethod"];
export type Payment = Schemas["Payment"];
export type PaymentDetail = Schemas["PaymentDetail"];
export type PaymentMethod = Schemas["PaymentMethod"];
export type Plan = Schemas["Plan"];
export type PlanChange = Schemas["PlanChange"];
export type Site = Schemas["Site"];

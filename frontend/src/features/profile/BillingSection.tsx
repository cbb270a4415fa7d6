import { Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { BillingFields } from "../../entities/billing-details/BillingFields";
import { CountrySelect } from "../../entities/billing-details/CountrySelect";
import { BILLING_FIELDS, type BillingField } from "../../entities/billing-details/fields";
import type { Account } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { useServerErrors } from "../../ui/useServerErrors";
import { useChangeAccount } from "./api/useChangeAccount";
import { Section } from "./Section";

type AccountValues = Record<"name" | "country" | BillingField, string>;

/** The billing details for invoices. */
export function BillingSection({ account }: { account: Account }) {
  const change = useChangeAccount();
  const form = useForm<AccountValues>({
    initialValues: {
      name: account.name,
      country: account.country,
      ...(Object.fromEntries(BILLING_FIELDS.map((field) => [field, account[field]])) as Record<
        BillingField,
        string
      >),
    },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show } = useServerErrors(form, ["name", "country", ...BILLING_FIELDS]);
  return (
    <Section
      title={m.profile.billing}
      intro={m.profile.billingIntro}
      items={items}
      attempt={attempt}
      isPending={change.isPending}
      isSaved={change.isSuccess && !form.isDirty()}
      onSubmit={form.onSubmit((values) => {
        const { country, ...others } = values;
        change.mutate(country ? values : others, {
          onSuccess: () => {
            form.resetDirty();
          },
          onError: show,
        });
      })}
    >
      <TextInput
        id="name"
        label={m.signup.accountName}
        autoComplete="organization"
        {...form.getInputProps("name")}
      />
      <CountrySelect
        value={form.values.country}
        error={form.errors.country}
        onChange={(code) => {
          form.setFieldValue("country", code);
          form.setFieldValue("billing_state", "");
        }}
      />
      <BillingFields
        country={form.values.country}
        inputProps={(field) => form.getInputProps(field)}
      />
      {account.billing_email !== "" && !account.billing_email_confirmed && (
        <Text size="sm" c="dimmed">
          {m.profile.billingEmailUnconfirmed}
        </Text>
      )}
    </Section>
  );
}

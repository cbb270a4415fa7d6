import { Alert, NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { PaymentMethodCards } from "../../../components/payment/PaymentMethodCards";
import { QueryState } from "../../../components/ui/QueryState";
import { useCountries, usePaymentMethods } from "../../../lib/api/catalogue";
import { m } from "../../../lib/messages";
import type { Field } from "../draft";
import type { SignUpForm } from "../useSignUpForm";

const OPTIONAL_FIELDS: readonly { field: Field; label: string; autoComplete: string }[] = [
  { field: "billing_name", label: m.signup.billingName, autoComplete: "billing name" },
  {
    field: "billing_address_line1",
    label: m.signup.addressLine1,
    autoComplete: "billing address-line1",
  },
  {
    field: "billing_address_line2",
    label: m.signup.addressLine2,
    autoComplete: "billing address-line2",
  },
  { field: "billing_city", label: m.signup.city, autoComplete: "billing address-level2" },
  { field: "billing_state", label: m.signup.state, autoComplete: "billing address-level1" },
  {
    field: "billing_postal_code",
    label: m.signup.postalCode,
    autoComplete: "billing postal-code",
  },
  { field: "tax_id", label: m.signup.taxId, autoComplete: "off" },
];

/** Country first, since the ways to pay depend on it; then the invoice's address. */
export function BillingStep({ form }: { form: SignUpForm }) {
  return (
    <Stack gap="lg">
      <CountrySelect form={form} />
      <Methods form={form} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {OPTIONAL_FIELDS.map(({ field, label, autoComplete }) => (
          <TextInput
            key={field}
            id={field}
            label={`${label} ${m.signup.optional}`}
            autoComplete={autoComplete}
            {...form.getInputProps(field)}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function CountrySelect({ form }: { form: SignUpForm }) {
  const countries = useCountries();
  const options = (countries.data ?? []).map(({ code, name }) => ({ value: code, label: name }));
  return (
    <NativeSelect
      id="country"
      autoComplete="billing country"
      label={m.signup.country}
      description={m.signup.countryHint}
      data={[{ value: "", label: m.signup.chooseCountry }, ...options]}
      {...form.getInputProps("country")}
      onChange={(event) => {
        form.setFieldValue("country", event.currentTarget.value);
        form.setFieldValue("payment_method", "");
      }}
    />
  );
}

function Methods({ form }: { form: SignUpForm }) {
  const methods = usePaymentMethods(form.values.country);
  if (!form.values.country) return <Text c="dimmed">{m.signup.chooseCountryFirst}</Text>;
  return (
    <QueryState query={methods}>
      {(list) =>
        list.length === 0 ? (
          <Alert color="yellow">{m.signup.noMethods}</Alert>
        ) : (
          <PaymentMethodCards
            id="payment_method"
            label={m.signup.methodLegend}
            hint={m.signup.methodHint}
            methods={list}
            value={form.values.payment_method}
            onChange={(code) => {
              form.setFieldValue("payment_method", code);
            }}
            error={form.errors.payment_method as string | undefined}
          />
        )
      }
    </QueryState>
  );
}

import { Stack, Text } from "@mantine/core";
import { BillingFields } from "../../../components/billing/BillingFields";
import { CountrySelect } from "../../../components/billing/CountrySelect";
import { PaymentMethodCards } from "../../../components/payment/PaymentMethodCards";
import { QueryState } from "../../../components/ui/QueryState";
import { usePaymentMethods } from "../../../lib/api/catalogue";
import { m } from "../../../lib/messages";
import type { SignUpForm } from "../useSignUpForm";

/** Country first, since the ways to pay and the address depend on it. */
export function BillingStep({ form }: { form: SignUpForm }) {
  return (
    <Stack gap="lg">
      <CountrySelect
        value={form.values.country}
        error={form.errors.country}
        onChange={(code) => {
          form.setFieldValue("country", code);
          form.setFieldValue("payment_method", "");
          form.setFieldValue("billing_state", "");
        }}
      />
      <Methods form={form} />
      <BillingFields
        country={form.values.country}
        inputProps={(field) => form.getInputProps(field)}
      />
    </Stack>
  );
}

function Methods({ form }: { form: SignUpForm }) {
  const methods = usePaymentMethods(form.values.country);
  if (!form.values.country) return <Text c="dimmed">{m.signup.chooseCountryFirst}</Text>;
  return (
    <QueryState query={methods}>
      {(list) => (
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
      )}
    </QueryState>
  );
}

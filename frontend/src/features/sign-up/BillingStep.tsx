import { Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { BillingFields } from "../../entities/billing-details/BillingFields";
import { CountrySelect } from "../../entities/billing-details/CountrySelect";
import { useCountries } from "../../entities/catalogue/useCountries";
import { usePaymentMethods } from "../../entities/catalogue/usePaymentMethods";
import { PaymentMethodCards } from "../../entities/payment-method/PaymentMethodCards";
import { guessedCountry } from "../../lib/format/countries";
import { m } from "../../lib/messages";
import { QueryState } from "../../ui/QueryState";
import type { SignUpForm } from "./useSignUpForm";

/** Country first, because the payment methods and the address depend on it. */
export function BillingStep({ form }: { form: SignUpForm }) {
  useGuessedCountry(form);
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

/** Preselects the country that the reader seems to be in, once the list has loaded. */
function useGuessedCountry(form: SignUpForm) {
  const countries = useCountries().data;
  const { setFieldValue } = form;
  const isOpen = form.values.country === "";
  useEffect(() => {
    if (!isOpen || !countries) return;
    const codes = countries.map(({ code }) => code);
    const guess = guessedCountry(codes);
    if (codes.includes(guess)) setFieldValue("country", guess);
  }, [isOpen, countries, setFieldValue]);
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

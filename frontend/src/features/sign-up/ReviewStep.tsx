import { Anchor, Box, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { useCountries } from "../../entities/catalogue/useCountries";
import { localPrice } from "../../entities/plan/localPrice";
import type { OfferedPaymentMethod, Plan } from "../../lib/api/types";
import { countryName } from "../../lib/format/countries";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import type { SignUpValues, Step } from "./draft";

interface Answer {
  label: string;
  value: string;
  step: Step;
}

interface Props {
  values: SignUpValues;
  plan: Plan;
  method: OfferedPaymentMethod | undefined;
}

/** All answers, each with a link to change it. */
export function ReviewStep({ values, plan, method }: Props) {
  const answers = useAnswers({ values, plan, method });
  return (
    <Stack component="dl" gap={0} m={0}>
      {answers.map(({ label, value, step }) => (
        <Box key={label} py="sm" style={ROW}>
          <Text component="dt" size="sm" c="dimmed">
            {label}
          </Text>
          <Group component="dd" justify="space-between" wrap="nowrap" m={0}>
            <span style={{ minWidth: 0, overflowWrap: "anywhere" }}>{value}</span>
            <Anchor
              component={Link}
              to={`/signup/${step}`}
              size="sm"
              aria-label={m.signup.changeWhat(label)}
            >
              {m.signup.change}
            </Anchor>
          </Group>
        </Box>
      ))}
    </Stack>
  );
}

const ROW = { borderBottom: "1px solid var(--mantine-color-default-border)" };

function useAnswers({ values, plan, method }: Props): readonly Answer[] {
  const countries = useCountries();
  const common: Answer[] = [
    { label: m.signup.planLegend, value: plan.name, step: "plan" },
    { label: m.signup.email, value: values.email, step: "account" },
  ];
  if (plan.is_free) return common;
  const country = countries.data?.find(({ code }) => code === values.country)?.name;
  return [
    ...common,
    {
      label: m.signup.country,
      value: countryName(values.country, country ?? values.country),
      step: "billing",
    },
    {
      label: m.signup.methodLegend,
      value: method?.display_name ?? values.payment_method,
      step: "billing",
    },
    { label: m.signup.total, value: amountDue(plan, method), step: "plan" },
  ];
}

/** Also in the method's currency, at the current rate, as on the invoice. */
function amountDue(plan: Plan, method: OfferedPaymentMethod | undefined): string {
  const price = formatMoney(plan.price, plan.currency);
  const local = method && localPrice(plan, method);
  if (!local) return price;
  const rate = m.method.rate(method.exchange_rate ?? "", method.currency);
  return `${formatMoney(local, method.currency)} (${price}, ${rate})`;
}

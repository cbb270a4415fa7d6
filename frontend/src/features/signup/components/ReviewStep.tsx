import { Anchor, Box, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { useCountries, usePaymentMethods } from "../../../lib/api/catalogue";
import type { Plan } from "../../../lib/api/types";
import { formatMoney } from "../../../lib/format/money";
import { m } from "../../../lib/messages";
import type { SignUpValues, Step } from "../draft";

interface Answer {
  label: string;
  value: string;
  step: Step;
}

/** All answers, each with a way back to change it. */
export function ReviewStep({ values, plan }: { values: SignUpValues; plan: Plan }) {
  const answers = useAnswers(values, plan);
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

function useAnswers(values: SignUpValues, plan: Plan): readonly Answer[] {
  const countries = useCountries();
  const methods = usePaymentMethods(values.country);
  const common: Answer[] = [
    { label: m.signup.planLegend, value: plan.name, step: "plan" },
    { label: m.signup.email, value: values.email, step: "account" },
  ];
  if (plan.is_free) return common;
  const country = countries.data?.find(({ code }) => code === values.country)?.name;
  const method = methods.data?.find(
    ({ payment_method }) => payment_method === values.payment_method,
  );
  return [
    ...common,
    { label: m.signup.country, value: country ?? values.country, step: "billing" },
    {
      label: m.signup.methodLegend,
      value: method?.display_name ?? values.payment_method,
      step: "billing",
    },
    { label: m.signup.total, value: formatMoney(plan.price, plan.currency), step: "plan" },
  ];
}

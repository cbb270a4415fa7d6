import { Radio, SimpleGrid, Text } from "@mantine/core";
import { RadioCard } from "../../../components/ui/RadioCard";
import type { Plan } from "../../../lib/api/types";
import { formatCount, formatMoney } from "../../../lib/format/money";
import { m } from "../../../lib/messages";
import type { SignUpForm } from "../useSignUpForm";

/** The plans as radio cards. */
export function PlanStep({ form, plans }: { form: SignUpForm; plans: readonly Plan[] }) {
  const field = form.getInputProps("plan_slug");
  return (
    <Radio.Group {...field} id="plan_slug" tabIndex={-1} aria-label={m.signup.planLegend}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {plans.map((plan) => (
          <PlanCard key={plan.slug} plan={plan} />
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  const facts = [
    m.signup.credits(formatCount(plan.included_credits)),
    m.signup.sites(plan.max_sites),
    m.signup.users(plan.max_users),
  ];
  return (
    <RadioCard value={plan.slug} name={plan.name}>
      <Text fw={600}>{plan.name}</Text>
      <Text>
        <Text span fw={700} fz={24}>
          {plan.is_free ? m.signup.free : formatMoney(plan.price, plan.currency)}
        </Text>{" "}
        {!plan.is_free && (
          <Text span size="sm" c="dimmed">
            {m.signup.perMonth}
          </Text>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {plan.description}
      </Text>
      <Text size="sm">{facts.join(" · ")}</Text>
    </RadioCard>
  );
}

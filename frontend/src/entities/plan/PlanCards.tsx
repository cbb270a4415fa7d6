import { Badge, Group, Radio, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import type { OfferedPaymentMethod, Plan } from "../../lib/api/types";
import { formatCount, formatMoney } from "../../lib/format/money";
import { language, m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { RadioCard } from "../../ui/RadioCard";
import { localPrice } from "./localPrice";

interface Props {
  plans: readonly Plan[];
  value: string;
  onChange: (slug: string) => void;
  error?: ReactNode;
  /** The chosen payment method, if any: prices are also shown in its currency. */
  method?: OfferedPaymentMethod | undefined;
  /** The plan that the account is on. */
  current?: string | undefined;
  /** What else to say of a plan, beside its price. */
  note?: (plan: Plan) => string | undefined;
}

/** The plans as radio cards. */
export function PlanCards({ plans, value, onChange, error, method, current, note }: Props) {
  return (
    <Radio.Group
      id="plan_slug"
      value={value}
      onChange={onChange}
      error={error}
      tabIndex={-1}
      label={<VisuallyHidden>{m.signup.planLegend}</VisuallyHidden>}
    >
      <Columns gap="sm">
        {plans.map((plan) => (
          <PlanCard
            key={plan.slug}
            plan={plan}
            method={method}
            isCurrent={plan.slug === current}
            note={note?.(plan)}
          />
        ))}
      </Columns>
    </Radio.Group>
  );
}

/** A placeholder while the plans load. */
export function PlanSkeleton() {
  return (
    <Columns gap="sm" aria-busy="true" aria-label={m.app.loading} role="status">
      {[1, 2, 3, 4].map((card) => (
        <Skeleton key={card} height={154} radius="md" />
      ))}
    </Columns>
  );
}

function PlanCard({
  plan,
  method,
  isCurrent,
  note,
}: {
  plan: Plan;
  method: OfferedPaymentMethod | undefined;
  isCurrent: boolean;
  note: string | undefined;
}) {
  const local = method && !plan.is_free && localPrice(plan, method);
  const price = formatMoney(plan.is_free ? "0" : plan.price, plan.currency);
  const interval = plan.is_free ? "" : m.plan.intervals[plan.interval];
  const description = m.plan.texts[plan.slug] ?? plan.description;
  return (
    <RadioCard
      value={plan.slug}
      name={`${plan.name}, ${price} ${interval}`.trim()}
      disabled={isCurrent}
      header={
        <>
          <Group justify="space-between">
            <Text fw={600} dir="auto">
              {plan.name}
            </Text>
            {isCurrent && (
              <Badge variant="light" tt="none">
                {m.upgrade.current}
              </Badge>
            )}
          </Group>
          <Text>
            <Text span fw={700} fz={24}>
              {price}
            </Text>{" "}
            <Text span size="sm" c="dimmed">
              {interval}
            </Text>
          </Text>
        </>
      }
      facts={
        <Stack gap={4}>
          {note && (
            <Text size="sm" fw={600}>
              {note}
            </Text>
          )}
          {local && (
            <Text size="sm">
              {m.invoice.thatIs(formatMoney(local, method.currency))} ·{" "}
              {m.method.rate(method.exchange_rate ?? "", method.currency)}
            </Text>
          )}
          {description && (
            <Text size="sm" c="dimmed" dir="auto">
              {description}
            </Text>
          )}
          <ul className="facts">
            <li>{m.signup.credits(formatCount(plan.included_credits))}</li>
            <li>{m.signup.sites(plan.max_sites)}</li>
            {plan.credits_at_renewal !== "add" && <li>{plan.credits_note[language]}</li>}
            {plan.change_credit !== "days" && <li>{plan.change_note[language]}</li>}
          </ul>
        </Stack>
      }
    />
  );
}

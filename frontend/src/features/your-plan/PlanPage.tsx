import { Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Suspense } from "react";
import { Outlet } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { Timeline } from "../../entities/subscription/Timeline";
import { useCurrent } from "../../entities/subscription/useCurrent";
import type { CurrentSubscription, Me, Plan } from "../../lib/api/types";
import { formatDay, formatDays } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { EmptyState } from "../../ui/EmptyState";
import { QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { amountOf } from "./bannerOf";
import { NextPlan } from "./NextPlan";
import { isPaidAhead } from "./paidTime";
import { PlanActions } from "./PlanActions";

/** The plan: what runs until when, what is to be paid, what happens when, and changing it. */
export function PlanPage() {
  usePageTitle(m.yourPlan.title);
  const me = useMe().data;
  const current = useCurrent();
  if (!me?.account) return null;
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <Title order={1}>{m.yourPlan.title}</Title>
      <QueryState query={current}>
        {(data) =>
          data.plan && (data.current_period || data.open_invoice) ? (
            <Shown current={data} plan={data.plan} ordered={me.pending_subscription?.plan} />
          ) : (
            <Nothing me={me} />
          )
        }
      </QueryState>
      <Suspense>
        <Outlet />
      </Suspense>
    </Stack>
  );
}

function Nothing({ me }: { me: Me }) {
  const isTrial = me.account?.status === "trial";
  return (
    <EmptyState
      title={isTrial ? m.dashboard.statuses.trial : m.yourPlan.none}
      text={isTrial ? m.yourPlan.free : m.yourPlan.noneText}
      to="/upgrade"
      action={m.upgrade.title}
    />
  );
}

interface Props {
  current: CurrentSubscription;
  plan: Plan;
  /** The plan of an order that isn't paid yet. */
  ordered?: Plan | undefined;
}

function Shown({ current, plan, ordered }: Props) {
  return (
    <>
      <Paper withBorder p="lg" radius="md">
        <Stack>
          <Group justify="space-between">
            <Title order={2} size="h3">
              <bdi>{plan.name}</bdi>
            </Title>
            <Badge variant="light" color={COLORS[current.stage]} size="lg" tt="none">
              {m.yourPlan.stages[current.stage]}
            </Badge>
          </Group>
          <Facts current={current} plan={plan} />
          <News current={current} plan={plan} ordered={ordered} />
          <PlanActions current={current} />
        </Stack>
      </Paper>
      <Timeline coming={current.coming} dueDate={current.open_invoice?.due_date} />
    </>
  );
}

const COLORS: Record<CurrentSubscription["stage"], string> = {
  no_plan: "gray",
  order: "blue",
  active: "brand",
  renewal_open: "blue",
  grace: "yellow",
  past_due: "yellow",
  suspended: "red",
  under_review: "gray",
  ending: "gray",
};

function Facts({ current, plan }: Props) {
  const { current_period: period, paid_until_day: until, open_invoice: invoice } = current;
  const { price_change: change } = current;
  const each = m.plan.intervals[plan.interval];
  const facts = [
    [m.yourPlan.price, `${formatMoney(plan.price, plan.currency)} ${each}`],
    [
      m.yourPlan.priceFrom(change ? formatDay(change.first_day) : ""),
      change && `${formatMoney(change.price.amount, change.price.currency)} ${each}`,
    ],
    [m.yourPlan.period, period && formatDays(period.first_day, period.last_day)],
    [m.yourPlan.paidUntil, until && formatDay(until)],
    [
      m.yourPlan.toPay,
      invoice && m.yourPlan.toPayBy(amountOf(invoice), formatDay(invoice.due_date)),
    ],
  ] as const;
  return (
    <Columns gap="sm">
      {facts.map(
        ([label, value]) =>
          value && (
            <div key={label}>
              <Text size="sm" c="dimmed">
                {label}
              </Text>
              <Text fw={600}>{value}</Text>
            </div>
          ),
      )}
    </Columns>
  );
}

/** What is different from a plan that simply runs. */
function News({ current, ordered }: Props) {
  const { paid_until_day: until } = current;
  return (
    <>
      {ordered && <Text>{m.yourPlan.ordered(ordered.name)}</Text>}
      {until && isPaidAhead(current) && <Text>{m.yourPlan.paidAhead(formatDay(until))}</Text>}
      {current.cancel_at_period_end && until && <Text>{m.yourPlan.ends(formatDay(until))}</Text>}
      <NextPlan current={current} />
    </>
  );
}

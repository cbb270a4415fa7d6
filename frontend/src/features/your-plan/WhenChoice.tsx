import { Radio, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { PlanChange } from "../../lib/api/types";
import { formatDay } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { RadioCard } from "../../ui/RadioCard";

export type When = "now" | "next";

/** When a change would be accepted. */
export function possible({ now, next_period }: PlanChange): When[] {
  return [
    ...(now.refused === null ? (["now"] as const) : []),
    ...(next_period.refused === null ? (["next"] as const) : []),
  ];
}

interface Props {
  change: PlanChange;
  /** The next period begins with the approval, and not on the day that was planned. */
  isPaused: boolean;
  value: When | "";
  onChange: (when: When) => void;
  error?: ReactNode;
}

/** From when on the chosen plan is wanted: what that costs, or why it can't be. */
export function WhenChoice({ change, isPaused, value, onChange, error }: Props) {
  return (
    <Radio.Group
      id="when"
      label={m.upgrade.when}
      value={value}
      onChange={(when) => {
        onChange(when as When);
      }}
      error={error}
      inputWrapperOrder={["label", "error", "input"]}
      tabIndex={-1}
    >
      <Stack gap="xs" mt="sm">
        <Now change={change} />
        <Next change={change} isPaused={isPaused} />
      </Stack>
    </Radio.Group>
  );
}

function Now({ change }: { change: PlanChange }) {
  const { refused, total } = change.now;
  const amount = formatMoney(total.amount, total.currency);
  if (refused !== null) return <Refused value="now" name={m.upgrade.now} code={refused} />;
  return (
    <RadioCard
      value="now"
      name={`${m.upgrade.now}, ${amount}`}
      header={<Text fw={600}>{m.upgrade.now}</Text>}
      facts={
        <Stack gap="xs">
          <Text size="sm">{m.upgrade.nowText}</Text>
          <Cost change={change} />
          {hasCredit(change) && <Text size="sm">{m.upgrade.creditsGo}</Text>}
        </Stack>
      }
    />
  );
}

function hasCredit({ now }: PlanChange): boolean {
  return /[1-9]/.test(now.credit.amount);
}

/** The plan's price, less the credit, is what is to be paid: as the server counts. */
function Cost({ change }: { change: PlanChange }) {
  const { plan, now } = change;
  const { credit, total, payable } = now;
  const local = payable && payable.currency !== total.currency && payable;
  const lines = [
    [m.upgrade.price(plan.name), formatMoney(plan.price, plan.currency)],
    ...(hasCredit(change)
      ? [[m.upgrade.credit, formatMoney(`-${credit.amount}`, credit.currency)]]
      : []),
  ];
  return (
    <Table withRowBorders={false} verticalSpacing={2} horizontalSpacing={0}>
      <Table.Tbody>
        {lines.map(([label, amount]) => (
          <Table.Tr key={label}>
            <Table.Td>{label}</Table.Td>
            <Table.Td ta="end">
              <bdi>{amount}</bdi>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
      <Table.Tfoot>
        <Table.Tr>
          <Table.Th>{m.upgrade.total}</Table.Th>
          <Table.Th ta="end">
            <bdi>{formatMoney(total.amount, total.currency)}</bdi>
            {local && (
              <Text size="sm">{m.invoice.thatIs(formatMoney(local.amount, local.currency))}</Text>
            )}
          </Table.Th>
        </Table.Tr>
      </Table.Tfoot>
    </Table>
  );
}

function Next({ change, isPaused }: Pick<Props, "change" | "isPaused">) {
  const { plan, next_period } = change;
  const { starts_on: day, refused } = next_period;
  const name = day && !isPaused ? m.upgrade.from(formatDay(day)) : m.upgrade.nextPeriod;
  if (refused !== null) return <Refused value="next" name={name} code={refused} />;
  const price = formatMoney(plan.price, plan.currency);
  return (
    <RadioCard
      value="next"
      name={name}
      header={<Text fw={600}>{name}</Text>}
      facts={<Text size="sm">{m.upgrade.nextText(price, m.plan.intervals[plan.interval])}</Text>}
    />
  );
}

/** A choice that would be refused, with the reason in its place. */
function Refused({ value, name, code }: { value: When; name: string; code: string }) {
  return (
    <RadioCard
      value={value}
      name={name}
      disabled
      header={<Text fw={600}>{name}</Text>}
      facts={
        <Text size="sm" c="dimmed">
          {m.upgrade.refusals[code] ?? m.upgrade.refused}
        </Text>
      }
    />
  );
}

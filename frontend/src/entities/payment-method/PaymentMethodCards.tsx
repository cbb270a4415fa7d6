import { Alert, Badge, Group, Radio, Stack, Text } from "@mantine/core";
import type { OfferedPaymentMethod, PaymentMethod } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { RadioCard } from "../../ui/RadioCard";
import { MethodIcon } from "./MethodIcon";
import { MethodInstructions } from "./MethodInstructions";

/** A payment method; methods offered now also have the rate. */
type Method = PaymentMethod & Partial<Pick<OfferedPaymentMethod, "exchange_rate">>;

interface Props {
  id: string;
  label: string;
  hint?: string;
  methods: readonly Method[];
  value: string;
  onChange: (code: string) => void;
  error?: string | undefined;
}

/** The payment methods as radio cards; the chosen one shows how it works. */
export function PaymentMethodCards({ id, label, hint, methods, value, onChange, error }: Props) {
  if (methods.length === 0) return <Alert color="yellow">{m.signup.noMethods}</Alert>;
  return (
    <Radio.Group
      id={id}
      label={label}
      description={hint}
      value={value}
      onChange={onChange}
      error={error}
      inputWrapperOrder={["label", "description", "error", "input"]}
      tabIndex={-1}
    >
      <Stack gap="xs" mt="sm">
        {methods.map((method) => (
          <MethodCard key={method.id} method={method} isChosen={method.payment_method === value} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function MethodCard({ method, isChosen }: { method: Method; isChosen: boolean }) {
  return (
    <RadioCard
      value={method.payment_method}
      name={`${method.display_name}, ${method.currency}`}
      header={
        <Group justify="space-between" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <MethodIcon kind={method.kind} />
            <Text fw={600} dir="auto">
              {method.display_name}
            </Text>
          </Group>
          <Badge variant="default" radius="sm">
            {method.currency}
          </Badge>
        </Group>
      }
      facts={
        method.processing_time && (
          <Text size="sm" c="dimmed" dir="auto">
            {method.processing_time}
          </Text>
        )
      }
    >
      {isChosen && <Instructions method={method} />}
    </RadioCard>
  );
}

function Instructions({ method }: { method: Method }) {
  return (
    <Stack gap={4} mt="xs">
      <Text size="sm" fw={600}>
        {m.method.howTo}
      </Text>
      <MethodInstructions method={method} size="sm" />
      {method.exchange_rate && method.currency !== "USD" && (
        <Text size="sm" c="dimmed">
          {m.method.rate(method.exchange_rate, method.currency)}
        </Text>
      )}
    </Stack>
  );
}

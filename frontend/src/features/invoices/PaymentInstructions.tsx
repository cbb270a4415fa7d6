import { Alert, Button, Divider, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { MethodInstructions } from "../../entities/payment-method/MethodInstructions";
import { inReadersLanguage } from "../../entities/payment-method/methodTexts";
import type { Invoice, PaymentMethod } from "../../lib/api/types";
import { formatDay } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { CopyField } from "../../ui/CopyField";
import { ChooseMethod } from "./ChooseMethod";

/** How to pay an invoice: amount, destination, reference, and what to do afterwards. */
export function PaymentInstructions({ invoice }: { invoice: Invoice }) {
  const [isChoosing, setIsChoosing] = useState(false);
  const method = invoice.payment_instructions && inReadersLanguage(invoice.payment_instructions);
  const done = () => {
    setIsChoosing(false);
  };
  if (!method || isChoosing) return <ChooseMethod invoice={invoice} onDone={done} />;
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {m.invoice.payTitle}: <bdi>{method.display_name}</bdi>
          </Title>
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => {
              setIsChoosing(true);
            }}
          >
            {m.invoice.changeMethod}
          </Button>
        </Group>
        {method.is_example && <Alert color="yellow">{m.invoice.exampleDetails}</Alert>}
        <Amount invoice={invoice} />
        <Details method={method} />
        <CopyField
          label={m.invoice.reference}
          value={invoice.payment_reference}
          hint={m.invoice.referenceHint}
        />
        <Divider />
        <MethodInstructions method={method} size="md" />
        <Text size="sm" c="dimmed" dir="auto">
          {method.processing_time}
        </Text>
        <div className="noPrint">
          <Button component={Link} to={`/invoices/${invoice.id}/confirm`} size="md">
            {m.invoice.paid}
          </Button>
        </div>
      </Stack>
    </Paper>
  );
}

function Amount({ invoice }: { invoice: Invoice }) {
  const isLocal = invoice.payable_currency !== invoice.currency;
  const day = formatDay(invoice.due_date);
  const facts = [
    invoice.payment_state === "overdue" ? m.invoice.wasDueBy(day) : m.invoice.dueBy(day),
    ...(isLocal
      ? [
          m.invoice.thatIs(formatMoney(invoice.total, invoice.currency)),
          m.method.rate(invoice.exchange_rate, invoice.payable_currency),
        ]
      : []),
  ];
  return (
    <CopyField
      label={m.invoice.amountDue}
      value={formatMoney(invoice.payable_amount, invoice.payable_currency)}
      copied={invoice.payable_amount}
      emphasis
      hint={facts.join(" · ")}
    />
  );
}

function Details({ method }: { method: PaymentMethod }) {
  return (
    <Stack gap="sm" role="group" aria-label={m.method.details}>
      {method.details.map(({ label, value, copyable }) => (
        <CopyField key={label} label={label} value={value} copyable={copyable} />
      ))}
    </Stack>
  );
}

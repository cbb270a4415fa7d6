import { Anchor, List, Paper, Stack, Text, Title } from "@mantine/core";
import { methodName } from "../../entities/payment-method/methodTexts";
import type { components } from "../../lib/api/schema";
import type { Invoice, Payment, PaymentDetail } from "../../lib/api/types";
import { formatMoment } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { QueryState } from "../../ui/QueryState";
import { usePaymentsOf } from "./api/usePaymentsOf";

/** Every payment of an invoice with its events, newest first. */
export function PaymentHistory({ invoice }: { invoice: Invoice }) {
  const payments = usePaymentsOf(invoice);
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="history">
      <Title order={2} size="h4" mb="md" id="history">
        {m.history.title}
      </Title>
      <QueryState query={payments}>
        {({ results }) => (
          <Stack gap="lg">
            {results.map((payment) => (
              <Claim key={payment.id} payment={payment} />
            ))}
          </Stack>
        )}
      </QueryState>
    </Paper>
  );
}

function Claim({ payment }: { payment: PaymentDetail }) {
  return (
    <div>
      <Text fw={600} style={{ overflowWrap: "anywhere" }}>
        <bdi>{formatMoney(payment.amount, payment.currency)}</bdi> ·{" "}
        <bdi>{methodName(payment)}</bdi> · <bdi>{payment.manual_reference}</bdi>
      </Text>
      {payment.proof_url && (
        <Anchor href={payment.proof_url} download size="sm">
          {m.history.proof}
        </Anchor>
      )}
      <List size="sm" mt={4} spacing={2}>
        {payment.events.map((event) => (
          <List.Item key={event.created_at}>
            <time dateTime={event.created_at}>
              <bdi>{formatMoment(event.created_at)}</bdi>
            </time>
            : {describe(event)}
            {event.note && !isAboutProof(event) && (
              <>
                : <bdi>{event.note}</bdi>
              </>
            )}
          </List.Item>
        ))}
      </List>
    </div>
  );
}

type Event = components["schemas"]["PaymentEvent"];

/** What happened, in the reader's language. */
function describe({ event, to_state }: Event): string {
  return m.history.events[event] ?? m.history.states[to_state as Payment["status"]];
}

/** The note is the server's, in English: the page gives the reason in the reader's language. */
function isAboutProof({ event }: Event): boolean {
  return event === "refuse_proof" || event === "replace_proof";
}

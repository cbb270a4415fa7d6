import { Button, Group, Paper, Stack } from "@mantine/core";
import { useState } from "react";
import { useOwnPaymentMethods } from "../../entities/catalogue/useOwnPaymentMethods";
import { PaymentMethodCards } from "../../entities/payment-method/PaymentMethodCards";
import type { Invoice } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { describe, QueryState } from "../../ui/QueryState";
import { useChoosePaymentMethod } from "./api/useChoosePaymentMethod";

/** Chooses how to pay an invoice; the rate and the local amount are locked again. */
export function ChooseMethod({ invoice, onDone }: { invoice: Invoice; onDone: () => void }) {
  const [code, setCode] = useState(invoice.payment_method ?? "");
  const methods = useOwnPaymentMethods();
  const choose = useChoosePaymentMethod(invoice.id);
  const submit = () => {
    if (code) choose.mutate(code, { onSuccess: onDone });
  };
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack>
        <QueryState query={methods}>
          {(list) => (
            <PaymentMethodCards
              id="payment_method"
              label={m.invoice.noMethod}
              methods={list}
              value={code}
              onChange={setCode}
              error={choose.error ? describe(choose.error) : undefined}
            />
          )}
        </QueryState>
        <Group>
          <Button onClick={submit} loading={choose.isPending}>
            {m.invoice.chooseMethod}
          </Button>
          {invoice.payment_method && (
            <Button variant="subtle" onClick={onDone}>
              {m.signup.back}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

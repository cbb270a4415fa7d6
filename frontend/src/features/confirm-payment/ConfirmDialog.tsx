import { Alert, Button, Group, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { Navigate, useNavigate, useOutletContext } from "react-router";
import { useOwnPaymentMethods } from "../../entities/catalogue/useOwnPaymentMethods";
import { PaymentMethodCards } from "../../entities/payment-method/PaymentMethodCards";
import { proofError } from "../../entities/proof/proofError";
import { ProofField } from "../../entities/proof/ProofField";
import type { Invoice, PaymentMethod } from "../../lib/api/types";
import { today } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { PageDialog } from "../../ui/PageDialog";
import { QueryState } from "../../ui/QueryState";
import { RadioCard } from "../../ui/RadioCard";
import { useServerErrors } from "../../ui/useServerErrors";
import { useConfirmPayment } from "./api/useConfirmPayment";
import { amountsOf, FIELDS, methodsFor, type ConfirmationForm } from "./confirmation";
import { useConfirmationForm } from "./useConfirmationForm";

/** The customer says how the invoice was paid; a dialog with its own URL. */
export function ConfirmDialog() {
  const invoice = useOutletContext<Invoice>();
  const navigate = useNavigate();
  const methods = useOwnPaymentMethods();
  const page = `/invoices/${invoice.id}`;
  if (!["due", "overdue", "rejected"].includes(invoice.payment_state)) {
    return <Navigate to={page} replace />;
  }
  const close = () => void navigate(page);
  return (
    <PageDialog title={m.confirm.title} closeLabel={m.confirm.close} onClose={close}>
      <Text mb="md">{m.confirm.intro(invoice.number)}</Text>
      <QueryState query={methods}>
        {(offered) => <ConfirmForm invoice={invoice} methods={methodsFor(invoice, offered)} />}
      </QueryState>
    </PageDialog>
  );
}

interface Props {
  invoice: Invoice;
  methods: readonly PaymentMethod[];
}

function ConfirmForm({ invoice, methods }: Props) {
  const navigate = useNavigate();
  const { form, setProof, drop } = useConfirmationForm(invoice, methods);
  const confirm = useConfirmPayment(invoice, () => {
    drop();
    void navigate(`/invoices/${invoice.id}`, { replace: true });
  });
  const { items, attempt, show, refuse } = useServerErrors(form, FIELDS);
  const method = methods.find(
    ({ payment_method }) => payment_method === form.values.payment_method,
  );
  const amounts = amountsOf(invoice, method);
  const send = (values: ConfirmationForm) => {
    if (confirm.isPending) return;
    const sent = amounts.find(({ currency }) => currency === values.currency) ?? amounts[0];
    confirm.mutate({ ...values, ...sent, invoice_id: invoice.id }, { onError: show });
  };
  return (
    <form noValidate onSubmit={form.onSubmit(send, refuse)}>
      <Stack>
        <ErrorSummary items={items} attempt={attempt} />
        <Method form={form} methods={methods} method={method} />
        <AmountSent amounts={amounts} form={form} />
        <TextInput
          id="manual_reference"
          label={method?.reference_label}
          description={method?.reference_hint}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps("manual_reference")}
        />
        <TextInput
          id="paid_on"
          type="date"
          max={today()}
          label={`${m.confirm.paidOn} ${m.signup.optional}`}
          {...form.getInputProps("paid_on")}
        />
        <ProofField
          file={form.values.proof}
          onChange={setProof}
          check={proofError}
          onRefused={() => {
            form.clearFieldError("proof");
          }}
          error={form.errors.proof as string | undefined}
          progress={confirm.isPending ? confirm.progress : undefined}
        />
        <Textarea
          id="manual_notes"
          label={`${m.confirm.notes} ${m.signup.optional}`}
          rows={3}
          maxLength={1000}
          {...form.getInputProps("manual_notes")}
        />
        {confirm.isPending && (
          <Text size="sm" role="status">
            {m.confirm.sending}
          </Text>
        )}
        <Group>
          <Button type="submit" size="md" loading={confirm.isPending}>
            {m.confirm.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Form = ReturnType<typeof useConfirmationForm>["form"];

/** The method of the invoice, and all others behind a button. */
function Method({
  form,
  methods,
  method,
}: {
  form: Form;
  methods: readonly PaymentMethod[];
  method: PaymentMethod | undefined;
}) {
  const [isOpen, setIsOpen] = useState(!method);
  if (isOpen) {
    return (
      <PaymentMethodCards
        id="payment_method"
        label={m.confirm.method}
        methods={methods}
        value={form.values.payment_method}
        onChange={(code) => {
          form.setFieldValue("payment_method", code);
        }}
        error={form.errors.payment_method as string | undefined}
      />
    );
  }
  return (
    <Group justify="space-between">
      <div>
        <Text size="sm" c="dimmed">
          {m.confirm.method}
        </Text>
        <Text fw={500}>
          <bdi>{method?.display_name}</bdi>
        </Text>
      </div>
      <Button
        variant="default"
        size="compact-md"
        onClick={() => {
          setIsOpen(true);
        }}
      >
        {m.confirm.otherMethod}
      </Button>
    </Group>
  );
}

/** The amount sent: fixed, or a choice of two if the method's currency is neither. */
function AmountSent({ amounts, form }: { amounts: ReturnType<typeof amountsOf>; form: Form }) {
  const error = form.errors.currency ?? form.errors.amount;
  if (amounts.length === 1) {
    const [{ amount, currency }] = amounts;
    return (
      <div>
        <Text size="sm" c="dimmed">
          {m.confirm.amount}
        </Text>
        <Text fw={700} size="xl">
          {formatMoney(amount, currency)}
        </Text>
        {error && <Alert color="red">{error}</Alert>}
      </div>
    );
  }
  return (
    <Radio.Group id="currency" label={m.confirm.currency} {...form.getInputProps("currency")}>
      <Stack gap="xs" mt="xs">
        {amounts.map(({ amount, currency }) => (
          <RadioCard
            key={currency}
            value={currency}
            name={formatMoney(amount, currency)}
            header={<bdi>{formatMoney(amount, currency)}</bdi>}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

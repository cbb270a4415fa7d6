import { Anchor, FileInput, NativeSelect, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, Navigate, useNavigate, useParams } from "react-router";
import { FormPage } from "../../../components/ui/FormPage";
import { QueryState } from "../../../components/ui/QueryState";
import { RadioCard } from "../../../components/ui/RadioCard";
import { useServerErrors } from "../../../components/ui/useServerErrors";
import { usePaymentMethods } from "../../../lib/api/catalogue";
import type { Invoice, OfferedPaymentMethod } from "../../../lib/api/types";
import { today } from "../../../lib/format/dates";
import { formatMoney } from "../../../lib/format/money";
import { m } from "../../../lib/messages";
import { useInvoice } from "../api/invoices";
import { useConfirmPayment } from "../api/payments";
import { amountsOf, checkConfirmation, FIELDS, type ConfirmationForm } from "../confirmation";

/** The customer says how the invoice was paid. */
export function ConfirmPage() {
  const id = Number(useParams().id);
  const invoice = useInvoice(id);
  return <QueryState query={invoice}>{(data) => <WithMethods invoice={data} />}</QueryState>;
}

function WithMethods({ invoice }: { invoice: Invoice }) {
  const methods = usePaymentMethods(invoice.billing_snapshot.customer.country, true);
  if (!["due", "overdue", "rejected"].includes(invoice.payment_state)) {
    return <Navigate to={`/invoices/${invoice.id}`} replace />;
  }
  return (
    <QueryState query={methods}>
      {(list) => <ConfirmForm invoice={invoice} methods={list} />}
    </QueryState>
  );
}

interface Props {
  invoice: Invoice;
  methods: readonly OfferedPaymentMethod[];
}

function ConfirmForm({ invoice, methods }: Props) {
  const navigate = useNavigate();
  const confirm = useConfirmPayment(invoice.id);
  const amounts = amountsOf(invoice);
  const form = useForm<ConfirmationForm>({
    initialValues: {
      payment_method: invoice.payment_method ?? methods[0]?.payment_method ?? "",
      currency: invoice.payable_currency,
      manual_reference: "",
      paid_on: today(),
      manual_notes: "",
      proof: null,
    },
    validate: (values) => checkConfirmation(values, methods),
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, FIELDS);
  const method = methods.find(
    ({ payment_method }) => payment_method === form.values.payment_method,
  );
  const send = (values: ConfirmationForm) => {
    if (confirm.isPending) return;
    const { amount } = amounts.find(({ currency }) => currency === values.currency) ?? amounts[0];
    confirm.mutate(
      { ...values, amount, invoice_id: invoice.id },
      { onSuccess: () => void navigate(`/invoices/${invoice.id}`), onError: show },
    );
  };
  return (
    <FormPage
      title={m.confirm.title}
      intro={m.confirm.intro(invoice.number)}
      submitLabel={m.confirm.submit}
      isPending={confirm.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit(send, refuse)}
      footer={
        <Anchor component={Link} to={`/invoices/${invoice.id}`} size="sm">
          {m.signup.back}
        </Anchor>
      }
    >
      <Radio.Group id="currency" label={m.confirm.currency} {...form.getInputProps("currency")}>
        <Stack gap="xs" mt="xs">
          {amounts.map(({ amount, currency }) => (
            <RadioCard key={currency} value={currency} name={formatMoney(amount, currency)}>
              {formatMoney(amount, currency)}
            </RadioCard>
          ))}
        </Stack>
      </Radio.Group>
      <NativeSelect
        id="payment_method"
        label={m.confirm.method}
        data={methods.map(({ payment_method, display_name }) => ({
          value: payment_method,
          label: display_name,
        }))}
        {...form.getInputProps("payment_method")}
      />
      <TextInput
        id="manual_reference"
        label={method?.reference_label}
        description={method?.reference_hint}
        autoComplete="off"
        {...form.getInputProps("manual_reference")}
      />
      <TextInput
        id="paid_on"
        type="date"
        max={today()}
        label={m.confirm.paidOn}
        {...form.getInputProps("paid_on")}
      />
      <FileInput
        id="proof"
        label={`${m.confirm.proof} ${m.signup.optional}`}
        description={m.confirm.proofHint}
        placeholder={m.confirm.chooseFile}
        accept="image/jpeg,image/png,image/webp,application/pdf"
        clearable
        {...form.getInputProps("proof")}
      />
      <Textarea
        id="manual_notes"
        label={`${m.confirm.notes} ${m.signup.optional}`}
        rows={3}
        maxLength={1000}
        {...form.getInputProps("manual_notes")}
      />
    </FormPage>
  );
}

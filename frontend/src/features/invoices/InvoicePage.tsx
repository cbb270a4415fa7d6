import { Anchor, Button, Group, Stack, Title } from "@mantine/core";
import { Suspense } from "react";
import { Outlet, useParams } from "react-router";
import type { ShownInvoice } from "../../entities/invoice/keepInvoice";
import { StateBadge } from "../../entities/invoice/StateBadge";
import { WhatFor } from "../../entities/invoice/WhatFor";
import { Timeline } from "../../entities/subscription/Timeline";
import { url } from "../../lib/api/client";
import type { Invoice } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useInvoice } from "./api/useInvoice";
import { CancelOrder } from "./CancelOrder";
import { InvoiceLines } from "./InvoiceLines";
import { PaymentHistory } from "./PaymentHistory";
import { PaymentInstructions } from "./PaymentInstructions";
import { PaidPanel, RejectedPanel, ReviewPanel, VoidPanel } from "./StatePanels";

const ORDERS = new Set<Invoice["kind"]>(["initial", "change"]);
const CANCELLABLE = new Set<Invoice["payment_state"]>(["due", "overdue", "rejected"]);

/** One invoice: how to pay it, or the state of its payment. */
export function InvoicePage() {
  const id = Number(useParams().id);
  const invoice = useInvoice(id);
  return <QueryState query={invoice}>{(data) => <Shown invoice={data} />}</QueryState>;
}

function Shown({ invoice }: { invoice: ShownInvoice }) {
  const title = m.invoice.title(invoice.number);
  usePageTitle(title);
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <div>
        <Group justify="space-between">
          <Title order={1}>{title}</Title>
          <StateBadge state={invoice.payment_state} />
        </Group>
        <WhatFor invoice={invoice} />
      </div>
      <ByState invoice={invoice} />
      <InvoiceLines invoice={invoice} />
      <Group className="noPrint">
        <Anchor href={url(`/api/v1/billing/invoices/${invoice.id}/pdf/`)} download>
          {m.invoice.downloadPdf}
        </Anchor>
        <Button
          variant="subtle"
          size="compact-md"
          onClick={() => {
            window.print();
          }}
        >
          {m.invoice.print}
        </Button>
      </Group>
      <Timeline coming={invoice.coming ?? []} dueDate={invoice.due_date} />
      {invoice.latest_payment && <PaymentHistory invoice={invoice} />}
      {ORDERS.has(invoice.kind) && CANCELLABLE.has(invoice.payment_state) && (
        <CancelOrder invoice={invoice} />
      )}
      <Suspense>
        <Outlet context={invoice} />
      </Suspense>
    </Stack>
  );
}

function ByState({ invoice }: { invoice: Invoice }) {
  switch (invoice.payment_state) {
    case "under_review":
      return <ReviewPanel invoice={invoice} />;
    case "paid":
      return <PaidPanel />;
    case "void":
      return <VoidPanel invoice={invoice} />;
    case "rejected":
      return (
        <>
          <RejectedPanel invoice={invoice} />
          <PaymentInstructions invoice={invoice} />
        </>
      );
    case "due":
    case "overdue":
      return <PaymentInstructions invoice={invoice} />;
  }
}

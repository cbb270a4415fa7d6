import { Text, type MantineSize } from "@mantine/core";
import { formatDays } from "../../lib/format/dates";
import { m } from "../../lib/messages";
import type { ShownInvoice } from "./keepInvoice";

/** What an invoice is for, and which days it pays: "Renewal · February 1 – 28, 2027". */
export function WhatFor({ invoice, size = "md" }: { invoice: ShownInvoice; size?: MantineSize }) {
  const { kind, period } = invoice;
  const days = period && formatDays(period.first_day, period.last_day);
  return (
    <Text size={size} c="dimmed">
      {[m.invoice.kinds[kind], days].filter(Boolean).join(" · ")}
    </Text>
  );
}

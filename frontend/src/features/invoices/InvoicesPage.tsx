import { Anchor, Box, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { describeLine } from "../../entities/invoice/describeLine";
import { StateBadge } from "../../entities/invoice/StateBadge";
import { WhatFor } from "../../entities/invoice/WhatFor";
import type { ListedInvoice } from "../../lib/api/types";
import { formatDay } from "../../lib/format/dates";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { EmptyState } from "../../ui/EmptyState";
import { Pager, usePage } from "../../ui/Pager";
import { QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useInvoices } from "./api/useInvoices";

/** Every invoice of the account. */
export function InvoicesPage() {
  usePageTitle(m.invoices.title);
  const [page, setPage] = usePage();
  const invoices = useInvoices(page);
  return (
    <Stack gap="lg">
      <Title order={1}>{m.invoices.title}</Title>
      <QueryState query={invoices}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState
              title={m.invoices.empty}
              text={m.invoices.emptyText}
              to="/upgrade"
              action={m.upgrade.title}
            />
          ) : (
            <>
              <InvoiceTable invoices={results} />
              <Pager count={count} page={page} onChange={setPage} />
            </>
          )
        }
      </QueryState>
    </Stack>
  );
}

function InvoiceTable({ invoices }: { invoices: readonly ListedInvoice[] }) {
  return (
    <Table verticalSpacing="md">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{m.invoices.number}</Table.Th>
          <Table.Th visibleFrom="sm">{m.invoices.due}</Table.Th>
          <Table.Th visibleFrom="sm">{m.invoices.state}</Table.Th>
          <Table.Th ta="end">{m.invoice.amount}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {invoices.map((invoice) => (
          <InvoiceRow key={invoice.id} invoice={invoice} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function InvoiceRow({ invoice }: { invoice: ListedInvoice }) {
  const day = formatDay(invoice.due_date);
  const [line] = invoice.lines;
  const badge = <StateBadge state={invoice.payment_state} />;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/invoices/${invoice.id}`} fw={500}>
          <bdi>{invoice.number}</bdi>
        </Anchor>
        <WhatFor invoice={invoice} size="sm" />
        <Text size="sm" c="dimmed">
          <bdi>{line && describeLine(line, invoice)}</bdi>
        </Text>
        <Text size="sm" hiddenFrom="sm">
          {m.invoice.dueBy(day)}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">{day}</Table.Td>
      <Table.Td visibleFrom="sm">{badge}</Table.Td>
      <Table.Td ta="end">
        <bdi>{formatMoney(invoice.total, invoice.currency)}</bdi>
        <Box hiddenFrom="sm" mt={4}>
          {badge}
        </Box>
      </Table.Td>
    </Table.Tr>
  );
}

import { Paper, Table, Title } from "@mantine/core";
import { describeLine } from "../../entities/invoice/describeLine";
import type { Invoice } from "../../lib/api/types";
import { formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";

/** What an invoice charges for. */
export function InvoiceLines({ invoice }: { invoice: Invoice }) {
  return (
    <Paper withBorder p="lg" radius="md">
      <Title order={2} size="h4" mb="sm">
        {m.invoice.lines}
      </Title>
      <Table>
        <Table.Tbody>
          {invoice.lines.map((line) => (
            <Table.Tr key={line.description}>
              <Table.Td pl={0}>
                <bdi>{describeLine(line, invoice)}</bdi>
              </Table.Td>
              <Table.Td pr={0} ta="end">
                {formatMoney(line.amount, invoice.currency)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th pl={0}>{m.invoice.total}</Table.Th>
            <Table.Th pr={0} ta="end">
              {formatMoney(invoice.total, invoice.currency)}
            </Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </Paper>
  );
}

import { Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useMe } from "../../entities/me/useMe";
import { formatMoment } from "../../lib/format/dates";
import { formatCount, formatSigned } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { EmptyState } from "../../ui/EmptyState";
import { Pager, usePage } from "../../ui/Pager";
import { QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useLedger } from "./api/useLedger";
import { BalanceChart, type Entry } from "./BalanceChart";

/** The credit balance, and every ledger entry. */
export function CreditsPage() {
  usePageTitle(m.credits.title);
  const [page, setPage] = usePage();
  const ledger = useLedger(page);
  const account = useMe().data?.account;
  return (
    <Stack gap="lg">
      <Title order={1}>{m.credits.title}</Title>
      <Paper withBorder p="lg" radius="md">
        <Text size="sm" c="dimmed">
          {m.credits.balance}
        </Text>
        <Text fz={32} fw={700}>
          {formatCount(account?.credits ?? 0)}
        </Text>
        {account?.status === "suspended" && <Text size="sm">{m.paused.credits}</Text>}
        {ledger.data && ledger.data.results.length > 0 && (
          <BalanceChart entries={ledger.data.results} />
        )}
      </Paper>
      <QueryState query={ledger}>
        {({ results, count }) =>
          results.length === 0 ? (
            <EmptyState title={m.credits.empty} text={m.credits.emptyText} />
          ) : (
            <>
              <Ledger entries={results} />
              <Pager count={count} page={page} onChange={setPage} />
            </>
          )
        }
      </QueryState>
    </Stack>
  );
}

function Ledger({ entries }: { entries: readonly Entry[] }) {
  return (
    <Table verticalSpacing="md">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{m.credits.what}</Table.Th>
          <Table.Th ta="end">{m.credits.change}</Table.Th>
          <Table.Th ta="end">{m.credits.balance}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.id}>
            <Table.Td>
              <Text fw={500}>{m.credits.kinds[entry.kind]}</Text>
              <Text size="sm" c="dimmed">
                <bdi>{entry.description}</bdi>
              </Text>
              <Text size="sm" c="dimmed">
                {formatMoment(entry.created_at)}
              </Text>
            </Table.Td>
            <Table.Td ta="end">{formatSigned(entry.amount)}</Table.Td>
            <Table.Td ta="end">{formatCount(entry.balance_after)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

import { Anchor, Button, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { usePageTitle } from "../../../components/ui/usePageTitle";
import { useMe } from "../../../lib/api/me";
import type { Account, Me } from "../../../lib/api/types";
import { formatDay } from "../../../lib/format/dates";
import { formatCount } from "../../../lib/format/money";
import { m } from "../../../lib/messages";

/** Where the account stands, and what to do next. */
export function DashboardPage() {
  const me = useMe().data;
  usePageTitle(m.dashboard.title);
  if (!me) return null;
  return (
    <Stack gap="lg" maw={960} mx="auto">
      <Title order={1}>{m.dashboard.welcome(me.user.first_name || me.user.email)}</Title>
      {me.account ? <AccountCards me={me} account={me.account} /> : <NoAccount />}
    </Stack>
  );
}

function AccountCards({ me, account }: { me: Me; account: Account }) {
  const end = me.subscription?.current_period_end;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Fact label={m.dashboard.status} value={m.dashboard.statuses[account.status]} />
        <Fact
          label={m.dashboard.plan}
          value={account.plan.name}
          note={end ? m.dashboard.until(formatDay(end.slice(0, 10))) : undefined}
        />
        <Fact label={m.dashboard.credits} value={formatCount(account.credits)} />
      </SimpleGrid>
      <Paper withBorder p="lg" radius="md">
        <Stack gap="xs">
          <Title order={2} size="h4">
            {m.dashboard.nextStep}
          </Title>
          <Text>{m.dashboard.nextByStatus[account.status]}</Text>
          {me.open_invoice && (
            <div>
              <Button component={Link} to={`/invoices/${me.open_invoice.id}`}>
                {m.invoice.title(me.open_invoice.number)}
              </Button>
            </div>
          )}
        </Stack>
      </Paper>
    </>
  );
}

function Fact({ label, value, note }: { label: string; value: string; note?: string | undefined }) {
  return (
    <Paper withBorder p="lg" radius="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz={24} fw={700}>
        {value}
      </Text>
      {note && (
        <Text size="sm" c="dimmed">
          {note}
        </Text>
      )}
    </Paper>
  );
}

function NoAccount() {
  return (
    <Text>
      {m.dashboard.noAccount}{" "}
      <Anchor href="/admin/billing/payment/">{m.dashboard.openAdmin}</Anchor>
    </Text>
  );
}

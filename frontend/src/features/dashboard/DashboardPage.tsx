import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { StateBadge } from "../../entities/invoice/StateBadge";
import { hasHadPlan, hasNothingOrdered, useMe } from "../../entities/me/useMe";
import type { Account, Me } from "../../lib/api/types";
import { formatDay, formatDayOf } from "../../lib/format/dates";
import { formatCount, formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { usePageTitle } from "../../ui/usePageTitle";

/** The state of the account, and what to do next. */
export function DashboardPage() {
  const me = useMe().data;
  usePageTitle(m.dashboard.title);
  if (!me) return null;
  return (
    <Stack gap="lg">
      <Title order={1} style={{ overflowWrap: "anywhere" }}>
        {m.dashboard.welcome(me.user.first_name || me.user.email)}
      </Title>
      {me.account ? <AccountCards me={me} account={me.account} /> : <NoAccount />}
    </Stack>
  );
}

function AccountCards({ me, account }: { me: Me; account: Account }) {
  const end = me.subscription?.current_period_end;
  const hasNothing = hasNothingOrdered(me);
  return (
    <>
      <Columns columns={3}>
        <Fact
          label={m.dashboard.status}
          value={hasNothing ? m.dashboard.notActive : m.dashboard.statuses[account.status]}
        />
        <Fact
          label={m.dashboard.plan}
          value={hasNothing ? m.dashboard.noPlan : account.plan.name}
          note={end ? m.dashboard.until(formatDayOf(end)) : undefined}
          links={[
            ["/upgrade", m.upgrade.change],
            ["/plan", m.stage.see],
          ]}
        />
        <Fact
          label={m.dashboard.credits}
          value={formatCount(account.credits)}
          links={[["/credits", m.credits.see]]}
        />
      </Columns>
      <NextStep me={me} account={account} />
    </>
  );
}

function NextStep({ me, account }: { me: Me; account: Account }) {
  const invoice = me.open_invoice;
  const isReviewed = invoice?.payment_state === "under_review";
  const isVoid = hasNothingOrdered(me);
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {m.dashboard.nextStep}
          </Title>
          {invoice && <StateBadge state={invoice.payment_state} />}
        </Group>
        <Text>{nextOf(me, account)}</Text>
        {invoice && (
          <Group>
            <Button
              component={Link}
              to={`/invoices/${invoice.id}`}
              variant={isReviewed ? "default" : "filled"}
            >
              {isReviewed ? m.banner.seeState : m.banner.seeHow}
            </Button>
            <Text size="sm" c="dimmed">
              {invoice.number} · {formatMoney(invoice.payable_amount, invoice.payable_currency)}
            </Text>
          </Group>
        )}
        {!invoice && (isVoid || account.status === "trial") && (
          <div>
            <Button component={Link} to="/upgrade">
              {m.upgrade.title}
            </Button>
          </div>
        )}
      </Stack>
    </Paper>
  );
}

/** What is to be done, in words. */
function nextOf(me: Me, account: Account): string {
  const invoice = me.open_invoice;
  if (invoice?.payment_state === "under_review") return m.invoice.reviewNextText;
  if (hasNothingOrdered(me)) return hasHadPlan(me) ? m.stage.ended : m.dashboard.nothingOrdered;
  if (invoice && account.status === "active") {
    return m.dashboard.openInvoice(formatDay(invoice.due_date));
  }
  return m.dashboard.nextByStatus[account.status];
}

interface FactProps {
  label: string;
  value: string;
  note?: string | undefined;
  links?: readonly [to: string, words: string][];
}

function Fact({ label, value, note, links = [] }: FactProps) {
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
      <Group gap="md">
        {links.map(([to, words]) => (
          <Anchor key={to} component={Link} to={to} size="sm">
            {words}
          </Anchor>
        ))}
      </Group>
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

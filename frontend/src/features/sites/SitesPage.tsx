import {
  Alert,
  Anchor,
  Button,
  Group,
  NativeSelect,
  Paper,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link } from "react-router";
import { useMe } from "../../entities/me/useMe";
import type { Invoice, Site } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorSummary } from "../../ui/ErrorSummary";
import { PayLink } from "../../ui/PayLink";
import { describe, QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useServerErrors } from "../../ui/useServerErrors";
import { useAddSite } from "./api/useAddSite";
import { useIndustries } from "./api/useIndustries";
import { useRemoveSite } from "./api/useRemoveSite";
import { useSites } from "./api/useSites";

/** The account's sites, as many as its plan allows. */
export function SitesPage() {
  usePageTitle(m.sites.title);
  const sites = useSites();
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <Title order={1}>{m.sites.title}</Title>
      <QueryState query={sites}>
        {({ results, count }) => (
          <>
            {results.length === 0 ? (
              <EmptyState title={m.sites.empty} text={m.sites.emptyText} />
            ) : (
              results.map((site) => <SiteCard key={site.id} site={site} />)
            )}
            <AddSite count={count} />
          </>
        )}
      </QueryState>
    </Stack>
  );
}

function SiteCard({ site }: { site: Site }) {
  const isPaused = useMe().data?.account?.status === "suspended";
  const remove = useRemoveSite();
  return (
    <Paper withBorder p="md" radius="md">
      <Group justify="space-between" wrap="nowrap">
        <div style={{ minWidth: 0, overflowWrap: "anywhere" }}>
          <Text fw={600}>{site.name}</Text>
          <Text size="sm" c="dimmed">
            {site.domain} · {site.industry.name}
          </Text>
        </div>
        {!isPaused && (
          <RemoveButton
            name={site.name}
            isPending={remove.isPending}
            onSure={() => {
              remove.mutate(site.id);
            }}
          />
        )}
      </Group>
      {remove.error && (
        <Alert color="red" role="alert" mt="sm">
          {describe(remove.error)} <PayLink error={remove.error} />
        </Alert>
      )}
    </Paper>
  );
}

interface RemoveProps {
  name: string;
  isPending: boolean;
  onSure: () => void;
}

/** Asks once more before it removes. */
function RemoveButton({ name, isPending, onSure }: RemoveProps) {
  const [isSure, setIsSure] = useState(false);
  return (
    <Button
      variant={isSure ? "filled" : "default"}
      size="compact-md"
      {...(isSure && { color: "red" })}
      loading={isPending}
      aria-label={(isSure ? m.sites.removeSure : m.sites.remove)(name)}
      onClick={() => {
        if (isSure) onSure();
        else setIsSure(true);
      }}
      style={{ flexShrink: 0 }}
    >
      {isSure ? m.sites.removeSureShort : m.sites.removeShort}
    </Button>
  );
}

function AddSite({ count }: { count: number }) {
  const me = useMe().data;
  const account = me?.account;
  if (!account) return null;
  if (account.status === "suspended") return <Paused invoice={me.open_invoice} />;
  if (account.status !== "trial" && account.status !== "active") {
    return <Alert color="yellow">{m.sites.notYet}</Alert>;
  }
  if (count >= account.plan.max_sites) {
    return (
      <Alert color="blue" role="status">
        {m.sites.limit(account.plan.name, m.signup.sites(account.plan.max_sites))}{" "}
        <Anchor component={Link} to="/upgrade" c="inherit">
          {m.upgrade.title}
        </Anchor>
      </Alert>
    );
  }
  return <AddSiteForm />;
}

/** Says why sites can't be changed, and how they can be again. */
function Paused({ invoice }: { invoice: Invoice | null }) {
  return (
    <Alert color="red">
      {m.paused.sites}{" "}
      {invoice && (
        <Anchor component={Link} to={`/invoices/${invoice.id}`} c="inherit" inherit>
          {m.paused.seeHow}
        </Anchor>
      )}
    </Alert>
  );
}

const FIELDS = ["name", "domain", "industry"] as const;

function AddSiteForm() {
  const industries = useIndustries();
  const add = useAddSite();
  const form = useForm({
    initialValues: { name: "", domain: "", industry: "" },
    validate: (values) => ({
      name: values.name.trim() ? null : m.errors.missing.siteName,
      domain: values.domain.trim() ? null : m.errors.missing.domain,
      industry: values.industry ? null : m.errors.missing.industry,
    }),
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, FIELDS);
  return (
    <Paper withBorder p="lg" radius="md">
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          add.mutate(values, {
            onSuccess: () => {
              form.reset();
            },
            onError: show,
          });
        }, refuse)}
      >
        <Stack>
          <Title order={2} size="h4">
            {m.sites.add}
          </Title>
          <ErrorSummary items={items} attempt={attempt} />
          <TextInput id="name" label={m.sites.name} {...form.getInputProps("name")} />
          <TextInput
            id="domain"
            label={m.sites.domain}
            placeholder="shop.example.com"
            autoCapitalize="none"
            spellCheck={false}
            {...form.getInputProps("domain")}
          />
          <NativeSelect
            id="industry"
            label={m.sites.industry}
            data={[
              { value: "", label: m.sites.chooseIndustry },
              ...(industries.data ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
            ]}
            {...form.getInputProps("industry")}
          />
          <div>
            <Button type="submit" loading={add.isPending}>
              {m.sites.add}
            </Button>
          </div>
        </Stack>
      </form>
    </Paper>
  );
}

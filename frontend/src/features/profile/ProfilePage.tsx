import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, Outlet } from "react-router";
import { BillingFields } from "../../entities/billing-details/BillingFields";
import { CountrySelect } from "../../entities/billing-details/CountrySelect";
import { BILLING_FIELDS, type BillingField } from "../../entities/billing-details/fields";
import { useMe } from "../../entities/me/useMe";
import type { Account, Me } from "../../lib/api/types";
import { formatDayOf } from "../../lib/format/dates";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { describe } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useServerErrors } from "../../ui/useServerErrors";
import { useChangeAccount } from "./api/useChangeAccount";
import { useChangePassword } from "./api/useChangePassword";
import { useChangeProfile } from "./api/useChangeProfile";
import { useExport } from "./api/useExport";
import { useLogOutEverywhere } from "./api/useLogOutEverywhere";
import { EmailForm } from "./EmailForm";
import { Section } from "./Section";

/** Who one is, what invoices say, and the password; each part is saved by itself. */
export function ProfilePage() {
  usePageTitle(m.profile.title);
  const me = useMe().data;
  if (!me) return null;
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <Title order={1}>{m.profile.title}</Title>
      <PersonForm user={me.user} />
      <EmailForm user={me.user} />
      {me.account && me.user.role === "owner" && <AccountForm account={me.account} />}
      <PasswordForm />
      <Sessions />
      {me.account && me.user.role === "owner" && (
        <>
          <ExportForm />
          <CloseAccount />
        </>
      )}
      <Outlet />
    </Stack>
  );
}

function PersonForm({ user }: { user: Me["user"] }) {
  const change = useChangeProfile();
  const form = useForm({
    initialValues: { first_name: user.first_name, last_name: user.last_name },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show } = useServerErrors(form, ["first_name", "last_name"]);
  return (
    <Section
      title={m.profile.person}
      items={items}
      attempt={attempt}
      isPending={change.isPending}
      isSaved={change.isSuccess && !form.isDirty()}
      onSubmit={form.onSubmit((values) => {
        change.mutate(values, {
          onSuccess: () => {
            form.resetDirty();
          },
          onError: show,
        });
      })}
    >
      <Columns>
        <TextInput
          id="first_name"
          label={`${m.signup.firstName} ${m.signup.optional}`}
          autoComplete="given-name"
          {...form.getInputProps("first_name")}
        />
        <TextInput
          id="last_name"
          label={`${m.signup.lastName} ${m.signup.optional}`}
          autoComplete="family-name"
          {...form.getInputProps("last_name")}
        />
      </Columns>
    </Section>
  );
}

type AccountValues = Record<"name" | "country" | BillingField, string>;

function AccountForm({ account }: { account: Account }) {
  const change = useChangeAccount();
  const form = useForm<AccountValues>({
    initialValues: {
      name: account.name,
      country: account.country,
      ...(Object.fromEntries(BILLING_FIELDS.map((field) => [field, account[field]])) as Record<
        BillingField,
        string
      >),
    },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show } = useServerErrors(form, ["name", "country", ...BILLING_FIELDS]);
  return (
    <Section
      title={m.profile.billing}
      intro={m.profile.billingIntro}
      items={items}
      attempt={attempt}
      isPending={change.isPending}
      isSaved={change.isSuccess && !form.isDirty()}
      onSubmit={form.onSubmit((values) => {
        const { country, ...others } = values;
        change.mutate(country ? values : others, {
          onSuccess: () => {
            form.resetDirty();
          },
          onError: show,
        });
      })}
    >
      <TextInput
        id="name"
        label={m.signup.accountName}
        autoComplete="organization"
        {...form.getInputProps("name")}
      />
      <CountrySelect
        value={form.values.country}
        error={form.errors.country}
        onChange={(code) => {
          form.setFieldValue("country", code);
          form.setFieldValue("billing_state", "");
        }}
      />
      <BillingFields
        country={form.values.country}
        inputProps={(field) => form.getInputProps(field)}
      />
      {account.billing_email !== "" && !account.billing_email_confirmed && (
        <Text size="sm" c="dimmed">
          {m.profile.billingEmailUnconfirmed}
        </Text>
      )}
    </Section>
  );
}

function PasswordForm() {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { current_password: "", new_password: "" },
    validate: (values) => ({
      current_password: values.current_password
        ? null
        : m.errors.required(m.profile.currentPassword),
      new_password: values.new_password ? null : m.errors.required(m.session.newPassword),
    }),
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, [
    "current_password",
    "new_password",
  ]);
  return (
    <Section
      title={m.profile.password}
      items={items}
      attempt={attempt}
      isPending={change.isPending}
      isSaved={change.isSuccess}
      onSubmit={form.onSubmit((values) => {
        change.mutate(values, {
          onSuccess: () => {
            form.reset();
          },
          onError: show,
        });
      }, refuse)}
    >
      <Columns>
        <PasswordInput
          id="current_password"
          label={m.profile.currentPassword}
          autoComplete="current-password"
          {...form.getInputProps("current_password")}
        />
        <PasswordInput
          id="new_password"
          label={m.session.newPassword}
          description={m.signup.passwordHint}
          inputWrapperOrder={["label", "input", "description", "error"]}
          autoComplete="new-password"
          {...form.getInputProps("new_password")}
        />
      </Columns>
    </Section>
  );
}

function Sessions() {
  const logOut = useLogOutEverywhere();
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack align="flex-start">
        <Title order={2} size="h4">
          {m.profile.sessions}
        </Title>
        <Text c="dimmed">{m.profile.sessionsIntro}</Text>
        {logOut.error && (
          <Alert color="red" role="alert">
            {describe(logOut.error)}
          </Alert>
        )}
        <Button
          variant="default"
          loading={logOut.isPending}
          onClick={() => {
            logOut.mutate();
          }}
        >
          {m.profile.logOutEverywhere}
        </Button>
      </Stack>
    </Paper>
  );
}

function ExportForm() {
  const request = useExport();
  const form = useForm({
    initialValues: { password: "" },
    validate: {
      password: (password) => (password ? null : m.errors.required(m.data.yourPassword)),
    },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, ["password"]);
  return (
    <Section
      title={m.data.title}
      intro={m.data.text}
      submitLabel={m.data.request}
      savedText={
        request.data &&
        m.data.requested(request.data.mailed_to, formatDayOf(request.data.kept_until))
      }
      items={items.map((item) => (item.fieldId ? { ...item, fieldId: "export_password" } : item))}
      attempt={attempt}
      isPending={request.isPending}
      isSaved={request.isSuccess}
      onSubmit={form.onSubmit(({ password }) => {
        request.mutate(password, {
          onSuccess: () => {
            form.reset();
          },
          onError: show,
        });
      }, refuse)}
    >
      <PasswordInput
        id="export_password"
        label={m.data.yourPassword}
        autoComplete="current-password"
        maw={340}
        {...form.getInputProps("password")}
      />
    </Section>
  );
}

function CloseAccount() {
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack>
        <Title order={2} size="h4">
          {m.data.closeTitle}
        </Title>
        <Text c="dimmed">{m.data.closeText}</Text>
        <div>
          <Button component={Link} to="/account/close" variant="outline" color="red">
            {m.data.closeOpen}
          </Button>
        </div>
      </Stack>
    </Paper>
  );
}

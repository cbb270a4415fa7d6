import { Alert, Button, PasswordInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useResendVerification } from "../../entities/me/useResendVerification";
import type { Me } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { describe } from "../../ui/QueryState";
import { useServerErrors } from "../../ui/useServerErrors";
import { useCancelEmailChange } from "./api/useCancelEmailChange";
import { useRequestEmailChange } from "./api/useRequestEmailChange";
import { Section } from "./Section";

/** The address to sign in with. A new one counts once the link sent there is opened. */
export function EmailForm({ user }: { user: Me["user"] }) {
  const change = useRequestEmailChange();
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: {
      email: (email) => (email ? null : m.errors.missing.newEmail),
      password: (password) => (password ? null : m.errors.missing.password),
    },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, ["email", "password"]);
  return (
    <Section
      title={m.session.email}
      intro={m.profile.emailIntro}
      submitLabel={m.session.sendLink}
      items={items.map((item) =>
        item.fieldId ? { ...item, fieldId: `email_form_${item.fieldId}` } : item,
      )}
      attempt={attempt}
      isPending={change.isPending}
      isSaved={false}
      onSubmit={form.onSubmit((values) => {
        change.mutate(values, {
          onSuccess: () => {
            form.reset();
          },
          onError: show,
        });
      }, refuse)}
    >
      <div>
        <Text style={{ overflowWrap: "anywhere" }}>{user.email}</Text>
        {!user.email_verified && <Unverified email={user.email} />}
      </div>
      {user.pending_email && <Pending user={user} newEmail={user.pending_email} />}
      <Columns>
        <TextInput
          id="email_form_email"
          type="email"
          label={m.profile.newEmail}
          autoComplete="email"
          {...form.getInputProps("email")}
        />
        <PasswordInput
          id="email_form_password"
          label={m.profile.emailPassword}
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
      </Columns>
    </Section>
  );
}

function Pending({ user, newEmail }: { user: Me["user"]; newEmail: string }) {
  const cancel = useCancelEmailChange();
  return (
    <Alert color="brand" role="status">
      <Text size="sm" mb="xs" style={{ overflowWrap: "anywhere" }}>
        {m.profile.emailPending(newEmail, user.email)}
      </Text>
      <Button
        variant="default"
        size="compact-md"
        h="auto"
        styles={{ label: { whiteSpace: "normal", overflowWrap: "anywhere" } }}
        loading={cancel.isPending}
        onClick={() => {
          cancel.mutate();
        }}
      >
        {m.profile.keepEmail(user.email)}
      </Button>
      {cancel.error && (
        <Text size="sm" c="red" role="alert" mt="xs">
          {describe(cancel.error)}
        </Text>
      )}
    </Alert>
  );
}

function Unverified({ email }: { email: string }) {
  const resend = useResendVerification();
  return (
    <>
      <Text size="sm" c="dimmed">
        {m.profile.unverified}
      </Text>
      {resend.isSuccess ? (
        <Text size="sm" role="status">
          {m.profile.resent}
        </Text>
      ) : (
        <Button
          variant="default"
          size="compact-md"
          mt={4}
          loading={resend.isPending}
          onClick={() => {
            resend.mutate(email);
          }}
        >
          {m.profile.resend}
        </Button>
      )}
      {resend.error && (
        <Alert color="red" role="alert" mt="xs">
          {describe(resend.error)}
        </Alert>
      )}
    </>
  );
}

import { Alert, Button, Group, List, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Navigate, useNavigate } from "react-router";
import { useMe } from "../../../entities/me/useMe";
import { m } from "../../../lib/messages";
import { ErrorSummary } from "../../../ui/ErrorSummary";
import { PageDialog } from "../../../ui/PageDialog";
import { useServerErrors } from "../../../ui/useServerErrors";
import { useCloseAccount } from "../api/useCloseAccount";

const PAGE = "/account";
const FIELDS = ["confirmation", "password"] as const;

/** Explains the consequences, and asks twice; a dialog with its own URL. */
export function CloseAccountDialog() {
  const me = useMe().data;
  const navigate = useNavigate();
  if (me?.user.role !== "owner") return <Navigate to={PAGE} replace />;
  const cancel = () => void navigate(PAGE);
  return (
    <PageDialog title={m.data.closeTitle} closeLabel={m.data.closeDialog} onClose={cancel}>
      <Stack>
        <Consequences />
        {me.open_invoice?.payment_state === "under_review" ? (
          <Alert color="yellow">{m.data.underReview}</Alert>
        ) : (
          <CloseForm email={me.user.email} />
        )}
      </Stack>
    </PageDialog>
  );
}

function Consequences() {
  const parts: [string, readonly string[]][] = [
    [m.data.ends, m.data.endsList],
    [m.data.erased, m.data.erasedList],
    [m.data.kept, m.data.keptList],
  ];
  return (
    <>
      {parts.map(([title, lines]) => (
        <div key={title}>
          <Text component="h3" fz="md" fw={600} m={0}>
            {title}
          </Text>
          <List withPadding size="sm">
            {lines.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        </div>
      ))}
      <Text size="sm">{m.data.downloadFirst}</Text>
    </>
  );
}

function CloseForm({ email }: { email: string }) {
  const navigate = useNavigate();
  const close = useCloseAccount();
  const form = useForm({
    initialValues: { confirmation: "", password: "" },
    validate: {
      confirmation: (typed) =>
        typed.trim().toLowerCase() === email ? null : m.data.confirmationWrong,
      password: (typed) => (typed ? null : m.errors.missing.password),
    },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, FIELDS);
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        if (close.isPending) return;
        close.mutate(values, {
          onSuccess: (closed) => void navigate("/goodbye", { replace: true, state: { closed } }),
          onError: show,
        });
      }, refuse)}
    >
      <Stack>
        <ErrorSummary items={items} attempt={attempt} />
        <TextInput
          id="confirmation"
          type="email"
          label={m.data.confirmation(email)}
          autoComplete="off"
          {...form.getInputProps("confirmation")}
        />
        <PasswordInput
          id="password"
          label={m.data.yourPassword}
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
        <Group>
          <Button type="submit" color="red" loading={close.isPending}>
            {m.data.closeNow}
          </Button>
          <Button variant="default" onClick={() => void navigate(PAGE)}>
            {m.data.closeDialog}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

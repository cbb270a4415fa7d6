import { Alert, Anchor, Button, PasswordInput, Stack, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useParams } from "react-router";
import { m } from "../../lib/messages";
import { FormPage } from "../../ui/FormPage";
import { QueryState } from "../../ui/QueryState";
import { useServerErrors } from "../../ui/useServerErrors";
import { isRefusedLink } from "./api/mailedLink";
import { useResetLink } from "./api/useResetLink";
import { useResetPassword } from "./api/useResetPassword";
import { DeadLink } from "./DeadLink";

/** Sets a new password with a link from an email; a dead link says so before typing. */
export function ResetPasswordPage() {
  const { key = "" } = useParams();
  const link = useResetLink(key);
  return (
    <QueryState query={link}>
      {({ refusal }) => (refusal ? <NewLink refusal={refusal} /> : <ResetForm linkKey={key} />)}
    </QueryState>
  );
}

function NewLink({ refusal }: { refusal: string }) {
  return (
    <DeadLink title={m.session.resetTitle} refusal={refusal}>
      <Button component={Link} to="/forgot-password">
        {m.session.newLink}
      </Button>
      <Anchor component={Link} to="/login">
        {m.app.logIn}
      </Anchor>
    </DeadLink>
  );
}

function ResetForm({ linkKey }: { linkKey: string }) {
  const reset = useResetPassword();
  const form = useForm({
    initialValues: { password: "" },
    validate: {
      password: (password) => (password ? null : m.errors.missing.newPassword),
    },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, ["password"]);
  if (reset.isSuccess) return <Saved />;
  if (isRefusedLink(reset.error)) return <NewLink refusal={reset.error.message} />;
  return (
    <FormPage
      title={m.session.resetTitle}
      submitLabel={m.session.savePassword}
      isPending={reset.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit(({ password }) => {
        reset.mutate({ key: linkKey, password }, { onError: show });
      }, refuse)}
    >
      <PasswordInput
        id="password"
        autoComplete="new-password"
        label={m.session.newPassword}
        description={m.signup.passwordHint}
        {...form.getInputProps("password")}
      />
    </FormPage>
  );
}

function Saved() {
  return (
    <Stack maw={480} mx="auto">
      <Title order={1}>{m.session.resetTitle}</Title>
      <Alert role="status">{m.session.passwordSaved}</Alert>
      <Anchor component={Link} to="/login">
        {m.app.logIn}
      </Anchor>
    </Stack>
  );
}

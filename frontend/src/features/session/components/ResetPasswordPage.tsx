import { Alert, Anchor, PasswordInput, Stack, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useParams } from "react-router";
import { FormPage } from "../../../components/ui/FormPage";
import { useServerErrors } from "../../../components/ui/useServerErrors";
import { m } from "../../../lib/messages";
import { useResetPassword } from "../../../lib/api/session";

export function ResetPasswordPage() {
  const { key = "" } = useParams();
  const reset = useResetPassword();
  const form = useForm({ initialValues: { password: "" } });
  const { items, attempt, show } = useServerErrors(form, ["password"]);
  if (reset.isSuccess) {
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
  return (
    <FormPage
      title={m.session.resetTitle}
      submitLabel={m.session.savePassword}
      isPending={reset.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit(({ password }) => {
        reset.mutate({ key, password }, { onError: show });
      })}
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

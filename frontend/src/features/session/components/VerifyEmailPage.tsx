import { Alert, Anchor, Stack, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useParams } from "react-router";
import { FormPage } from "../../../components/ui/FormPage";
import { useServerErrors } from "../../../components/ui/useServerErrors";
import { m } from "../../../lib/messages";
import { useVerifyEmail } from "../../../lib/api/session";

/** Confirms by a button, not on opening: mail scanners open links too. */
export function VerifyEmailPage() {
  const { key = "" } = useParams();
  const verify = useVerifyEmail();
  const form = useForm({ initialValues: {} });
  const { items, attempt, show } = useServerErrors(form, []);
  if (verify.isSuccess) {
    return (
      <Stack maw={480} mx="auto">
        <Title order={1}>{m.session.verifyTitle}</Title>
        <Alert role="status">{m.session.verified}</Alert>
        <Anchor component={Link} to="/">
          {m.errors.toDashboard}
        </Anchor>
      </Stack>
    );
  }
  return (
    <FormPage
      title={m.session.verifyTitle}
      intro={m.session.confirmText}
      submitLabel={m.session.confirmEmail}
      isPending={verify.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit(() => {
        verify.mutate(key, { onError: show });
      })}
    >
      {null}
    </FormPage>
  );
}

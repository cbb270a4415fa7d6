import { Alert, Anchor, Stack, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useParams } from "react-router";
import { m } from "../../lib/messages";
import { FormPage } from "../../ui/FormPage";
import { useServerErrors } from "../../ui/useServerErrors";
import { useConfirmBillingEmail } from "./api/useConfirmBillingEmail";

/** Confirms a billing address; with a button, because email scanners open links too. */
export function ConfirmBillingEmailPage() {
  const { key = "" } = useParams();
  const verify = useConfirmBillingEmail();
  const form = useForm({ initialValues: {} });
  const { items, attempt, show } = useServerErrors(form, []);
  if (verify.isSuccess) {
    return (
      <Stack maw={480} mx="auto">
        <Title order={1}>{m.session.billingEmailTitle}</Title>
        <Alert role="status">{m.session.billingEmailConfirmed}</Alert>
        <Anchor component={Link} to="/">
          {m.errors.toDashboard}
        </Anchor>
      </Stack>
    );
  }
  return (
    <FormPage
      title={m.session.billingEmailTitle}
      intro={m.session.billingEmailText}
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

import { Alert, Stack, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { m } from "../../lib/messages";
import { FormPage } from "../../ui/FormPage";
import { useServerErrors } from "../../ui/useServerErrors";
import { useRequestPasswordReset } from "./api/useRequestPasswordReset";

export function ForgotPasswordPage() {
  const request = useRequestPasswordReset();
  const form = useForm({ initialValues: { email: "" } });
  const { items, attempt, show } = useServerErrors(form, ["email"]);
  if (request.isSuccess) {
    return (
      <Stack maw={480} mx="auto">
        <Title order={1}>{m.session.forgotTitle}</Title>
        <Alert role="status">{m.session.linkSent(form.values.email)}</Alert>
      </Stack>
    );
  }
  return (
    <FormPage
      title={m.session.forgotTitle}
      intro={m.session.forgotText}
      submitLabel={m.session.sendLink}
      isPending={request.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit((values) => {
        request.mutate(values, { onError: show });
      })}
    >
      <TextInput
        id="email"
        type="email"
        autoComplete="username"
        label={m.session.email}
        {...form.getInputProps("email")}
      />
    </FormPage>
  );
}

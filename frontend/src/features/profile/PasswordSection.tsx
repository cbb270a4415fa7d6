import { PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { useServerErrors } from "../../ui/useServerErrors";
import { useChangePassword } from "./api/useChangePassword";
import { Section } from "./Section";

/** Changes the password; asks for the current one. */
export function PasswordSection() {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { current_password: "", new_password: "" },
    validate: (values) => ({
      current_password: values.current_password ? null : m.errors.missing.currentPassword,
      new_password: values.new_password ? null : m.errors.missing.newPassword,
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

import { PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { formatDayOf } from "../../lib/format/dates";
import { m } from "../../lib/messages";
import { useServerErrors } from "../../ui/useServerErrors";
import { useExport } from "./api/useExport";
import { Section } from "./Section";

/** Requests all data of the account as a file; an email brings the link. */
export function DataSection() {
  const request = useExport();
  const form = useForm({
    initialValues: { password: "" },
    validate: {
      password: (password) => (password ? null : m.errors.missing.password),
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

import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Me } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import { useServerErrors } from "../../ui/useServerErrors";
import { useChangeProfile } from "./api/useChangeProfile";
import { Section } from "./Section";

/** The person's name. */
export function PersonSection({ user }: { user: Me["user"] }) {
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

import { PasswordInput, Stack, TextInput } from "@mantine/core";
import { m } from "../../lib/messages";
import { Columns } from "../../ui/Columns";
import type { SignUpForm } from "./useSignUpForm";

/** The person who signs up. */
export function AccountStep({ form }: { form: SignUpForm }) {
  return (
    <Stack>
      <TextInput
        id="email"
        type="email"
        autoComplete="email"
        label={m.signup.email}
        {...form.getInputProps("email")}
      />
      <PasswordInput
        id="password"
        autoComplete="new-password"
        label={m.signup.password}
        description={m.signup.passwordHint}
        {...form.getInputProps("password")}
      />
      <Columns>
        <TextInput
          id="first_name"
          autoComplete="given-name"
          label={`${m.signup.firstName} ${m.signup.optional}`}
          {...form.getInputProps("first_name")}
        />
        <TextInput
          id="last_name"
          autoComplete="family-name"
          label={`${m.signup.lastName} ${m.signup.optional}`}
          {...form.getInputProps("last_name")}
        />
      </Columns>
      <TextInput
        id="account_name"
        autoComplete="organization"
        label={`${m.signup.accountName} ${m.signup.optional}`}
        {...form.getInputProps("account_name")}
      />
    </Stack>
  );
}

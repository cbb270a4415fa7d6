import { Anchor, PasswordInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, Navigate, useSearchParams } from "react-router";
import { FormPage } from "../../../components/ui/FormPage";
import { useServerErrors } from "../../../components/ui/useServerErrors";
import { useMe } from "../../../lib/api/me";
import { m } from "../../../lib/messages";
import { useLogIn } from "../../../lib/api/session";

export function LogInPage() {
  const [search] = useSearchParams();
  const me = useMe();
  const logIn = useLogIn();
  const form = useForm({ initialValues: { email: "", password: "" } });
  const { items, attempt, show } = useServerErrors(form, ["email", "password"]);
  if (me.data) return <Navigate to={localPath(search.get("next"))} replace />;
  return (
    <FormPage
      title={m.session.logInTitle}
      {...(search.has("next") && { intro: m.session.logInToGoOn })}
      submitLabel={m.app.logIn}
      isPending={logIn.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit((values) => {
        logIn.mutate(values, { onError: show });
      })}
      footer={
        <>
          <Anchor component={Link} to="/forgot-password" size="sm">
            {m.session.forgot}
          </Anchor>
          <Text size="sm">
            {m.session.noAccount}{" "}
            <Anchor component={Link} to="/signup" size="sm">
              {m.app.signUp}
            </Anchor>
          </Text>
        </>
      }
    >
      <TextInput
        id="email"
        type="email"
        autoComplete="username"
        label={m.session.email}
        {...form.getInputProps("email")}
      />
      <PasswordInput
        id="password"
        autoComplete="current-password"
        label={m.session.password}
        {...form.getInputProps("password")}
      />
    </FormPage>
  );
}

/** Only paths of this app: `next` comes from the address bar. */
function localPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

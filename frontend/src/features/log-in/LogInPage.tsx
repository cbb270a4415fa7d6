import { Anchor, Button, PasswordInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { ApiError } from "../../lib/errors/apiError";
import { m } from "../../lib/messages";
import { FormPage } from "../../ui/FormPage";
import { useServerErrors } from "../../ui/useServerErrors";
import { useLogIn } from "./api/useLogIn";
import { useSendCode } from "./api/useSendCode";

type Stage = "password" | "code" | "expired";

/** Signs in with a password and, if the person has a second factor, a code. */
export function LogInPage() {
  const [search] = useSearchParams();
  const me = useMe();
  const [stage, setStage] = useState<Stage>("password");
  if (me.data) return <Navigate to={localPath(search.get("next"))} replace />;
  if (stage === "code") return <CodeForm onLeave={setStage} />;
  const intro =
    stage === "expired" ? m.session.codeExpired : search.has("next") && m.session.logInToGoOn;
  return (
    <PasswordForm
      {...(intro && { intro })}
      onCode={() => {
        setStage("code");
      }}
    />
  );
}

function PasswordForm({ intro, onCode }: { intro?: string; onCode: () => void }) {
  const logIn = useLogIn();
  const form = useForm({ initialValues: { email: "", password: "" } });
  const { items, attempt, show } = useServerErrors(form, ["email", "password"]);
  return (
    <FormPage
      title={m.session.logInTitle}
      {...(intro && { intro })}
      submitLabel={m.app.logIn}
      isPending={logIn.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit((values) => {
        logIn.mutate(values, {
          onSuccess: (next) => {
            if (next === "code") onCode();
          },
          onError: show,
        });
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

/** The code of an authenticator app, or a recovery code. */
function CodeForm({ onLeave }: { onLeave: (stage: Stage) => void }) {
  const sendCode = useSendCode();
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: (code) => (code.trim() ? null : m.errors.missing.code) },
    clearInputErrorOnChange: true,
  });
  const { items, attempt, show, refuse } = useServerErrors(form, ["code"]);
  const fail = (error: Error) => {
    const isOver = error instanceof ApiError && [401, 409].includes(error.status);
    if (isOver) onLeave("expired");
    else show(error);
  };
  return (
    <FormPage
      title={m.session.codeTitle}
      submitLabel={m.app.logIn}
      isPending={sendCode.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit(({ code }) => {
        sendCode.mutate(code.replace(/\s/g, ""), { onError: fail });
      }, refuse)}
      footer={
        <div>
          <Button
            variant="subtle"
            onClick={() => {
              onLeave("password");
            }}
          >
            {m.signup.back}
          </Button>
        </div>
      }
    >
      <TextInput
        id="code"
        autoComplete="one-time-code"
        autoFocus
        label={m.session.code}
        description={m.session.codeHint}
        {...form.getInputProps("code")}
      />
    </FormPage>
  );
}

/** Accepts only paths of this app: `next` comes from the address bar. */
function localPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

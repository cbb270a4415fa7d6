import { Alert, Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useParams } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { useResendVerification } from "../../entities/me/useResendVerification";
import { m } from "../../lib/messages";
import { FormPage } from "../../ui/FormPage";
import { describe, QueryState } from "../../ui/QueryState";
import { usePageTitle } from "../../ui/usePageTitle";
import { useServerErrors } from "../../ui/useServerErrors";
import { isRefusedLink } from "./api/mailedLink";
import { useVerificationLink } from "./api/useVerificationLink";
import { useVerifyEmail } from "./api/useVerifyEmail";
import { DeadLink } from "./DeadLink";

/** Confirms with a button, not on opening, because email scanners open links too. */
export function VerifyEmailPage() {
  const { key = "" } = useParams();
  const link = useVerificationLink(key);
  return (
    <QueryState query={link}>
      {({ data, refusal }) =>
        refusal ? (
          <NoNeed refusal={refusal} />
        ) : (
          <ConfirmForm linkKey={key} email={data?.data.email ?? ""} />
        )
      }
    </QueryState>
  );
}

/** A dead link: harmless if the address is already confirmed. */
function NoNeed({ refusal }: { refusal: string }) {
  const user = useMe().data?.user;
  if (user?.email_verified) return <Confirmed />;
  return (
    <DeadLink title={m.session.verifyTitle} refusal={refusal}>
      {user ? (
        <SendAgain email={user.email} />
      ) : (
        <>
          <Text>{m.session.maybeConfirmed}</Text>
          <Button component={Link} to="/login?next=/account">
            {m.app.logIn}
          </Button>
        </>
      )}
    </DeadLink>
  );
}

function SendAgain({ email }: { email: string }) {
  const resend = useResendVerification();
  if (resend.isSuccess) return <Text role="status">{m.profile.resent}</Text>;
  return (
    <>
      <Button
        loading={resend.isPending}
        onClick={() => {
          resend.mutate(email);
        }}
      >
        {m.session.newLink}
      </Button>
      {resend.error && (
        <Alert color="red" role="alert">
          {describe(resend.error)}
        </Alert>
      )}
    </>
  );
}

function ConfirmForm({ linkKey, email }: { linkKey: string; email: string }) {
  const verify = useVerifyEmail();
  const form = useForm({ initialValues: {} });
  const { items, attempt, show } = useServerErrors(form, []);
  if (verify.isSuccess) return <Confirmed />;
  if (isRefusedLink(verify.error)) return <NoNeed refusal={verify.error.message} />;
  return (
    <FormPage
      title={m.session.verifyTitle}
      intro={m.session.confirmText(email)}
      submitLabel={m.session.confirmEmail}
      isPending={verify.isPending}
      items={items}
      attempt={attempt}
      onSubmit={form.onSubmit(() => {
        verify.mutate(linkKey, { onError: show });
      })}
    >
      {null}
    </FormPage>
  );
}

function Confirmed() {
  usePageTitle(m.session.verifyTitle);
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

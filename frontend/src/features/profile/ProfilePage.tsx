import { Stack, Title } from "@mantine/core";
import { Outlet } from "react-router";
import { useMe } from "../../entities/me/useMe";
import { m } from "../../lib/messages";
import { usePageTitle } from "../../ui/usePageTitle";
import { BillingSection } from "./BillingSection";
import { ClosingSection } from "./closing/ClosingSection";
import { DataSection } from "./DataSection";
import { EmailForm } from "./EmailForm";
import { PasswordSection } from "./PasswordSection";
import { PersonSection } from "./PersonSection";
import { SessionsSection } from "./SessionsSection";

/** Personal details, billing details and password; each section is saved separately. */
export function ProfilePage() {
  usePageTitle(m.profile.title);
  const me = useMe().data;
  if (!me) return null;
  return (
    <Stack gap="lg" maw={720} mx="auto">
      <Title order={1}>{m.profile.title}</Title>
      <PersonSection user={me.user} />
      <EmailForm user={me.user} />
      {me.account && me.user.role === "owner" && <BillingSection account={me.account} />}
      <PasswordSection />
      <SessionsSection />
      {me.account && me.user.role === "owner" && (
        <>
          <DataSection />
          <ClosingSection />
        </>
      )}
      <Outlet />
    </Stack>
  );
}

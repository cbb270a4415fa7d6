import { Anchor, Button, Group, Text } from "@mantine/core";
import { Suspense } from "react";
import { Link, Outlet } from "react-router";
import { PaymentBanner } from "../features/payment/components/PaymentBanner";
import { useLogOut } from "../features/session/api/session";
import { useMe } from "../lib/api/me";
import { m } from "../lib/messages";

/** What every page has: a way past the header, the header, the banner, the page. */
export function Layout() {
  return (
    <>
      <a href="#main" className="skipLink">
        {m.app.skipToContent}
      </a>
      <Header />
      <PaymentBanner />
      <main id="main" tabIndex={-1} style={{ padding: "2rem 1rem 4rem", outline: "none" }}>
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
    </>
  );
}

function Header() {
  const me = useMe().data;
  return (
    <header style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
      <Group justify="space-between" maw={960} mx="auto" px="md" h={56} wrap="nowrap">
        <Anchor component={Link} to="/" underline="never" c="inherit">
          <Group gap={8} wrap="nowrap">
            <img src="/favicon.svg" alt="" width={24} height={24} />
            <Text fw={700}>{m.app.name}</Text>
          </Group>
        </Anchor>
        {me ? <LogOut /> : me === null && <Visitor />}
      </Group>
    </header>
  );
}

function LogOut() {
  const logOut = useLogOut();
  return (
    <Button
      variant="subtle"
      size="sm"
      loading={logOut.isPending}
      onClick={() => {
        logOut.mutate(undefined, {
          onSuccess: () => {
            window.location.assign("/login");
          },
        });
      }}
    >
      {m.app.logOut}
    </Button>
  );
}

function Visitor() {
  return (
    <Group gap="xs" wrap="nowrap">
      <Button component={Link} to="/login" variant="subtle" size="sm">
        {m.app.logIn}
      </Button>
    </Group>
  );
}

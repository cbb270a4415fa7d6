import { Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Link } from "react-router";
import { m } from "../lib/messages";
import { usePageTitle } from "../ui/usePageTitle";

/** Shows what to do after a page has crashed; another page (another `key`) starts again. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <ErrorPage /> : this.props.children;
  }
}

function ErrorPage() {
  usePageTitle(m.errors.pageTitle);
  return (
    <Stack maw={480} mx="auto" py="xl" role="alert">
      <Title order={1}>{m.errors.pageTitle}</Title>
      <Text>{navigator.onLine ? m.errors.unexpected : m.errors.offline}</Text>
      <div>
        <Button
          onClick={() => {
            window.location.reload();
          }}
        >
          {m.errors.reload}
        </Button>
      </div>
    </Stack>
  );
}

export function NotFoundPage() {
  usePageTitle(m.errors.notFoundTitle);
  return (
    <Stack maw={480} mx="auto" py="xl">
      <Title order={1}>{m.errors.notFoundTitle}</Title>
      <Text>{m.errors.notFoundText}</Text>
      <Anchor component={Link} to="/">
        {m.errors.toDashboard}
      </Anchor>
    </Stack>
  );
}

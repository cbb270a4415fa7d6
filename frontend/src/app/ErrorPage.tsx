import { Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { usePageTitle } from "../components/ui/usePageTitle";
import { m } from "../lib/messages";

/** Where a page broke: says so and offers a way on. */
export function ErrorPage() {
  usePageTitle(m.errors.pageTitle);
  return (
    <Stack maw={480} mx="auto" p="xl" role="alert">
      <Title order={1}>{m.errors.pageTitle}</Title>
      <Text>{m.errors.unexpected}</Text>
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
    <Stack maw={480} mx="auto">
      <Title order={1}>{m.errors.notFoundTitle}</Title>
      <Text>{m.errors.notFoundText}</Text>
      <Anchor component={Link} to="/">
        {m.errors.toDashboard}
      </Anchor>
    </Stack>
  );
}

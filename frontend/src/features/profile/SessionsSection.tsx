import { Alert, Button, Paper, Stack, Text, Title } from "@mantine/core";
import { m } from "../../lib/messages";
import { describe } from "../../ui/QueryState";
import { useLogOutEverywhere } from "./api/useLogOutEverywhere";

/** Signs out of every browser at once. */
export function SessionsSection() {
  const logOut = useLogOutEverywhere();
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack align="flex-start">
        <Title order={2} size="h4">
          {m.profile.sessions}
        </Title>
        <Text c="dimmed">{m.profile.sessionsIntro}</Text>
        {logOut.error && (
          <Alert color="red" role="alert">
            {describe(logOut.error)}
          </Alert>
        )}
        <Button
          variant="default"
          loading={logOut.isPending}
          onClick={() => {
            logOut.mutate();
          }}
        >
          {m.profile.logOutEverywhere}
        </Button>
      </Stack>
    </Paper>
  );
}

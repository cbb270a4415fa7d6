import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { m } from "../../../lib/messages";

/** The section to close the account. */
export function ClosingSection() {
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack>
        <Title order={2} size="h4">
          {m.data.closeTitle}
        </Title>
        <Text c="dimmed">{m.data.closeText}</Text>
        <div>
          <Button component={Link} to="/account/close" variant="outline" color="red">
            {m.data.closeOpen}
          </Button>
        </div>
      </Stack>
    </Paper>
  );
}

import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";

interface Props {
  title: string;
  text: string;
  /** Where to do the one thing to do, if there is one. */
  to?: string;
  action?: string;
}

/** An empty list: what would be here, and what to do. */
export function EmptyState({ title, text, to, action }: Props) {
  return (
    <Paper withBorder p="xl" radius="md">
      <Stack align="center" ta="center" gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text c="dimmed" maw={420}>
          {text}
        </Text>
        {to && (
          <Button component={Link} to={to} mt="xs">
            {action}
          </Button>
        )}
      </Stack>
    </Paper>
  );
}

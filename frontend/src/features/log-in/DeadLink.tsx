import { Alert, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { usePageTitle } from "../../ui/usePageTitle";

interface Props {
  title: string;
  /** Why the link does nothing. */
  refusal: string;
  /** The way to another one. */
  children: ReactNode;
}

/** A link of a mail that can't be used any more, and how to go on. */
export function DeadLink({ title, refusal, children }: Props) {
  usePageTitle(title, true);
  return (
    <Stack maw={480} mx="auto" align="flex-start">
      <Title order={1}>{title}</Title>
      <Alert color="yellow" role="alert">
        {refusal}
      </Alert>
      {children}
    </Stack>
  );
}

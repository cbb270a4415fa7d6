import { Anchor, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, Navigate, useLocation } from "react-router";
import { queryKeys } from "../../../lib/api/keys";
import { formatDay } from "../../../lib/format/dates";
import { forgetDrafts } from "../../../lib/kept/fileDraft";
import { m } from "../../../lib/messages";
import { usePageTitle } from "../../../ui/usePageTitle";

interface Closed {
  closed?: { kept_until: string | null };
}

/** Shown after closing an account; also removes its data from this browser. */
export function GoodbyePage() {
  usePageTitle(m.data.goodbyeTitle);
  const { closed } = (useLocation().state ?? {}) as Closed;
  const cache = useQueryClient();
  useEffect(() => {
    if (!closed) return;
    cache.setQueryData(queryKeys.me, null); // setting it notifies components; removing it wouldn't
    cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.me[0] });
    void forgetDrafts();
  }, [cache, closed]);
  if (!closed) return <Navigate to="/" replace />;
  return (
    <Stack maw={480} mx="auto">
      <Title order={1}>{m.data.goodbyeTitle}</Title>
      <Text>{m.data.goodbyeText}</Text>
      <Text>
        {closed.kept_until
          ? m.data.goodbyeKept(formatDay(closed.kept_until))
          : m.data.goodbyeNothing}
      </Text>
      <Anchor component={Link} to="/signup">
        {m.data.comeBack}
      </Anchor>
    </Stack>
  );
}

import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../../entities/me/useMe";
import type { Invoice } from "../../lib/api/types";
import { m } from "../../lib/messages";
import { describe } from "../../ui/QueryState";
import { useCancelOrder } from "./api/useCancelOrder";

/** Cancels an unwanted order, after a confirmation; owners only. */
export function CancelOrder({ invoice }: { invoice: Invoice }) {
  const isOwner = useMe().data?.user.role === "owner";
  const cancel = useCancelOrder(invoice.id);
  const [isAsked, setIsAsked] = useState(false);
  if (!isOwner) return null;
  if (!isAsked) {
    return (
      <div className="noPrint">
        <Button
          variant="subtle"
          color="red"
          onClick={() => {
            setIsAsked(true);
          }}
        >
          {m.invoice.cancelOrder}
        </Button>
      </div>
    );
  }
  return (
    <Alert color="yellow" title={m.invoice.cancelSure(invoice.number)} role="alert">
      <Stack gap="sm">
        <Text size="sm">{m.invoice.cancelText}</Text>
        {cancel.error && (
          <Text size="sm" c="red">
            {describe(cancel.error)}
          </Text>
        )}
        <Group>
          <Button
            color="red"
            loading={cancel.isPending}
            autoFocus
            onClick={() => {
              cancel.mutate();
            }}
          >
            {m.invoice.cancelNow}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              setIsAsked(false);
            }}
          >
            {m.invoice.keepOrder}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

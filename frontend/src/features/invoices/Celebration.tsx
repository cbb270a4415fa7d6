import { Alert, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useMe } from "../../entities/me/useMe";
import type { Me } from "../../lib/api/types";
import { formatCount, formatMoney } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { approvalToCelebrate, markCelebrated } from "./approval";

/** On every page, once: that a payment was approved. */
export function Celebration() {
  const me = useMe().data;
  return me && <Approval key={me.last_decision?.id} me={me} />;
}

/** Shown until it is closed, the page is left or another payment is decided; never again then. */
function Approval({ me }: { me: Me }) {
  const [shown, setShown] = useState(() => approvalToCelebrate(me));
  useEffect(() => {
    if (shown) markCelebrated(shown);
  }, [shown]);
  if (!shown || !me.account) return null;
  return (
    <Alert
      color="brand"
      radius={0}
      role="status"
      className="celebration"
      withCloseButton
      closeButtonLabel={m.banner.close}
      onClose={() => {
        setShown(null);
      }}
    >
      <Text size="sm" fw={600} maw={960} mx="auto">
        <span aria-hidden>✓ </span>
        {m.banner.approved(
          formatMoney(shown.amount, shown.currency),
          me.account.plan.name,
          formatCount(me.account.credits),
        )}
      </Text>
    </Alert>
  );
}

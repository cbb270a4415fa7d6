import { Text } from "@mantine/core";
import type { PaymentMethod } from "../../lib/api/types";
import { language, m } from "../../lib/messages";
import { isInEnglishOnly } from "./methodTexts";

/** What to do, step by step; where it is not in the reader's language, that is said. */
export function MethodInstructions({ method, size }: { method: PaymentMethod; size: "sm" | "md" }) {
  const isEnglish = isInEnglishOnly(method);
  return (
    <>
      {isEnglish && (
        <Text size="sm" c="dimmed">
          {m.method.inEnglish}
        </Text>
      )}
      <Text
        size={size}
        style={{ whiteSpace: "pre-line" }}
        dir="auto"
        lang={isEnglish ? "en" : language}
      >
        {method.instructions}
      </Text>
    </>
  );
}

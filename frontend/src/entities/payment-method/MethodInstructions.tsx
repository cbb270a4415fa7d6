import { Text } from "@mantine/core";
import type { PaymentMethod } from "../../lib/api/types";
import { language, m } from "../../lib/messages";
import { isInEnglishOnly } from "./methodTexts";

/** The steps to pay, with a note if they aren't in the reader's language. */
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
